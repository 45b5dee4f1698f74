/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Live that stays live, and states that come and go: delay, drops, gaps, descriptors, memory, leaks. */
#include "compare.h"
#include "frames.h"
#include "style-files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static GstElement *launch(const char *text)
{
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(text, &error);
    g_assert_no_error(error);
    return pipeline;
}

/* Plays until the end of the stream. */
static void play(GstElement *pipeline)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
}

/* Seconds from environment variable @name, for long runs by hand. */
static double how_long(const char *name, double usually)
{
    const char *text = g_getenv(name);
    return text ? g_ascii_strtod(text, NULL) : usually;
}

/* --- delay ----------------------------------------------------------------------------------------- */

/* Writes down how late a frame comes to the sink, in milliseconds. */
static GstPadProbeReturn note_delay(GstPad *pad, GstPadProbeInfo *probe, gpointer delays)
{
    g_autoptr(GstElement) sink = gst_pad_get_parent_element(pad);
    const GstClockTimeDiff late = GST_CLOCK_DIFF(GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(probe)),
                                                 gst_element_get_current_running_time(sink));
    const double ms = (double)late / GST_MSECOND;
    g_array_append_val((GArray *)delays, ms);
    return GST_PAD_PROBE_OK;
}

static double median(const GArray *values, guint first, guint count)
{
    g_autofree double *sorted = g_memdup2(&g_array_index(values, double, first), count * sizeof(double));
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    return sorted[count / 2];
}

/*
 * A device that is slower than a live source: frames that are late are left out, and the delay stays at two of those that the
 * device does, however long it goes on. IDIOM_LIVE_SECONDS makes it longer.
 */
static void test_delay(void)
{
    g_autoptr(GArray) delays = g_array_new(FALSE, FALSE, sizeof(double));
    g_autofree char *text = g_strdup_printf(
        "videotestsrc is-live=true num-buffers=%.0f ! video/x-raw,width=640,height=360,framerate=60/1 "
        "! idiom name=idiom style=small quality=full still=off ! fakesink name=sink sync=true qos=true",
        60 * how_long("IDIOM_LIVE_SECONDS", 5));
    g_autoptr(GstElement) pipeline = launch(text);
    g_autoptr(GstElement) idiom = gst_bin_get_by_name(GST_BIN(pipeline), "idiom");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note_delay, delays, NULL);
    play(pipeline);

    g_autoptr(GstStructure) stats = NULL;
    guint64 frames, dropped;
    double ms, fps;
    g_object_get(idiom, "stats", &stats, NULL);
    g_assert_true(gst_structure_get(stats, "frames", G_TYPE_UINT64, &frames, "dropped", G_TYPE_UINT64,
                                    &dropped, "average-ms", G_TYPE_DOUBLE, &ms, "fps", G_TYPE_DOUBLE, &fps,
                                    NULL));
    gst_element_set_state(pipeline, GST_STATE_NULL);
    const guint half = delays->len / 2;
    const double early = median(delays, 0, half), late = median(delays, half, delays->len - half);
    g_test_message(
        "%u frames of %.0f ms shown, %u left out; %.0f ms late in the first half, %.0f in the second",
        (guint)frames, ms, (guint)dropped, early, late);
    g_assert_cmpuint(delays->len, ==, frames);
    if (ms < 20) {
        g_test_skip("the device is not slow");
        return;
    }
    g_assert_cmpuint(dropped, >, 0);
    g_assert_cmpfloat(fps, >, 0);
    g_assert_cmpfloat(fps, <, 60);
    g_assert_cmpfloat(late, <, 2 * ms + 1000. / 60);
}

/* --- latency --------------------------------------------------------------------------------------- */

enum { LATENCY_FRAMES = 16, LATENCY_RATE = 5 };

/* How long frames take through the element. */
typedef struct {
    gint64 came[LATENCY_FRAMES];
    GArray *took; /* of double: frames' durations */
} Travel;

static guint number_of(GstPadProbeInfo *probe)
{
    const GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(probe));
    return (guint)gst_util_uint64_scale_round(time, LATENCY_RATE, GST_SECOND) % LATENCY_FRAMES;
}

static GstPadProbeReturn note_coming(GstPad *pad, GstPadProbeInfo *probe, gpointer travel)
{
    (void)pad;
    ((Travel *)travel)->came[number_of(probe)] = g_get_monotonic_time();
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn note_going(GstPad *pad, GstPadProbeInfo *probe, gpointer travel)
{
    (void)pad;
    const gint64 took = g_get_monotonic_time() - ((Travel *)travel)->came[number_of(probe)];
    const double frames = (double)took * LATENCY_RATE / G_USEC_PER_SEC;
    g_array_append_val(((Travel *)travel)->took, frames);
    return GST_PAD_PROBE_OK;
}

static GstClockTime latency_at(GstPad *pad)
{
    g_autoptr(GstQuery) query = gst_query_new_latency();
    GstClockTime latency;
    g_assert_true(gst_pad_query(pad, query));
    gst_query_parse_latency(query, NULL, &latency, NULL);
    return latency;
}

/* What is answered is what frames of a live source take, within one of them. */
static void test_latency(void)
{
    for (guint slots = 1; slots <= 3; slots++) {
        g_autofree char *text = g_strdup_printf(
            "videotestsrc is-live=true num-buffers=%d ! video/x-raw,width=64,height=48,framerate=%d/1 ! "
            "idiom name=idiom style=tiny frames-in-flight=%u ! fakesink sync=true",
            LATENCY_FRAMES, LATENCY_RATE, slots);
        g_autoptr(GstElement) pipeline = launch(text);
        g_autoptr(GstElement) idiom = gst_bin_get_by_name(GST_BIN(pipeline), "idiom");
        g_autoptr(GstPad) src = gst_element_get_static_pad(idiom, "src");
        g_autoptr(GstPad) sink = gst_element_get_static_pad(idiom, "sink");
        g_autoptr(GstPad) before = gst_pad_get_peer(sink);
        g_autoptr(GArray) took = g_array_new(FALSE, FALSE, sizeof(double));
        Travel travel = {.took = took};
        gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_BUFFER, note_coming, &travel, NULL);
        gst_pad_add_probe(src, GST_PAD_PROBE_TYPE_BUFFER, note_going, &travel, NULL);
        play(pipeline);
        const double answered = (double)(latency_at(src) - latency_at(before)) * LATENCY_RATE / GST_SECOND;
        const double measured = median(took, 0, took->len);
        gst_element_set_state(pipeline, GST_STATE_NULL);
        g_test_message("%u in flight: %.2f frames answered, %.2f measured", slots, answered, measured);
        g_assert_cmpuint(took->len, ==, LATENCY_FRAMES);
        g_assert_cmpfloat(fabs(answered - measured), <, 1.1);
    }
}

/* --- gaps ------------------------------------------------------------------------------------------ */

/* Buffers without a picture go on as they are, in their place, also where the format changes; the rest keep their flag. */
static void test_gaps(void)
{
    static const char *const launches[] = {"idiom style=tiny frames-in-flight=3",
                                           "idiom style=tiny ! capsfilter caps=video/x-raw,format=NV12"};
    GstVideoInfo info = make_info("RGBA", 40, 30);
    for (guint i = 0; i < G_N_ELEMENTS(launches); i++) {
        GstHarness *h = new_harness(launches[i]);
        set_caps(h, "RGBA", 40, 30);
        for (guint k = 0; k < 6; k++) {
            GstBuffer *in = k % 3 == 1 ? gst_buffer_new() : new_frame(&info, k);
            GST_BUFFER_PTS(in) = k * 40 * GST_MSECOND;
            if (k % 3)
                GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_GAP);
            g_assert_cmpint(gst_harness_push(h, in), ==, GST_FLOW_OK);
        }
        for (guint k = 0; k < 6; k++) {
            g_autoptr(GstBuffer) out = gst_harness_pull(h);
            g_assert_cmpuint(GST_BUFFER_PTS(out), ==, k * 40 * GST_MSECOND);
            g_assert_true((gst_buffer_get_size(out) == 0) == (k % 3 == 1));
            g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_GAP) == (k % 3 != 0));
        }
        gst_harness_teardown(h);
    }
}

/* --- states ---------------------------------------------------------------------------------------- */

static guint open_files(void)
{
    guint count = 0;
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    while (g_dir_read_name(dir))
        count++;
    return count;
}

/* MiB of memory that the process holds. */
static double resident_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long pages = 0;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*s %lu", &pages), ==, 1);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* Up and down again: after the first rounds nothing grows. IDIOM_STATE_CYCLES makes it more. */
static void cycle(const char *text, guint warm, guint cycles, double allowed)
{
    g_autoptr(GstElement) pipeline = launch(text);
    double before = 0;
    guint files = 0;
    for (guint i = 0; i < warm + cycles; i++) {
        if (i == warm)
            before = resident_mib(), files = open_files();
        play(pipeline);
        g_assert_cmpint(gst_element_set_state(pipeline, i % 2 ? GST_STATE_READY : GST_STATE_NULL), ==,
                        GST_STATE_CHANGE_SUCCESS);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    g_test_message("%u cycles: %.1f MiB before, %.1f after; %u descriptors before, %u after", cycles, before,
                   resident_mib(), files, open_files());
    g_assert_cmpuint(open_files(), <=, files);
    g_assert_cmpfloat(resident_mib(), <, before + allowed);
}

static void test_cycles(void)
{
    const guint cycles = (guint)how_long("IDIOM_STATE_CYCLES", 40);
    GstElement *holder = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_object_set(holder, "style", "none", NULL); /* keeps the device open, and with it the compiled shaders */
    gst_element_set_state(holder, GST_STATE_PAUSED);
    cycle("videotestsrc num-buffers=2 ! video/x-raw,width=48,height=32 ! idiom style=tiny ! fakesink", 10,
          cycles, 12);
    gst_element_set_state(holder, GST_STATE_NULL);
    gst_object_unref(holder);
}

/* The same with a device that is opened and closed each time. */
static void test_device_cycles(void)
{
    cycle("videotestsrc num-buffers=1 ! video/x-raw,width=48,height=32 ! idiom style=none ! capsfilter "
          "caps=video/x-raw,format=RGBA ! fakesink",
          3, 6, 40);
}

#define ALIVE "object-alive, type-name=(string)"

#define SMALL_VIDEO "videotestsrc num-buffers=6 ! video/x-raw,width=48,height=32 ! "

static const char *const leaking[] = {
    SMALL_VIDEO "idiom style=tiny frames-in-flight=3 ! video/x-raw,format=NV12 ! tee name=t ! queue ! "
                "idiom style=none ! fakesink t. ! queue ! idiom style=tiny quality=0.5 ! fakesink",
    SMALL_VIDEO
    "idiom name=i style=none caption=a bubble=b emoji=heart say=candy ! fakesink "
    "fakesrc num-buffers=3 sizetype=fixed sizemax=8 filltype=pattern ! text/x-raw,format=utf8 ! i.text",
    SMALL_VIDEO "idiom name=i style=none ! fakesink "
                "fakesrc ! text/x-raw,format=pango-markup ! i.text", /* has more to say when the video ends */
};

/* No object of GStreamer is left, whatever happened to the stream. */
static void test_leaks(gconstpointer pipeline)
{
    g_autofree char *program = g_find_program_in_path("gst-launch-1.0");
    g_autofree char *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    int status;
    if (!program) {
        g_test_skip("gst-launch-1.0 is not there");
        return;
    }
    g_autofree char *text = g_strdup_printf("%s -q %s", program, (const char *)pipeline);
    g_auto(GStrv) argv = g_strsplit(text, " ", -1);
    g_auto(GStrv) env = g_get_environ();
    env = g_environ_setenv(env, "GST_TRACERS", "leaks", TRUE);
    env = g_environ_setenv(env, "GST_DEBUG", "GST_TRACER:7", TRUE);
    g_assert_true(g_spawn_sync(NULL, argv, env, 0, NULL, NULL, &out, &err, &status, &error));
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_autofree char *first = strstr(err, ALIVE "G") ? g_strndup(strstr(err, ALIVE "G"), 200) : NULL;
    g_test_message("%s", first ? first : "none");
    g_assert_nonnull(strstr(err, ALIVE)); /* it has looked */
    g_assert_null(first);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    /* first: what others leave to the allocator would be counted */
    g_test_add_func("/live/cycles", test_cycles);
    g_test_add_func("/live/device-cycles", test_device_cycles);
    g_test_add_func("/live/gaps", test_gaps);
    g_test_add_func("/live/delay", test_delay);
    g_test_add_func("/live/latency", test_latency);
    g_test_add_data_func("/live/leaks/styles", leaking[0], test_leaks);
    g_test_add_data_func("/live/leaks/speech", leaking[1], test_leaks);
    g_test_add_data_func("/live/leaks/endless-text", leaking[2], test_leaks);
    const int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
