/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench slots: what frames in flight bring: a renderer with several slots against one with a single slot, in turns,
 * with the host at work on each frame meanwhile, as a decoder is.
 */
#include "bench.h"
#include "median.h"

#include <idiom/renderer.h>
#include <stdio.h>
#include <string.h>

#define ROUND 8 /* frames of one renderer before it is the other's turn */

typedef struct {
    IdiomRenderer *renderer;
    GArray *rates; /* double: frames per second of each round */
} Runner;

static gboolean runner_open(Runner *runner, IdiomDevice *device, const char *style,
                            const IdiomVideoInfo *info, guint slots, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = slots;
    runner->rates = g_array_new(FALSE, FALSE, sizeof(double));
    runner->renderer = idiom_renderer_new(device, &options, error);
    return runner->renderer && idiom_renderer_show(runner->renderer, style, NULL, error) &&
           idiom_renderer_configure(runner->renderer, info, error);
}

static void runner_close(Runner *runner)
{
    g_clear_pointer(&runner->renderer, idiom_renderer_free);
    g_clear_pointer(&runner->rates, g_array_unref);
}

/* The host's own share of the work: another frame is copied over the source. */
static gboolean run_round(Runner *runner, guint8 *frame, const guint8 *next, gsize size, guint width,
                          GError **error)
{
    g_autofree guint8 *out = g_malloc(size * idiom_renderer_slots(runner->renderer));
    IdiomPicture source = IDIOM_PICTURE_INIT, result = IDIOM_PICTURE_INIT;
    source.planes[0] = frame;
    source.strides[0] = result.strides[0] = 4 * (gssize)width;
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < ROUND; i++) {
        memcpy(frame, next, size);
        if (idiom_renderer_in_flight(runner->renderer) == idiom_renderer_slots(runner->renderer) &&
            idiom_renderer_get(runner->renderer, TRUE, NULL, error) != IDIOM_GET_FRAME)
            return FALSE;
        result.planes[0] = out + size * (i % idiom_renderer_slots(runner->renderer));
        if (!idiom_renderer_send(runner->renderer, &source, &result, NULL, error))
            return FALSE;
    }
    while (idiom_renderer_in_flight(runner->renderer))
        if (idiom_renderer_get(runner->renderer, TRUE, NULL, error) != IDIOM_GET_FRAME)
            return FALSE;
    const double rate = ROUND * 1e6 / (double)(g_get_monotonic_time() - begin);
    g_array_append_val(runner->rates, rate);
    return TRUE;
}

static gboolean measure(const char *style, const char *device_selector, const IdiomVideoInfo *info,
                        guint slots, guint rounds, GError **error)
{
    const gsize size = (gsize)4 * info->width * info->height;
    g_autofree guint8 *frame = g_malloc0(size), *next = g_malloc(size);
    g_autoptr(GArray) ratios = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(IdiomDevice) device = idiom_device_open(device_selector, error);
    Runner one = {NULL}, many = {NULL};
    for (gsize i = 0; i < size; i++)
        next[i] = (guint8)(i * 7 + i / 512);
    gboolean ok = device && runner_open(&one, device, style, info, 1, error) &&
                  runner_open(&many, device, style, info, slots, error);
    for (guint i = 0; ok && i < rounds; i++) {
        ok = run_round(&one, frame, next, size, info->width, error) &&
             run_round(&many, frame, next, size, info->width, error);
        const double ratio =
            ok ? g_array_index(many.rates, double, i) / g_array_index(one.rates, double, i) : 0;
        g_array_append_val(ratios, ratio);
    }
    if (ok)
        g_print("%s, %ux%u, medians of %u rounds: one slot %.1f frames/s, %u slots %.1f frames/s, ratio pair "
                "by pair "
                "%.2f\n",
                idiom_device_info(device)->name, info->width, info->height, rounds, median(one.rates), slots,
                median(many.rates), median(ratios));
    runner_close(&one);
    runner_close(&many);
    return ok;
}

int bench_slots(int argc, char **argv)
{
    g_autofree char *style = NULL, *device = NULL, *size = NULL;
    int slots = 3, rounds = 7;
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the frame (default 640x360)", "WxH"},
        {"slots", 'n', 0, G_OPTION_ARG_INT, &slots, "Frames in flight (default 3)", "N"},
        {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds of 8 frames (default 7)", "N"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench slots: %s\n", error->message);
        return 2;
    }
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.width = 640;
    info.height = 360;
    if (argc != 1 || slots < 1 || rounds < 1 ||
        (size && sscanf(size, "%ux%u", &info.width, &info.height) != 2)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    if (!measure(style, device, &info, (guint)slots, (guint)rounds, &error)) {
        g_printerr("idiom-bench slots: %s\n", error->message);
        return 1;
    }
    return 0;
}
