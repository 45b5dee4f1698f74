/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench filter: the renderer and the element beside each other, in the sizes of video: a frame that the source hands
 * on again and again, so that what is measured is the filter.
 */
#include "bench.h"
#include "output.h"
#include "profile.h"

#include <gst/gst.h>
#include <stdio.h>

/* Beyond this many seconds a size is measured on fewer frames. */
#define LONG_ENOUGH 10.0

typedef struct {
    const char *style;
    guint width, height;
    Profile renderer;
    double fps;        /* of the element */
    double latency_ms; /* from a frame's way in to its way out, median */
    double load_ms;    /* until the first frame is out: driver, style, pipelines */
} Case;

/* When frames went in and came out, microseconds, by number. */
typedef struct {
    GArray *in, *out;
} Times;

static GstPadProbeReturn note_time(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    (void)info;
    const gint64 now = g_get_monotonic_time();
    g_array_append_val((GArray *)data, now);
    return GST_PAD_PROBE_OK;
}

static void watch(GstElement *element, const char *pad_name, GArray *times)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, pad_name);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note_time, times, NULL);
}

static gboolean wait_for_end(GstElement *pipeline, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
        return TRUE;
    gst_message_parse_error(message, error, NULL);
    return FALSE;
}

static int earlier_first(gconstpointer a, gconstpointer b)
{
    const gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void take_times(Case *c, const Times *times, gint64 begin)
{
    const guint frames = MIN(times->in->len, times->out->len);
    if (frames < 2)
        return;
    const gint64 *in = (const gint64 *)(gpointer)times->in->data, *out = (gint64 *)(gpointer)times->out->data;
    c->load_ms = (double)(out[0] - begin) / 1e3;
    c->fps = (frames - 1) * 1e6 / (double)(out[frames - 1] - out[0]);
    g_autoptr(GArray) delays = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint i = 1; i < frames; i++) {
        const gint64 delay = out[i] - in[i];
        g_array_append_val(delays, delay);
    }
    g_array_sort(delays, earlier_first);
    c->latency_ms = (double)g_array_index(delays, gint64, delays->len / 2) / 1e3;
}

static gboolean run_element(Case *c, const char *device, guint frames, GError **error)
{
    g_autofree char *launch = g_strdup_printf(
        "videotestsrc pattern=snow num-buffers=1 ! video/x-raw,format=I420,width=%u,height=%u ! "
        "imagefreeze num-buffers=%u ! idiom name=idiom temporal=0 still=off ! fakesink",
        c->width, c->height, frames + 1);
    g_autoptr(GstElement) pipeline = gst_parse_launch_full(launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (!pipeline)
        return FALSE;
    g_autoptr(GstElement) idiom = gst_bin_get_by_name(GST_BIN(pipeline), "idiom");
    g_object_set(idiom, "style", c->style, "device", device, NULL);
    Times times = {g_array_new(FALSE, FALSE, sizeof(gint64)), g_array_new(FALSE, FALSE, sizeof(gint64))};
    watch(idiom, "sink", times.in);
    watch(idiom, "src", times.out);
    const gint64 begin = g_get_monotonic_time();
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    const gboolean ok = wait_for_end(pipeline, error);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    if (ok)
        take_times(c, &times, begin);
    g_array_unref(times.in);
    g_array_unref(times.out);
    return ok;
}

static gboolean run_case(Case *c, const char *device, guint frames, GError **error)
{
    /* one frame tells how long the rest will take */
    if (!profile_run(&c->renderer, c->style, device, IDIOM_VIDEO_I420, c->width, c->height, 1, NULL, error))
        return FALSE;
    const double most = LONG_ENOUGH / c->renderer.frame_seconds;
    frames = CLAMP(frames, 3, (guint)MAX(most, 3));
    profile_clear(&c->renderer);
    return profile_run(&c->renderer, c->style, device, IDIOM_VIDEO_I420, c->width, c->height, frames, NULL,
                       error) &&
           run_element(c, device, frames, error);
}

static void print_case(const Case *c)
{
    const Profile *p = &c->renderer;
    g_autofree char *size = g_strdup_printf("%ux%u", c->width, c->height);
    g_print("%-24s %-10s %8.2f %8.2f %8.0f %8.0f %7.0f%% %8.1f\n", c->style, size, 1 / p->frame_seconds,
            c->fps, c->latency_ms, c->load_ms, 100 * p->conv_seconds / p->op_seconds, p->memory / 1048576.0);
}

static void add_case(const Case *c, JsonBuilder *json)
{
    const Profile *p = &c->renderer;
    json_builder_begin_object(json);
    output_add_text(json, "style", c->style);
    json_builder_set_member_name(json, "size");
    json_builder_begin_array(json);
    json_builder_add_int_value(json, c->width);
    json_builder_add_int_value(json, c->height);
    json_builder_end_array(json);
    output_add_number(json, "renderer_fps", 1 / p->frame_seconds);
    output_add_number(json, "element_fps", c->fps);
    output_add_number(json, "latency_ms", c->latency_ms);
    output_add_number(json, "first_frame_ms", c->load_ms);
    output_add_number(json, "convolution_share", p->conv_seconds / p->op_seconds);
    output_add_number(json, "memory_bytes", (double)p->memory);
    json_builder_end_object(json);
}

static gboolean run(const char *device, char **styles, char **sizes, guint frames, const Output *output,
                    GError **error)
{
    g_autoptr(JsonBuilder) json = output_begin("filter");
    json_builder_set_member_name(json, "cases");
    json_builder_begin_array(json);
    g_print("%-24s %-10s %8s %8s %8s %8s %8s %8s\n", "style", "size", "renderer", "element", "latency",
            "first", "convol.", "memory");
    g_print("%-24s %-10s %8s %8s %8s %8s %8s %8s\n", "", "", "fps", "fps", "ms", "ms", "", "MiB");
    for (guint s = 0; styles[s]; s++) {
        for (guint i = 0; sizes[i]; i++) {
            Case c = {.style = styles[s]};
            if (sscanf(sizes[i], "%ux%u", &c.width, &c.height) != 2) {
                g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: not a size as 640x360",
                            sizes[i]);
                return FALSE;
            }
            if (!run_case(&c, device, frames, error)) {
                g_prefix_error(error, "%s, %s: ", styles[s], sizes[i]);
                return FALSE;
            }
            print_case(&c);
            add_case(&c, json);
            profile_clear(&c.renderer);
        }
    }
    json_builder_end_array(json);
    return output_end(output, json, error);
}

int bench_filter(int argc, char **argv)
{
    static const char *const all_sizes[] = {"640x360", "1280x720", "1920x1080", "3840x2160", NULL};
    static const char *const both_styles[] = {IDIOM_STYLE_DEFAULT "-nano", IDIOM_STYLE_DEFAULT, NULL};
    g_autofree char *device = NULL;
    g_auto(GStrv) styles = NULL, sizes = NULL;
    g_auto(Output) output = {NULL};
    int frames = 30;
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING_ARRAY, &styles,
         "Style file or name (repeat; default: " IDIOM_STYLE_DEFAULT "-nano, " IDIOM_STYLE_DEFAULT ")",
         "STYLE"},
        {"size", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sizes,
         "Size of the frame (repeat; default: 640x360, 1280x720, 1920x1080, 3840x2160)", "WxH"},
        {"frames", 'n', 0, G_OPTION_ARG_INT, &frames,
         "Frames to measure, fewer where they take more than 10 s (default 30)", "N"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        OUTPUT_OPTIONS(output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench filter: %s\n", error->message);
        return 2;
    }
    if (argc != 1 || frames < 1) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    if (run(device, styles ? styles : (char **)both_styles, sizes ? sizes : (char **)all_sizes, (guint)frames,
            &output, &error))
        return 0;
    g_printerr("idiom-bench filter: %s\n", error->message);
    return 1;
}
