/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench video: decodes a file, stylizes it, encodes it as H.264 in MP4 with its sound, and takes one
 * frame from before and after the element as a picture.
 */
#include "bench.h"
#include "profile.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <unistd.h>

typedef struct {
    GstElement *pipeline, *idiom, *mux;
    gboolean has_video, has_audio;
    GstClockTime picture_time; /* the first frame at or after this is the picture */
    GstSample *before, *after;
    int width, height;
    gint64 begin, first, end; /* start, first stylized frame, end: monotonic microseconds */
} Job;

static void job_clear(Job *job)
{
    if (job->pipeline)
        gst_element_set_state(job->pipeline, GST_STATE_NULL);
    g_clear_pointer(&job->pipeline, gst_object_unref);
    g_clear_pointer(&job->idiom, gst_object_unref);
    g_clear_pointer(&job->mux, gst_object_unref);
    g_clear_pointer(&job->before, gst_sample_unref);
    g_clear_pointer(&job->after, gst_sample_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

/* --- the pipeline --------------------------------------------------------------------------------- */

/* Puts the elements of @description between @pad and @next. */
static gboolean link_branch(Job *job, GstPad *pad, const char *description, GstPad *next)
{
    GstElement *branch = gst_parse_bin_from_description(description, TRUE, NULL);
    if (!branch)
        return FALSE;
    gst_bin_add(GST_BIN(job->pipeline), branch);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(branch, "sink");
    g_autoptr(GstPad) src = gst_element_get_static_pad(branch, "src");
    return gst_pad_link(src, next) == GST_PAD_LINK_OK && gst_pad_link(pad, sink) == GST_PAD_LINK_OK &&
           gst_element_sync_state_with_parent(branch);
}

/* The first video stream goes through the element, the first sound stream into the file; others end here. */
static void on_pad_added(GstElement *decoder, GstPad *pad, Job *job)
{
    (void)decoder;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    const char *type = caps ? gst_structure_get_name(gst_caps_get_structure(caps, 0)) : "";
    if (g_str_equal(type, "video/x-raw") && !job->has_video) {
        g_autoptr(GstPad) next = gst_element_get_static_pad(job->idiom, "sink");
        job->has_video = link_branch(job, pad, "queue ! videoconvert", next);
    } else if (g_str_equal(type, "audio/x-raw") && !job->has_audio) {
        /* unlimited, because the muxer takes sound only as far as the slower pictures have come */
        static const char sound[] =
            "queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! audioconvert ! "
            "audioresample ! avenc_aac ! aacparse";
        g_autoptr(GstPad) next = gst_element_request_pad_simple(job->mux, "audio_%u");
        job->has_audio = next && link_branch(job, pad, sound, next);
        if (!job->has_audio)
            g_printerr("the sound cannot be encoded; the result is silent\n");
    }
}

/* Without pictures the muxer would wait for ever. */
static void on_no_more_pads(GstElement *decoder, Job *job)
{
    if (!job->has_video)
        GST_ELEMENT_ERROR(decoder, STREAM, WRONG_TYPE, ("no video in it"), (NULL));
}

/* Keeps the frame that becomes the picture; @kept is where. */
static void keep_frame(Job *job, GstPad *pad, GstBuffer *buffer, GstSample **kept)
{
    if (*kept || GST_BUFFER_PTS(buffer) < job->picture_time)
        return;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    /* a copy: the buffer goes back to its pool, and whoever owns that may be gone when the picture is made */
    g_autoptr(GstBuffer) copy = gst_buffer_copy_deep(buffer);
    *kept = gst_sample_new(copy, caps, NULL, NULL);
}

static GstPadProbeReturn on_before(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Job *job = data;
    keep_frame(job, pad, GST_PAD_PROBE_INFO_BUFFER(info), &job->before);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_after(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Job *job = data;
    if (job->first == 0)
        job->first = g_get_monotonic_time();
    keep_frame(job, pad, GST_PAD_PROBE_INFO_BUFFER(info), &job->after);
    return GST_PAD_PROBE_OK;
}

static gboolean make_pipeline(Job *job, const char *in, const char *out, GError **error)
{
    static const char launch[] =
        "filesrc name=in ! decodebin name=decoder  idiom name=idiom ! queue ! videoconvert ! "
        "x264enc speed-preset=superfast ! h264parse ! mp4mux name=mux ! filesink name=out";
    job->pipeline = gst_parse_launch_full(launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (!job->pipeline)
        return FALSE;
    GstBin *bin = GST_BIN(job->pipeline);
    g_autoptr(GstElement) source = gst_bin_get_by_name(bin, "in");
    g_autoptr(GstElement) decoder = gst_bin_get_by_name(bin, "decoder");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(bin, "out");
    job->idiom = gst_bin_get_by_name(bin, "idiom");
    job->mux = gst_bin_get_by_name(bin, "mux");
    g_object_set(source, "location", in, NULL);
    g_object_set(sink, "location", out, NULL);
    g_signal_connect(decoder, "pad-added", G_CALLBACK(on_pad_added), job);
    g_signal_connect(decoder, "no-more-pads", G_CALLBACK(on_no_more_pads), job);
    g_autoptr(GstPad) sink_pad = gst_element_get_static_pad(job->idiom, "sink");
    g_autoptr(GstPad) src_pad = gst_element_get_static_pad(job->idiom, "src");
    gst_pad_add_probe(sink_pad, GST_PAD_PROBE_TYPE_BUFFER, on_before, job, NULL);
    gst_pad_add_probe(src_pad, GST_PAD_PROBE_TYPE_BUFFER, on_after, job, NULL);
    return TRUE;
}

static void read_stats(Job *job, guint64 *frames, double *milliseconds)
{
    g_autoptr(GstStructure) stats = NULL;
    g_object_get(job->idiom, "stats", &stats, NULL);
    gst_structure_get(stats, "frames", G_TYPE_UINT64, frames, "average-ms", G_TYPE_DOUBLE, milliseconds,
                      NULL);
}

/* Waits for the end of the stream, reporting progress where someone looks. */
static gboolean wait_for_end(Job *job, const char *in, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(job->pipeline);
    for (;;) {
        g_autoptr(GstMessage) message =
            gst_bus_timed_pop_filtered(bus, GST_SECOND / 2, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
        if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            break;
        if (message) {
            gst_message_parse_error(message, error, NULL);
            if (GST_MESSAGE_SRC(message) != GST_OBJECT(job->idiom))
                g_prefix_error(error, "%s: ", in);
            return FALSE;
        }
        guint64 frames;
        double milliseconds;
        read_stats(job, &frames, &milliseconds);
        if (isatty(STDERR_FILENO))
            g_printerr("\r%" G_GUINT64_FORMAT " frames, %.1f ms each ", frames, milliseconds);
    }
    if (isatty(STDERR_FILENO))
        g_printerr("\r\033[K");
    return TRUE;
}

/* Writing to the file that is read would destroy it. */
static gboolean is_same_file(const char *a, const char *b)
{
    GStatBuf sa, sb;
    return g_stat(a, &sa) == 0 && g_stat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static gboolean run_pipeline(Job *job, const char *in, GError **error)
{
    /* a frame from two thirds into the clip; the length is known once everything is prerolled */
    job->picture_time = GST_CLOCK_TIME_NONE;
    if (gst_element_set_state(job->pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE)
        gst_element_get_state(job->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
    gint64 duration;
    job->picture_time = gst_element_query_duration(job->pipeline, GST_FORMAT_TIME, &duration)
                            ? (GstClockTime)duration / 3 * 2
                            : 0;
    gst_element_set_state(job->pipeline, GST_STATE_PLAYING);
    return wait_for_end(job, in, error);
}

/* --- the picture ---------------------------------------------------------------------------------- */

static gboolean paint_sample(cairo_t *cr, double x, GstSample *sample, GError **error)
{
    g_autoptr(GstCaps) caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING,
                                                  G_BYTE_ORDER == G_LITTLE_ENDIAN ? "BGRx" : "xRGB", NULL);
    g_autoptr(GstSample) converted = gst_video_convert_sample(sample, caps, GST_CLOCK_TIME_NONE, error);
    if (!converted)
        return FALSE;
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(converted)) ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(converted), GST_MAP_READ)) {
        g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "a frame cannot be made a picture");
        return FALSE;
    }
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0), CAIRO_FORMAT_RGB24,
                                            info.width, info.height, GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0));
    cairo_set_source_surface(cr, surface, x, 0);
    cairo_paint(cr);
    cairo_surface_destroy(surface);
    gst_video_frame_unmap(&frame);
    return TRUE;
}

/* Before on the left, after on the right. */
static gboolean write_picture(Job *job, const char *path, GError **error)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 2 * job->width, job->height);
    cairo_t *cr = cairo_create(surface);
    gboolean ok = paint_sample(cr, 0, job->before, error) && paint_sample(cr, job->width, job->after, error);
    cairo_destroy(cr);
    if (ok) {
        cairo_status_t status = cairo_surface_write_to_png(surface, path);
        if (status != CAIRO_STATUS_SUCCESS) {
            g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, "%s: %s", path,
                        cairo_status_to_string(status));
            ok = FALSE;
        }
    }
    cairo_surface_destroy(surface);
    return ok;
}

/* --- the command ---------------------------------------------------------------------------------- */

int bench_video(int argc, char **argv)
{
    g_autofree char *style = NULL, *device = NULL, *picture = NULL;
    double strength = 1;
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"strength", 0, 0, G_OPTION_ARG_DOUBLE, &strength, "Share of the style, 0 to 1 (default 1)", "S"},
        {"before-after", 0, 0, G_OPTION_ARG_FILENAME, &picture, "Also write one frame before and after",
         "PNG"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("IN OUT.mp4");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench video: %s\n", error->message);
        return 2;
    }
    if (argc != 3 || !(strength >= 0 && strength <= 1)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    const char *in = argv[1], *out = argv[2];
    if (is_same_file(in, out)) {
        g_printerr("idiom-bench video: %s is both IN and OUT\n", in);
        return 2;
    }

    g_auto(Job) job = {0};
    if (!make_pipeline(&job, in, out, &error))
        goto failed;
    g_object_set(job.idiom, "style", style, "device", device, "strength", strength, NULL);
    job.begin = g_get_monotonic_time();
    if (!run_pipeline(&job, in, &error))
        goto failed;
    job.end = g_get_monotonic_time();
    guint64 frames;
    double milliseconds;
    read_stats(&job, &frames, &milliseconds);
    gst_element_set_state(job.pipeline, GST_STATE_NULL); /* the file is complete, the device free */

    g_print("stylized video   %s\n", out);
    if (job.before && job.after) {
        gst_structure_get(gst_caps_get_structure(gst_sample_get_caps(job.before), 0), "width", G_TYPE_INT,
                          &job.width, "height", G_TYPE_INT, &job.height, NULL);
        if (picture) {
            if (!write_picture(&job, picture, &error))
                goto failed;
            g_print("before/after     %s\n", picture);
        }
    }
    if (frames > 0) {
        double seconds = (job.end - job.first) / 1e6;
        g_print("in the pipeline  %" G_GUINT64_FORMAT
                " frames of %dx%d in %.1f s: %.1f frames/s with decoding and "
                "encoding, %.1f in the element\n",
                frames, job.width, job.height, seconds, (frames - 1) / seconds, 1000 / milliseconds);
        g_print("start            %.1f s until the first frame\n", (job.first - job.begin) / 1e6);
        Profile profile;
        if (!profile_run(&profile, style, device, IDIOM_VIDEO_I420, (guint)job.width, (guint)job.height, 20,
                         NULL, &error))
            goto failed;
        profile_print_summary(&profile);
        profile_clear(&profile);
    }
    return 0;

failed:
    g_printerr("idiom-bench video: %s\n", error->message);
    return 1;
}
