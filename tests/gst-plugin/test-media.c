/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element between real decoders, encoders and files, built as users do: by launch lines. */
#include "style-files.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

enum { FRAMES = 20 };

/* Runs @launch to its end. */
static void run(const char *launch)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(launch, &error);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, NULL);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

static GstPadProbeReturn note_time(GstPad *pad, GstPadProbeInfo *info, gpointer times)
{
    (void)pad;
    GstClockTime pts = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    g_array_append_val((GArray *)times, pts);
    return GST_PAD_PROBE_OK;
}

/* Timestamps of the video frames in @path. */
static GArray *frame_times(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *launch = g_strdup_printf(
        "filesrc location=%s ! decodebin ! videoconvert ! fakesink name=sink sync=false", path);
    g_autoptr(GstElement) pipeline = gst_parse_launch(launch, &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
    GArray *times = g_array_new(FALSE, FALSE, sizeof(GstClockTime));
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note_time, times, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return times;
}

/* The launch line of the README, on a file with B frames, at a size that is no multiple of anything. */
static void test_file(gconstpointer folder)
{
    g_autofree char *in = g_build_filename(folder, "in.mp4", NULL);
    g_autofree char *out = g_build_filename(folder, "out.mp4", NULL);
    g_autofree char *make = g_strdup_printf("videotestsrc num-buffers=%d pattern=smpte ! "
                                            "video/x-raw,format=I420,width=90,height=62,framerate=25/1 ! "
                                            "x264enc bframes=2 ! mp4mux ! filesink location=%s",
                                            FRAMES, in);
    g_autofree char *stylize = g_strdup_printf(
        "filesrc location=%s ! decodebin ! videoconvert ! idiom style=tiny ! videoconvert ! x264enc ! "
        "mp4mux ! filesink location=%s",
        in, out);
    run(make);
    run(stylize);
    g_autoptr(GArray) before = frame_times(in), after = frame_times(out);
    g_assert_cmpuint(before->len, ==, FRAMES);
    g_assert_cmpuint(after->len, ==, FRAMES);
    for (guint i = 0; i < FRAMES; i++) {
        GstClockTime a = g_array_index(before, GstClockTime, i), b = g_array_index(after, GstClockTime, i);
        g_assert_cmpuint(ABS(GST_CLOCK_DIFF(a, b)), <=, GST_MSECOND);
    }
}

static void test_live(void)
{
    run("videotestsrc is-live=true num-buffers=10 ! video/x-raw,width=80,height=60,framerate=25/1 ! idiom "
        "style=tiny ! "
        "videoconvert ! fakesink sync=true");
}

/* Seeking flushes: frames come out afterwards, from where was sought. */
static void test_seek(gconstpointer folder)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *in = g_build_filename(folder, "in.mp4", NULL);
    g_autofree char *launch = g_strdup_printf(
        "filesrc location=%s ! decodebin ! videoconvert ! idiom style=tiny ! fakesink name=sink sync=true",
        in);
    g_autoptr(GstElement) pipeline = gst_parse_launch(launch, &error);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    g_assert_cmpint(gst_element_get_state(pipeline, NULL, NULL, 60 * GST_SECOND), ==,
                    GST_STATE_CHANGE_SUCCESS);
    for (guint i = 0; i < 3; i++) {
        g_assert_true(gst_element_seek_simple(pipeline, GST_FORMAT_TIME,
                                              GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE,
                                              (gint64)(i * 200) * GST_MSECOND));
        g_assert_cmpint(gst_element_get_state(pipeline, NULL, NULL, 60 * GST_SECOND), ==,
                        GST_STATE_CHANGE_SUCCESS);
        g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
        g_autoptr(GstSample) sample = NULL;
        g_object_get(sink, "last-sample", &sample, NULL);
        g_assert_nonnull(sample);
        GstClockTime stream_time = gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                              GST_BUFFER_PTS(gst_sample_get_buffer(sample)));
        g_assert_cmpuint(ABS(GST_CLOCK_DIFF(stream_time, i * 200 * GST_MSECOND)), <=, 40 * GST_MSECOND);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_data_func("/media/file", folder, test_file);
    g_test_add_data_func("/media/seek", folder, test_seek);
    g_test_add_func("/media/live", test_live);
    int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
