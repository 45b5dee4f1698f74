/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The subject of a frame: regions, styles and strengths in and around them, all of it while frames flow. */
#include "frames.h"
#include "style-files.h"

#include <stdlib.h>
#include <string.h>

enum { W = 96, H = 64, SIZE = 4 * W * H };

static GstBuffer *source(guint number)
{
    const GstVideoInfo info = make_info("RGBA", W, H);
    GstBuffer *buffer = new_frame(&info, 3);
    GST_BUFFER_PTS(buffer) = number * 40 * GST_MSECOND;
    return buffer;
}

static GstHarness *harness(const char *launch)
{
    GstHarness *h = new_harness(launch);
    set_caps(h, "RGBA", W, H);
    return h;
}

static void pixels_of(GstBuffer *buffer, guint8 *pixels)
{
    g_assert_cmpuint(gst_buffer_extract(buffer, 0, pixels, SIZE), ==, SIZE);
    gst_buffer_unref(buffer);
}

static void through(const char *launch, guint8 *pixels)
{
    GstHarness *h = harness(launch);
    pixels_of(push_and_pull(h, source(0)), pixels);
    gst_harness_teardown(h);
}

/* Mean difference in a rectangle, in percent of the frame. */
static double difference(const guint8 *a, const guint8 *b, guint left, guint top, guint right, guint bottom)
{
    double sum = 0;
    guint count = 0;
    for (guint y = H * top / 100; y < H * bottom / 100; y++)
        for (guint x = 4 * (W * left / 100); x < 4 * (W * right / 100); x++, count++)
            sum += abs(a[4 * W * y + x] - b[4 * W * y + x]);
    return sum / count;
}

/* Left of the middle, and right of it, of a frame whose subject is the right half. */
static void assert_halves(const guint8 *out, const guint8 *left, const guint8 *right)
{
    g_assert_cmpfloat(difference(out, left, 0, 0, 36, 100), <, 0.6);
    g_assert_cmpfloat(difference(out, right, 64, 0, 100, 100), <, 0.6);
    g_assert_cmpfloat(difference(left, right, 0, 0, 100, 100), >, 3);
}

static void test_region(void)
{
    static const char *const none = "idiom style=tiny style-fade=0 temporal=0 ";
    guint8 out[SIZE], in[SIZE], tiny[SIZE], tiny2[SIZE];
    pixels_of(source(0), in);
    through("idiom style=tiny temporal=0", tiny);
    through("idiom style=tiny2 temporal=0", tiny2);
    static const struct {
        const char *properties;
        int inside; /* 0: source, 1: tiny, 2: tiny2 */
        int outside;
    } cases[] = {
        {"subject-strength=0", 0, 1},
        {"subject-style=none", 0, 1},
        {"subject-strength=1 background-strength=0", 1, 0},
        {"subject-strength=1 background-style=none", 1, 0},
        {"subject-strength=1 subject-style=tiny2", 2, 1},
        {"subject-strength=1 background-style=tiny2", 1, 2},
        {"subject-strength=1 background-style=tiny2 subject-style=tiny2", 2, 2},
        {"subject-strength=1 background-style=none subject-style=tiny2", 2, 0},
    };
    const guint8 *const looks[] = {in, tiny, tiny2};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *launch =
            g_strdup_printf("%s subject=regions region=\"50,-20,70,140\" %s", none, cases[i].properties);
        g_test_message("%s", cases[i].properties);
        through(launch, out);
        if (cases[i].inside == cases[i].outside)
            g_assert_cmpfloat(difference(out, looks[cases[i].inside], 0, 0, 100, 100), <, 0.6);
        else
            assert_halves(out, looks[cases[i].outside], looks[cases[i].inside]);
    }
}

/* Metas of detectors say where it is, frame by frame. */
static void test_regions_of_interest(void)
{
    guint8 out[SIZE], in[SIZE], tiny[SIZE];
    pixels_of(source(0), in);
    through("idiom style=tiny temporal=0", tiny);
    GstHarness *h = harness("idiom style=tiny temporal=0 subject=regions subject-strength=0");
    GstBuffer *buffer = source(0);
    gst_buffer_add_video_region_of_interest_meta(buffer, "face", W / 2, 0, W / 2, H);
    pixels_of(push_and_pull(h, buffer), out);
    g_assert_cmpfloat(difference(out, tiny, 0, 0, 36, 100), <, 0.6);
    g_assert_cmpfloat(difference(out, in, 64, 10, 90, 90), <, 0.6);
    pixels_of(push_and_pull(h, source(1)), out); /* no subject: all is background */
    g_assert_cmpfloat(difference(out, tiny, 0, 0, 100, 100), <, 0.01);
    gst_harness_teardown(h);
}

/* Every property while frames flow: each is seen in the end, and what is wrong is a warning. */
static void test_changes(void)
{
    guint8 out[SIZE], in[SIZE], tiny[SIZE], tiny2[SIZE];
    guint number = 0;
    pixels_of(source(0), in);
    through("idiom style=tiny temporal=0", tiny);
    through("idiom style=tiny2 temporal=0", tiny2);
    GstHarness *h = harness("idiom style=tiny temporal=0 style-fade=0");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstBus) bus = gst_bus_new();
    gst_element_set_bus(idiom, bus);
    pixels_of(push_and_pull(h, source(number++)), out);
    g_assert_cmpfloat(difference(out, tiny, 0, 0, 100, 100), <, 0.01);

    g_object_set(idiom, "region", "50,-20,70,140", "subject-strength", 0.0, NULL);
    gst_util_set_object_arg(G_OBJECT(idiom), "subject", "regions");
    pixels_of(push_and_pull(h, source(number++)), out);
    assert_halves(out, tiny, in);
    g_object_set(idiom, "region", "-20,-20,70,140", NULL);
    pixels_of(push_and_pull(h, source(number++)), out);
    assert_halves(out, in, tiny);
    g_object_set(idiom, "region", "somewhere", NULL);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "somewhere"), ==, 1);
    pixels_of(push_and_pull(h, source(number++)), out);
    assert_halves(out, in, tiny);

    g_object_set(idiom, "background-strength", 0.0, "subject-strength", 1.0, NULL);
    pixels_of(push_and_pull(h, source(number++)), out);
    assert_halves(out, tiny, in);
    g_object_set(idiom, "background-strength", 1.0, "subject-style", "tiny2", NULL);
    for (guint i = 0; i < 2000 && difference(out, tiny2, 0, 0, 36, 100) > 0.6; i++) {
        pixels_of(push_and_pull(h, source(number++)), out);
        g_usleep(1000);
    }
    assert_halves(out, tiny2, tiny);
    g_object_set(idiom, "subject-style", "nobody", NULL);
    g_assert_nonnull(gst_bus_timed_pop_filtered(bus, 10 * GST_SECOND, GST_MESSAGE_WARNING));
    pixels_of(push_and_pull(h, source(number++)), out);
    assert_halves(out, tiny2, tiny);
    gst_util_set_object_arg(G_OBJECT(idiom), "subject", "none");
    pixels_of(push_and_pull(h, source(number++)), out);
    g_assert_cmpfloat(difference(out, tiny, 0, 0, 100, 100), <, 0.01);
    g_assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
    gst_element_set_bus(idiom, NULL);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

/* A mask of its own pad, in another size and at another rate, in time with the video. */
static void test_mask_pad(void)
{
    enum { MW = 16, MH = 9, EVERY = 3 };
    guint8 out[SIZE], in[SIZE], tiny[SIZE];
    pixels_of(source(0), in);
    through("idiom style=tiny temporal=0", tiny);
    GstElement *idiom = gst_element_factory_make("idiom", NULL);
    g_object_set(idiom, "style", "tiny", "temporal", 0.0, "subject-strength", 0.0, NULL);
    gst_util_set_object_arg(G_OBJECT(idiom), "subject", "mask");
    GstHarness *h = gst_harness_new_with_element(idiom, "sink", "src");
    GstHarness *masks = gst_harness_new_with_element(idiom, "mask", NULL);
    g_autoptr(GstBus) bus = gst_bus_new();
    gst_element_set_bus(idiom, bus);
    set_caps(h, "RGBA", W, H);
    set_caps(masks, "GRAY8", MW, MH);
    for (guint k = 0; k < 3; k++) { /* the subject is right, then left, then right */
        GstBuffer *mask = gst_buffer_new_allocate(NULL, MW * MH, NULL);
        for (guint i = 0; i < MW * MH; i++)
            gst_buffer_memset(mask, i, (i % MW >= MW / 2) == (k != 1) ? 255 : 0, 1);
        GST_BUFFER_PTS(mask) = k * EVERY * 40 * GST_MSECOND;
        g_assert_cmpint(gst_harness_push(masks, mask), ==, GST_FLOW_OK);
    }
    for (guint number = 0; number < 3 * EVERY;
         number++) { /* beyond the last mask it stays, after a warning */
        pixels_of(push_and_pull(h, source(number)), out);
        assert_halves(out, number / EVERY == 1 ? in : tiny, number / EVERY == 1 ? tiny : in);
    }
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "mask"), ==, 1);
    gst_harness_push_event(masks, gst_event_new_eos());
    pixels_of(push_and_pull(h, source(3 * EVERY)), out);
    assert_halves(out, tiny, in);
    gst_element_set_bus(idiom, NULL);
    gst_harness_teardown(masks);
    gst_harness_teardown(h);
    gst_object_unref(idiom);
}

/* At the start what is wrong is an error. */
static void test_wrong(void)
{
    static const char *const wrong[][2] = {
        {"idiom style=tiny subject=regions region=\"1,2,3\"", "1,2,3"},
        {"idiom style=tiny subject=regions region=\"1,2,0,3\"", "1,2,0,3"},
        {"idiom style=tiny subject=regions subject-style=nobody", "tiny2"}};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL, seen = NULL;
        g_autofree char *description = g_strdup_printf(
            "videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! %s ! fakesink", wrong[i][0]);
        g_autoptr(GstElement) pipeline = gst_parse_launch(description, &error);
        g_assert_no_error(error);
        g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
        gst_element_set_state(pipeline, GST_STATE_PLAYING);
        g_autoptr(GstMessage) message =
            gst_bus_timed_pop_filtered(bus, 30 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
        g_assert_nonnull(message);
        g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_ERROR);
        gst_message_parse_error(message, &seen, NULL);
        g_assert_nonnull(strstr(seen->message, wrong[i][1]));
        gst_element_set_state(pipeline, GST_STATE_NULL);
    }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    GstHarness *keep = harness("idiom style=tiny"); /* the device, with all that has been compiled for it */
    g_test_add_func("/subject/region", test_region);
    g_test_add_func("/subject/regions-of-interest", test_regions_of_interest);
    g_test_add_func("/subject/changes", test_changes);
    g_test_add_func("/subject/mask-pad", test_mask_pad);
    g_test_add_func("/subject/wrong", test_wrong);
    int status = g_test_run();
    gst_harness_teardown(keep);
    test_styles_remove(folder);
    return status;
}
