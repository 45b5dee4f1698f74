/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from the pipeline, on the element's pad: in time with the video, whatever happens on either pad. */
#include "frames.h"
#include "style-files.h"

#include <string.h>

#define W 160
#define H 96
#define FRAME (40 * GST_MSECOND)

typedef struct {
    GstElement *idiom;
    GstHarness *video, *text;
    GstVideoInfo info;
    GstBus *bus;
} Two;

static void start(Two *t, const char *text_caps)
{
    t->idiom = gst_element_factory_make("idiom", NULL);
    g_object_set(t->idiom, "style", "none", NULL);
    t->bus = gst_bus_new();
    gst_element_set_bus(t->idiom, t->bus);
    t->video = gst_harness_new_with_element(t->idiom, "sink", "src");
    t->text = gst_harness_new_with_element(t->idiom, "text", NULL);
    t->info = make_info("RGBA", W, H);
    set_caps(t->video, "RGBA", W, H);
    if (text_caps)
        gst_harness_set_src_caps_str(t->text, text_caps);
}

static void stop(Two *t)
{
    gst_element_set_bus(t->idiom, NULL);
    gst_object_unref(t->bus);
    gst_harness_teardown(t->text);
    gst_harness_teardown(t->video);
    gst_object_unref(t->idiom);
}

static GstBuffer *text_buffer(const char *text, guint first, guint frames)
{
    GstBuffer *buffer = gst_buffer_new_memdup(text, strlen(text));
    GST_BUFFER_PTS(buffer) = first * FRAME;
    GST_BUFFER_DURATION(buffer) = frames * FRAME;
    return buffer;
}

static void say(Two *t, const char *text, guint first, guint frames)
{
    g_assert_cmpint(gst_harness_push(t->text, text_buffer(text, first, frames)), ==, GST_FLOW_OK);
}

/* Whether frame @number has something on it. */
static gboolean speaks(Two *t, guint number)
{
    g_autoptr(GstBuffer) source = new_frame(&t->info, number);
    g_autoptr(GstBuffer) out = push_and_pull(t->video, gst_buffer_copy_deep(source));
    g_assert_cmpuint(GST_BUFFER_PTS(out), ==, GST_BUFFER_PTS(source));
    g_assert_cmpuint(GST_BUFFER_DURATION(out), ==, GST_BUFFER_DURATION(source));
    return largest_difference(&t->info, out, source) > 0;
}

/* @frames: of frames from @first on, an 'x' for each that speaks */
static void assert_speaks(Two *t, guint first, const char *frames)
{
    for (guint i = 0; frames[i]; i++) {
        g_test_message("frame %u", first + i);
        g_assert_cmpint(speaks(t, first + i), ==, frames[i] == 'x');
    }
}

/* --- in time --------------------------------------------------------------------------------------- */

/* Text comes and goes with the frames that it belongs to; its end is not the video's. */
static void test_in_time(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    say(&t, "one < two", 2, 3);
    say(&t, "later", 7, 1);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(8 * FRAME, GST_SECOND)));
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_eos()));
    assert_speaks(&t, 0, "..xxx..x..");
    stop(&t);
}

/* Gaps between texts are no texts, and hold nothing up. */
static void test_gaps(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(0, 3 * FRAME)));
    const gint64 begin = g_get_monotonic_time();
    assert_speaks(&t, 0, ".");
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 30 * G_USEC_PER_SEC);
    say(&t, "one", 3, 1);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(4 * FRAME, FRAME)));
    say(&t, "two", 5, 1);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(6 * FRAME, 3 * FRAME)));
    assert_speaks(&t, 1, "..x.x...");
    stop(&t);
}

/* A text without a duration stays until another begins; one without a time is seen at once. */
static void test_no_times(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    GstBuffer *open = text_buffer("until the next", 1, 0), *now = gst_buffer_new_memdup("now", 3);
    GST_BUFFER_DURATION(open) = GST_CLOCK_TIME_NONE;
    g_assert_cmpint(gst_harness_push(t.text, open), ==, GST_FLOW_OK);
    say(&t, "next", 4, 1);
    assert_speaks(&t, 0, ".xxxx..");
    g_assert_cmpint(gst_harness_push(t.text, now), ==, GST_FLOW_OK);
    assert_speaks(&t, 7, "xx");
    stop(&t);
}

static void push_text_segment(Two *t, GstClockTime start, GstClockTime base)
{
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.position = segment.time = start;
    segment.base = base;
    g_assert_true(gst_harness_push_event(t->text, gst_event_new_segment(&segment)));
}

/* Running times count, whatever the segments; what lies outside of its segment is not seen. */
static void test_segments(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    push_text_segment(&t, 100 * FRAME, 2 * FRAME); /* 100 there is 2 here */
    say(&t, "before the segment", 98, 1);
    say(&t, "in it", 101, 1);
    push_text_segment(&t, 0, 5 * FRAME);
    say(&t, "in the next", 1, 2);
    assert_speaks(&t, 0, "...x..xx..");
    push_segment(t.video, 200 * FRAME, 0); /* the video's changes as well: 200 is 0 again */
    say(&t, "again", 0, 2);                /* at 5 and 6 */
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(2 * FRAME, GST_SECOND)));
    assert_speaks(&t, 204, ".xx.");
    stop(&t);
}

/* --- other caps ------------------------------------------------------------------------------------ */

/* Markup and plain text, each as its caps say, also when these change between two. */
static void test_caps(void)
{
    Two t;
    start(&t, "text/x-raw,format=pango-markup");
    say(&t, "<b>bold</b>", 0, 1);
    say(&t, "<b>wrong", 1, 1);
    gst_harness_set_src_caps_str(t.text, "text/x-raw,format=utf8");
    say(&t, "<b>not wrong", 2, 1);
    assert_speaks(&t, 0, "x");
    g_assert_cmpuint(count_messages(t.bus, GST_MESSAGE_WARNING, "text: "), ==, 0);
    speaks(&t, 1);
    g_assert_cmpuint(count_messages(t.bus, GST_MESSAGE_WARNING, "text: "), ==, 1);
    assert_speaks(&t, 2, "x.");
    g_assert_cmpuint(count_messages(t.bus, GST_MESSAGE_WARNING, "text: "), ==, 0);
    stop(&t);
}

/* A text that is seen goes on when the video becomes another one. */
static void test_video_caps(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    say(&t, "Hello", 0, 6);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(6 * FRAME, GST_SECOND)));
    assert_speaks(&t, 0, "xx");
    set_caps(t.video, "I420", 2 * W, 2 * H);
    t.info = make_info("I420", 2 * W, 2 * H);
    assert_speaks(&t, 2, "xxxx..");
    stop(&t);
}

/* What is no text at all: nothing but a word about it. */
static void test_bytes(void)
{
    static const char bytes[] = "\xff\xfe\x00\x80 a\x01";
    Two t;
    start(&t, "text/x-raw,format=utf8");
    GstBuffer *junk = gst_buffer_new_memdup(bytes, sizeof bytes), *empty = gst_buffer_new();
    g_autofree char *megabyte = g_strnfill(1 << 20, 'x');
    GST_BUFFER_PTS(junk) = 0;
    GST_BUFFER_DURATION(junk) = FRAME;
    GST_BUFFER_PTS(empty) = FRAME;
    GST_BUFFER_DURATION(empty) = FRAME;
    g_assert_cmpint(gst_harness_push(t.text, junk), ==, GST_FLOW_OK);
    g_assert_cmpint(gst_harness_push(t.text, empty), ==, GST_FLOW_OK);
    say(&t, megabyte, 2, 1);
    say(&t, "   ", 3, 1);
    assert_speaks(&t, 0, "x.x.");
    g_assert_cmpuint(count_messages(t.bus, GST_MESSAGE_WARNING, "limit is"), ==, 1);
    stop(&t);
}

/* --- ends ------------------------------------------------------------------------------------------ */

/* A pad that never sends anything holds nothing up for long. */
static void test_silent(void)
{
    Two t;
    start(&t, NULL);
    assert_speaks(&t, 0, "...");
    g_assert_true(gst_harness_push_event(t.video, gst_event_new_eos()));
    stop(&t);
}

static gpointer push_many(gpointer data)
{
    Two *t = data;
    GstFlowReturn ret = GST_FLOW_OK;
    for (guint i = 0; ret == GST_FLOW_OK; i++)
        ret = gst_harness_push(t->text, text_buffer("more and more", 10 + i, 1));
    return GINT_TO_POINTER(ret);
}

/* Whoever has more text than can wait is let go when the video ends, and is told that it is over. */
static void test_video_ends_first(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    GThread *thread = g_thread_new("text", push_many, &t);
    assert_speaks(&t, 0, "...");
    g_assert_true(gst_harness_push_event(t.video, gst_event_new_eos()));
    g_assert_cmpint(GPOINTER_TO_INT(g_thread_join(thread)), ==, GST_FLOW_EOS);
    stop(&t);
}

/* A seek: what has waited is gone, and what comes then is in time. */
static void test_flush(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    say(&t, "old", 1, 20);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_eos()));
    assert_speaks(&t, 0, ".xx");
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_flush_start()));
    g_assert_cmpint(gst_harness_push(t.text, text_buffer("in between", 0, 20)), ==, GST_FLOW_FLUSHING);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_flush_stop(TRUE)));
    flush(t.video);
    push_text_segment(&t, 0, 0);
    say(&t, "new", 2, 1);
    g_assert_true(gst_harness_push_event(t.text, gst_event_new_gap(3 * FRAME, GST_SECOND)));
    assert_speaks(&t, 0, "..x..");
    stop(&t);
}

/* The pad is given back while it speaks. */
static void test_release(void)
{
    Two t;
    start(&t, "text/x-raw,format=utf8");
    say(&t, "Hello", 0, 20);
    assert_speaks(&t, 0, "xx");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(t.idiom, "text");
    gst_element_release_request_pad(t.idiom, pad);
    assert_speaks(&t, 2, "..");
    g_autoptr(GstPad) again = gst_element_request_pad_simple(t.idiom, "text");
    g_assert_nonnull(again);
    stop(&t);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *styles = test_styles_create();
    g_test_add_func("/text/in-time", test_in_time);
    g_test_add_func("/text/gaps", test_gaps);
    g_test_add_func("/text/no-times", test_no_times);
    g_test_add_func("/text/segments", test_segments);
    g_test_add_func("/text/caps", test_caps);
    g_test_add_func("/text/video-caps", test_video_caps);
    g_test_add_func("/text/bytes", test_bytes);
    g_test_add_func("/text/silent", test_silent);
    g_test_add_func("/text/video-ends-first", test_video_ends_first);
    g_test_add_func("/text/flush", test_flush);
    g_test_add_func("/text/release", test_release);
    const int result = g_test_run();
    test_styles_remove(styles);
    return result;
}
