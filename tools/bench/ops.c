/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench ops: what generators and their training are made of, each kind by itself, forward and backward, in the sizes
 * that it has in a frame.
 */
#include "bench.h"
#include "output.h"
#include "rows.h"

#include <idiom-unstable/ops.h>
#include <stdio.h>

#define CHANNELS 32 /* as small has them */
#define MIDDLE 16

typedef struct {
    IdiomGraph *graph;
    IdiomParams *params;
    gboolean backward;
    guint w, h; /* of the frame */
} Bench;

/* Values near 0 that the gradients go to, or that are made anew each time. */
static IdiomTensor *variable(Bench *b, const char *name, IdiomShape shape)
{
    if (!b->backward)
        return idiom_graph_input(b->graph, IDIOM_LAYOUT_FLAT, shape);
    idiom_params_add(b->params, name, shape, NULL);
    return idiom_graph_param(b->graph, b->params, name, TRUE);
}

static IdiomTensor *constant(Bench *b, const char *name, IdiomShape shape)
{
    idiom_params_add(b->params, name, shape, NULL);
    return idiom_graph_param(b->graph, b->params, name, b->backward);
}

/* @divisor: of the frame's sides */
static IdiomTensor *planes(Bench *b, guint channels, guint divisor)
{
    return idiom_to_planes(b->graph,
                           variable(b, "x", IDIOM_SHAPE(1, channels, b->h / divisor, b->w / divisor)));
}

static IdiomTensor *conv(Bench *b, guint in, guint out, guint k, guint divisor)
{
    const IdiomConvParams params = {.pad = k / 2, .mode = IDIOM_PAD_EDGE};
    return idiom_conv2d(b->graph, planes(b, in, divisor), NULL,
                        constant(b, "weight", IDIOM_SHAPE(out, in, k, k)), NULL, &params);
}

static IdiomTensor *head(Bench *b)
{
    return conv(b, 48, CHANNELS, 3, 4);
}

static IdiomTensor *trunk(Bench *b)
{
    return conv(b, CHANNELS, CHANNELS, 3, 4);
}

static IdiomTensor *wide(Bench *b)
{
    return conv(b, 128, 128, 3, 4);
}

static IdiomTensor *pointwise(Bench *b)
{
    return conv(b, 128, CHANNELS, 1, 4);
}

static IdiomTensor *tail(Bench *b)
{
    return conv(b, MIDDLE + 3, 3, 3, 1);
}

static IdiomTensor *upsampled(Bench *b)
{
    IdiomTensor *x = planes(b, CHANNELS, 4);
    return idiom_upsample2_conv2d(
        b->graph, x, NULL, constant(b, "weight", IDIOM_SHAPE(MIDDLE, CHANNELS, 3, 3)), NULL, IDIOM_ACT_NONE);
}

static IdiomTensor *norm(Bench *b)
{
    const IdiomShape row = {1, CHANNELS, 1, 1};
    return idiom_instance_norm(b->graph, planes(b, CHANNELS, 4), constant(b, "scale", row),
                               constant(b, "shift", row), NULL, NULL, IDIOM_ACT_RELU, NULL);
}

static IdiomTensor *unshuffle(Bench *b)
{
    return idiom_pixel_unshuffle(b->graph, planes(b, 3, 1), 4);
}

static IdiomTensor *upsample(Bench *b)
{
    return idiom_upsample2(b->graph, planes(b, CHANNELS, 4), IDIOM_UPSAMPLE_BILINEAR);
}

static IdiomTensor *pool(Bench *b)
{
    return idiom_pool2d(b->graph, planes(b, CHANNELS, 2), IDIOM_POOL_MAX, 2, 2, FALSE);
}

static IdiomTensor *gram(Bench *b)
{
    return idiom_gram(b->graph, planes(b, 64, 4), NULL);
}

static IdiomTensor *add(Bench *b)
{
    IdiomTensor *x = planes(b, CHANNELS, 4);
    return idiom_add(b->graph, x, idiom_affine(b->graph, x, 0.5, 0));
}

static IdiomTensor *warp(Bench *b)
{
    IdiomTensor *flow = idiom_graph_input(b->graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 2, b->h, b->w));
    return idiom_warp(b->graph, planes(b, 3, 1), idiom_to_planes(b->graph, flow));
}

static IdiomTensor *guided(Bench *b)
{
    IdiomTensor *low = planes(b, 3, 2);
    IdiomTensor *guide = idiom_graph_input(b->graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, b->h, b->w));
    return idiom_guided_upsample(b->graph, low, idiom_affine(b->graph, low, 0.5, 0),
                                 idiom_to_planes(b->graph, guide));
}

static const struct {
    const char *what;
    IdiomTensor *(*build)(Bench *bench);
    gboolean learns; /* has gradients */
} cases[] = {
    {"first convolution", head, TRUE},
    {"convolution of the trunk", trunk, TRUE},
    {"convolution of 128 channels, as imported networks have", wide, TRUE},
    {"convolution 1x1", pointwise, TRUE},
    {"upsampling with a convolution", upsampled, TRUE},
    {"last convolution", tail, TRUE},
    {"instance norm", norm, TRUE},
    {"pixel unshuffle", unshuffle, TRUE},
    {"bilinear upsampling", upsample, TRUE},
    {"pooling", pool, TRUE},
    {"Gram matrix", gram, TRUE},
    {"sum", add, TRUE},
    {"warp", warp, FALSE},
    {"guided upsampling", guided, FALSE},
};

static IdiomProgram *build(Bench *b, IdiomTensor *(*make)(Bench *), GError **error)
{
    const double one = 1;
    IdiomTensor *result = make(b);
    if (b->backward) {
        IdiomTensor *loss = idiom_mean_square(b->graph, result);
        result = idiom_graph_differentiate(b->graph, &loss, &one, 1, b->params);
    }
    return idiom_program_new(b->graph, &result, 1, error);
}

/* The rows of one case go to the end of @rows. */
static gboolean measure(IdiomDevice *device, guint number, gboolean backward, const guint *size, guint runs,
                        GArray *rows, GError **error)
{
    const IdiomPrecision precision = backward ? IDIOM_FP32 : idiom_device_info(device)->fastest;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    Bench bench = {idiom_graph_new(device, precision), params, backward, size[0], size[1]};
    g_autoptr(IdiomProgram) program = build(&bench, cases[number].build, error);
    if (!program || !idiom_program_profile(program, TRUE, error))
        return FALSE;
    for (guint i = 0; i <= runs; i++) {
        guint count;
        if (!idiom_program_run(program, error))
            return FALSE;
        const IdiomOpTime *times = idiom_program_times(program, &count);
        if (i) /* the first one compiles */
            profile_rows_add(rows, times, count, i - 1, runs);
    }
    return TRUE;
}

static gboolean run(const char *selector, const guint *size, guint runs, const Output *output, GError **error)
{
    Ceilings ceilings;
    g_autoptr(IdiomDevice) device = idiom_device_open(selector, error);
    if (!device || !ceilings_measure(&ceilings, device, error))
        return FALSE;
    const IdiomDeviceInfo *info = idiom_device_info(device);
    g_autoptr(JsonBuilder) json = output_begin("ops");
    output_add_text(json, "device", info->name);
    output_add_text(json, "driver", info->driver);
    g_print("device           %s (%s, %s)\n", info->name, info->type, info->driver);
    json_builder_set_member_name(json, "cases");
    json_builder_begin_array(json);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        const gboolean backward = i % 2;
        if (backward && !cases[i / 2].learns)
            continue;
        g_autoptr(GArray) rows = profile_rows_new();
        if (!measure(device, i / 2, backward, size, runs, rows, error))
            return FALSE;
        g_print("\n%s%s\n", cases[i / 2].what, backward ? ", with gradients" : "");
        profile_rows_print(rows, &ceilings);
        json_builder_begin_object(json);
        output_add_text(json, "case", cases[i / 2].what);
        output_add_text(json, "pass", backward ? "gradients" : "forward");
        profile_rows_add_json(rows, &ceilings, json);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    return output_end(output, json, error);
}

int bench_ops(int argc, char **argv)
{
    g_autofree char *device = NULL, *size = NULL;
    g_auto(Output) output = {NULL};
    int runs = 10;
    const GOptionEntry entries[] = {
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the frame (default 640x360)", "WxH"},
        {"runs", 'n', 0, G_OPTION_ARG_INT, &runs, "Runs of each (default 10)", "N"},
        OUTPUT_OPTIONS(output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench ops: %s\n", error->message);
        return 2;
    }
    guint sides[] = {640, 360};
    if (argc != 1 || runs < 1 || (size && sscanf(size, "%ux%u", &sides[0], &sides[1]) != 2) || sides[0] % 8 ||
        sides[1] % 8 || !sides[0] || !sides[1]) {
        g_printerr("idiom-bench ops: no arguments, runs from 1, sides that are multiples of 8\n");
        return 2;
    }
    if (run(device, sides, (guint)runs, &output, &error))
        return 0;
    g_printerr("idiom-bench ops: %s\n", error->message);
    return 1;
}
