/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames on their way through the element: several at a time, in order with events, late or left out; and what changes
 * while they flow. */
#include "compare.h"
#include "frames.h"
#include "style-files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STEP (40 * GST_MSECOND)

/* --- order ---------------------------------------------------------------------------------------- */

/* Writes down what comes out: the number of a buffer, the name of an event. */
static GstPadProbeReturn write_down(GstPad *pad, GstPadProbeInfo *probe, gpointer order)
{
    (void)pad;
    if (probe->type & GST_PAD_PROBE_TYPE_BUFFER)
        g_string_append_printf(order, "%" G_GUINT64_FORMAT " ",
                               GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(probe)) / STEP);
    else
        g_string_append_printf(order, "%s ", GST_EVENT_TYPE_NAME(GST_PAD_PROBE_INFO_EVENT(probe)));
    return GST_PAD_PROBE_OK;
}

typedef struct {
    GstHarness *h;
    GstElement *idiom;
    GstVideoInfo info;
    GString *order;
    guint next;
} Stream;

static Stream start_stream(const char *launch)
{
    Stream s = {.h = new_harness(launch), .info = make_info("RGBA", 64, 48), .order = g_string_new(NULL)};
    s.idiom = gst_harness_find_element(s.h, "idiom");
    set_caps(s.h, "RGBA", 64, 48);
    gst_pad_add_probe(s.h->sinkpad,
                      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                          GST_PAD_PROBE_TYPE_EVENT_FLUSH,
                      write_down, s.order, NULL);
    return s;
}

static void end_stream(Stream *s)
{
    gst_object_unref(s->idiom);
    gst_harness_teardown(s->h);
    g_string_free(s->order, TRUE);
}

static void push_frames(Stream *s, guint count)
{
    for (guint i = 0; i < count; i++)
        g_assert_cmpint(gst_harness_push(s->h, new_frame(&s->info, s->next++)), ==, GST_FLOW_OK);
}

/* What is serialized comes after the frames before it. */
static void test_order(void)
{
    Stream s = start_stream("idiom style=tiny frames-in-flight=3");
    push_frames(&s, 5);
    s.info = make_info("I420", 64, 48);
    set_caps(s.h, "I420", 64, 48);
    push_frames(&s, 2);
    push_segment(s.h, 0, 0);
    push_frames(&s, 2);
    g_autoptr(GstQuery) drain = gst_query_new_drain();
    gst_pad_query(GST_PAD_PEER(s.h->srcpad), drain);
    g_assert_true(g_str_has_suffix(s.order->str, "7 8 "));
    push_frames(&s, 1);
    g_assert_true(gst_harness_push_event(s.h, gst_event_new_gap(10 * STEP, STEP)));
    push_frames(&s, 2);
    g_object_set(s.idiom, "strength", 0.0, NULL); /* passes the device by, but not the frames in it */
    push_frames(&s, 1);
    g_assert_true(gst_harness_push_event(s.h, gst_event_new_eos()));
    g_test_message("%s", s.order->str);
    const char *flow = strstr(s.order->str, "0 1");
    g_assert_cmpstr(flow, ==, "0 1 2 3 4 caps segment 5 6 segment 7 8 9 gap 10 11 12 eos ");
    end_stream(&s);
}

/* A flush drops what is in flight, and nothing of it is left in what follows. */
static void test_flush(void)
{
    Stream s = start_stream("idiom style=tiny frames-in-flight=4"), other = start_stream("idiom style=tiny");
    push_frames(&s, 3);
    flush(s.h);
    const gsize before = s.order->len;
    while (gst_harness_buffers_in_queue(s.h))
        gst_buffer_unref(gst_harness_pull(s.h));
    g_autoptr(GstBuffer) seen = push_and_pull(s.h, new_frame(&s.info, 9));
    g_autoptr(GstBuffer) alone = push_and_pull(other.h, new_frame(&s.info, 9));
    g_assert_cmpstr(s.order->str + before, ==, "9 ");
    g_assert_cmpint(largest_difference(&s.info, seen, alone), ==, 0);
    end_stream(&s);
    end_stream(&other);
}

/* The same pictures, however many are in flight. */
static void test_pictures(void)
{
    Stream one = start_stream("idiom style=tiny frames-in-flight=1 style-fade=100000000");
    Stream many = start_stream("idiom style=tiny frames-in-flight=3 style-fade=100000000");
    for (guint part = 0; part < 2; part++) {
        push_frames(&one, 4);
        push_frames(&many, 4);
        set_style(one.idiom, "tiny2");
        set_style(many.idiom, "tiny2");
    }
    for (guint i = 0; i < 8; i++) {
        g_autoptr(GstBuffer) a = gst_harness_pull(one.h), b = gst_harness_pull(many.h);
        g_assert_cmpuint(GST_BUFFER_PTS(a), ==, i * STEP);
        g_assert_cmpuint(GST_BUFFER_PTS(b), ==, i * STEP);
        g_assert_cmpint(largest_difference(&one.info, a, b), ==, 0);
    }
    end_stream(&one);
    end_stream(&many);
}

/* --- time ------------------------------------------------------------------------------------------ */

static guint count_latency_messages(GstBus *bus)
{
    guint count = 0;
    GstMessage *message;
    while ((message = gst_bus_pop_filtered(bus, GST_MESSAGE_LATENCY))) {
        gst_message_unref(message);
        count++;
    }
    return count;
}

static void test_latency(void)
{
    g_autoptr(GstBus) bus = gst_bus_new();
    GstHarness *h = new_harness("idiom style=tiny frames-in-flight=3");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_element_set_bus(idiom, bus);
    gst_harness_set_upstream_latency(h, 7 * GST_MSECOND);
    g_assert_cmpuint(gst_harness_query_latency(h), ==, 7 * GST_MSECOND); /* no frame can come yet */
    static const struct {
        const char *rate;
        GstClockTime latency;
        guint messages;
    } steps[] = {{"25/1", 80, 1}, {"50/1", 40, 1}, {"50/1", 40, 0}, {"0/1", 80, 1}, {"25/1", 80, 0}};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autofree char *caps =
            g_strdup_printf("video/x-raw,format=RGBA,width=%u,height=32,framerate=%s", 32 + i, steps[i].rate);
        gst_harness_set_src_caps_str(h, caps);
        g_assert_cmpuint(gst_harness_query_latency(h), ==, (7 + steps[i].latency) * GST_MSECOND);
        g_assert_cmpuint(count_latency_messages(bus), ==, steps[i].messages);
    }
    gst_element_set_bus(idiom, NULL);
    gst_object_unref(idiom);
    gst_harness_teardown(h);

    /* one frame at a time costs nothing */
    Stream s = start_stream("idiom style=tiny frames-in-flight=1");
    g_assert_cmpuint(gst_harness_query_latency(s.h), ==, 0);
    end_stream(&s);
}

/* A source that pauses: what it sent comes out in the time that was answered, though nothing follows. */
static void test_pause(void)
{
    Stream s = start_stream("idiom style=tiny frames-in-flight=8");
    for (guint i = 0; i < 2; i++) {
        const gint64 begin = g_get_monotonic_time();
        push_frames(&s, 3);
        for (guint k = 0; k < 3; k++)
            gst_buffer_unref(gst_harness_pull(s.h));
        const double seconds = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
        g_test_message("%.3f s", seconds);
        g_assert_cmpfloat(seconds, <, 2); /* 7 frames of 40 ms, and what a busy machine adds */
    }
    g_assert_true(g_str_has_suffix(s.order->str, "0 1 2 3 4 5 "));
    push_frames(&s, 1); /* is still in flight when all ends */
    end_stream(&s);
}

/* Segments that are not in time format, as appsrc's are by default, have no timestamps to go by. */
static void test_no_time(void)
{
    GstVideoInfo info = make_info("RGBA", 32, 32);
    GstHarness *h = new_harness("idiom style=tiny frames-in-flight=2");
    set_caps(h, "RGBA", 32, 32);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_BYTES);
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
    for (guint i = 0; i < 3; i++)
        gst_buffer_unref(push_and_pull(h, new_frame(&info, i)));
    gst_harness_teardown(h);
}

/* --- changes --------------------------------------------------------------------------------------- */

/* What is mistyped while frames flow is told, and nothing else happens. */
static void test_mistyped(void)
{
    g_autoptr(GstBus) bus = gst_bus_new();
    Stream s = start_stream("idiom style=moods style-fade=0");
    gst_element_set_bus(s.idiom, bus);
    g_autoptr(GstBuffer) first = push_and_pull(s.h, new_frame(&s.info, 0));
    set_style(s.idiom, "mods");
    flush(s.h);
    g_autoptr(GstBuffer) second = push_and_pull(s.h, new_frame(&s.info, 0));
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "mods"), ==, 1);
    g_assert_cmpint(largest_difference(&s.info, first, second), ==, 0);

    g_object_set(s.idiom, "mix", "wild:1", NULL); /* of the style that is shown */
    flush(s.h);
    g_autoptr(GstBuffer) wild = push_and_pull(s.h, new_frame(&s.info, 0));
    g_assert_cmpint(largest_difference(&s.info, first, wild), >, 0);
    set_style(s.idiom, "mods again");
    s.info = make_info("RGBA", 80, 60);
    set_caps(s.h, "RGBA", 80, 60);
    g_object_set(s.idiom, "mix", "calm:1", NULL);
    gst_buffer_unref(push_and_pull(s.h, new_frame(&s.info, 1)));
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "mods again"), ==, 1);

    g_object_set(s.idiom, "device", "no-such-device", "frames-in-flight", 2, NULL);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "counts from the next start on"), ==, 2);
    gst_buffer_unref(push_and_pull(s.h, new_frame(&s.info, 2)));
    gst_element_set_bus(s.idiom, NULL);
    end_stream(&s);
}

/* A style and the mix that belongs to it, set by one call: nobody looks for the one in the other. */
static void test_style_with_mix(void)
{
    g_autoptr(GstBus) bus = gst_bus_new();
    Stream s = start_stream("idiom style=moods mix=wild:1 style-fade=0");
    gst_element_set_bus(s.idiom, bus);
    for (guint i = 0; i < 10; i++) {
        g_object_set(s.idiom, "style", i % 2 ? "moods" : "tiny", "mix", i % 2 ? "sad:1" : "tiny:1", NULL);
        gst_buffer_unref(push_and_pull(s.h, new_frame(&s.info, i)));
    }
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, ""), ==, 0);
    gst_element_set_bus(s.idiom, NULL);
    end_stream(&s);
}

/* Errors end with NULL, and after that all begins anew. */
static void test_errors_and_again(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch("videotestsrc num-buffers=3 ! capsfilter name=caps ! "
                                                      "idiom name=idiom ! fakesink",
                                                      &error);
    g_assert_no_error(error);
    g_autoptr(GstElement) idiom = gst_bin_get_by_name(GST_BIN(pipeline), "idiom");
    g_autoptr(GstElement) filter = gst_bin_get_by_name(GST_BIN(pipeline), "caps");
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    static const struct {
        const char *style, *mix, *caps;
        gboolean works;
    } rounds[] = {
        {"no-such-style", NULL, "width=32", FALSE}, {"tiny", NULL, "width=32", TRUE},
        {"tiny", NULL, "width=40000", FALSE},       {"tiny", NULL, "width=32", TRUE},
        {"moods", "angry:1", "width=32", FALSE},    {"moods", "wild:1", "width=48", TRUE},
        {"broken", NULL, "width=32", FALSE},        {"tiny", NULL, "width=32", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rounds); i++) {
        g_autofree char *text = g_strdup_printf("video/x-raw,format=RGBA,height=32,%s", rounds[i].caps);
        g_autoptr(GstCaps) caps = gst_caps_from_string(text);
        g_object_set(filter, "caps", caps, NULL);
        g_object_set(idiom, "style", rounds[i].style, "mix", rounds[i].mix, NULL);
        gst_element_set_state(pipeline, GST_STATE_PLAYING);
        g_autoptr(GstMessage) message =
            gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
        g_assert_nonnull(message);
        g_assert_true((GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) == rounds[i].works);
        g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    }
}

/* --- load ------------------------------------------------------------------------------------------ */

/* MiB of memory that the process holds. */
static double resident_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long pages = 0;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*s %lu", &pages), ==, 1);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* 200 styles, one after the other: after the first ones, memory stays as it is. */
static void test_many_styles(void)
{
    static const char *const styles[] = {"tiny2", "moods", "tiny"};
    Stream s = start_stream("idiom style=tiny style-fade=80000000");
    double before = 0;
    guint64 bytes = 0;
    for (guint i = 0; i < 240; i++) {
        set_style(s.idiom, styles[i % G_N_ELEMENTS(styles)]);
        for (guint k = 0; k < 3; k++)
            gst_buffer_unref(push_and_pull(s.h, new_frame(&s.info, s.next++)));
        if (i == 39)
            before = resident_mib(), bytes = device_bytes(s.idiom);
    }
    g_test_message("%.1f MiB, after 200 changes %.1f MiB", before, resident_mib());
    g_assert_cmpfloat(resident_mib(), <, before + 12);
    g_assert_cmpuint(device_bytes(s.idiom), ==, bytes);
    end_stream(&s);
}

/*
 * A new style is made ready beside the frames: none of them waits for it. It took as long as ten frames and more; as a
 * busy machine delays single frames anyway, that of six changes is looked at which disturbed the frames least.
 */
static void test_style_without_stall(void)
{
    enum { CHANGES = 6, FRAMES = 10 };
    GstVideoInfo info = make_info("I420", 320, 184);
    GstHarness *h = new_harness("idiom style=small style-fade=200000000");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    set_caps(h, "I420", 320, 184);
    double usual = G_MAXDOUBLE, longest[1 + CHANGES] = {0};
    for (guint change = 0; change <= CHANGES; change++) {
        if (change)
            g_object_set(idiom, "style", change % 2 ? "tiny" : "small", NULL);
        double times[FRAMES];
        for (guint i = 0; i < FRAMES; i++) {
            GstBuffer *in = new_frame(&info, change * FRAMES + i);
            const gint64 begin = g_get_monotonic_time();
            gst_buffer_unref(push_and_pull(h, in));
            times[i] = (double)(g_get_monotonic_time() - begin) / 1000;
        }
        qsort(times, FRAMES, sizeof *times, compare_doubles);
        longest[change] = times[FRAMES - 1];
        if (change == 0)
            usual = times[FRAMES / 2];
    }
    qsort(longest + 1, CHANGES, sizeof *longest, compare_doubles);
    g_test_message("a frame takes %.1f ms; the longest after a change %.1f to %.1f ms", usual, longest[1],
                   longest[CHANGES]);
    g_assert_cmpfloat(longest[1], <, 4 * usual);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();

    g_test_add_func("/flow/order", test_order);
    g_test_add_func("/flow/flush", test_flush);
    g_test_add_func("/flow/pictures", test_pictures);
    g_test_add_func("/flow/latency", test_latency);
    g_test_add_func("/flow/pause", test_pause);
    g_test_add_func("/flow/no-time", test_no_time);
    g_test_add_func("/flow/mistyped", test_mistyped);
    g_test_add_func("/flow/style-with-mix", test_style_with_mix);
    g_test_add_func("/flow/errors-and-again", test_errors_and_again);
    g_test_add_func("/flow/many-styles", test_many_styles);
    g_test_add_func("/flow/style-without-stall", test_style_without_stall);
    int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
