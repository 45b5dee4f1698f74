/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool/cost.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <stdio.h>

/* Of a frame of @w x @h by itself. */
static void print_size(const IdiomStyle *style, IdiomDevice *device, guint w, guint h)
{
    g_autoptr(GError) error = NULL;
    const guint styles = idiom_style_config(style)->styles;
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *mix =
        styles > 1 ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, styles, 1, 1)) : NULL;
    IdiomTensor *out =
        idiom_to_flat(g, idiom_style_build(style, g, params, idiom_to_planes(g, in), NULL, mix, NULL));
    const double flops = idiom_graph_flops(g);
    g_autoptr(IdiomProgram) program = idiom_program_plan(g, &out, 1, &error);
    g_autofree char *size = g_strdup_printf("at %ux%u", w, h);
    if (program)
        printf("%-18s %.1f GFLOP a frame, %.0f MiB\n", size, flops / 1e9,
               (double)idiom_program_memory(program) / 1048576);
    else /* no error: styles work on 640 pixels where nothing else is asked for */
        printf("%-18s not as a whole on this device, only smaller inside (stroke-size); it says: %s\n", size,
               error->message);
}

static gsize parameters_of(const IdiomStyle *style, IdiomDevice *device)
{
    const IdiomNetwork *network = idiom_style_network(style);
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    return network ? idiom_network_parameters(network) : idiom_params_elements(params);
}

static gboolean print_network(const IdiomNetwork *network, IdiomDevice *device, GError **error)
{
    guint w, h;
    IdiomNetworkRanges ranges;
    g_autofree char *operators = idiom_network_operators(network);
    printf("%-18s %s\n", "operators", operators);
    idiom_network_size(network, &w, &h);
    if (w && h)
        printf("%-18s %ux%u only\n", "size", w, h);
    if (!idiom_network_find_ranges((IdiomNetwork *)network, device, &ranges, error))
        return FALSE;
    g_autofree char *in = idiom_range_text(&ranges.input), *out = idiom_range_text(&ranges.output);
    printf("%-18s %s in, %s out, %s\n", "numbers", in, out, ranges.bgr ? "bgr" : "rgb");
    return TRUE;
}

gboolean cost_print(const IdiomStyle *style, IdiomDevice *device, GError **error)
{
    const IdiomNetwork *network = idiom_style_network(style);
    if (network && !print_network(network, device, error))
        return FALSE;
    printf("%-18s %" G_GSIZE_FORMAT "\n", "parameters", parameters_of(style, device));
    print_size(style, device, 640, 360);
    print_size(style, device, 1920, 1080);
    return TRUE;
}
