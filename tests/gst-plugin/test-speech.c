/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element says: properties, text on its pad, wrong words, a layer with alpha, a sentence. */
#include "frames.h"
#include "style-files.h"

#include <string.h>

#define W 160
#define H 96

static GstHarness *start(const char *launch)
{
    GstHarness *h = new_harness(launch);
    set_caps(h, "RGBA", W, H);
    return h;
}

static GstBuffer *next(GstHarness *h, guint number)
{
    const GstVideoInfo info = make_info("RGBA", W, H);
    return push_and_pull(h, new_frame(&info, number));
}

/* Share of the visible bytes that differ from the source of frame @number. */
static double changed(GstBuffer *out, guint number)
{
    const GstVideoInfo info = make_info("RGBA", W, H);
    g_autoptr(GstBuffer) source = new_frame(&info, number);
    GstMapInfo a, b;
    guint count = 0;
    g_assert_true(gst_buffer_map(out, &a, GST_MAP_READ));
    g_assert_true(gst_buffer_map(source, &b, GST_MAP_READ));
    for (gsize i = 0; i < a.size; i++)
        count += a.data[i] != b.data[i];
    gst_buffer_unmap(out, &a);
    gst_buffer_unmap(source, &b);
    return (double)count / (4 * W * H);
}

static void test_live(void)
{
    GstHarness *h = start("idiom name=idiom style=none");
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstBuffer) plain = next(h, 0);
    g_assert_cmpfloat(changed(plain, 0), ==, 0);
    g_object_set(idiom, "caption", "Hello", NULL);
    g_autoptr(GstBuffer) shown = next(h, 1);
    g_assert_cmpfloat(changed(shown, 1), >, 0.01);
    g_assert_cmpfloat(changed(shown, 1), <, 0.5);
    g_object_set(idiom, "caption", NULL, "line", 1.0, NULL);
    g_autoptr(GstBuffer) lines = next(h, 2);
    g_assert_cmpfloat(changed(lines, 2), >, 0.01);
    g_object_set(idiom, "line", 0.0, NULL);
    g_autoptr(GstBuffer) again = next(h, 3);
    g_assert_cmpfloat(changed(again, 3), ==, 0);
    gst_harness_teardown(h);
}

/* The wrong word is a warning, and the video goes on. */
static void test_wrong(void)
{
    static const char *const wrong[][3] = {{"caption", "<b>open", "caption"},
                                           {"emoji", "gloop", "gloop"},
                                           {"emoji", "/nowhere.png", "nowhere"},
                                           {"bubble-anchor", "a b", "anchor"}};
    GstHarness *h = start("idiom name=idiom style=none");
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstBus) bus = gst_bus_new();
    gst_element_set_bus(idiom, bus);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_object_set(idiom, wrong[i][0], wrong[i][1], "bubble", "Hi", NULL);
        g_autoptr(GstBuffer) out = next(h, i);
        g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, wrong[i][2]), ==, 1);
    }
    gst_element_set_bus(idiom, NULL);
    gst_harness_teardown(h);
}

static GstBuffer *text_buffer(const char *text, guint first, guint frames)
{
    GstBuffer *buffer = gst_buffer_new_memdup(text, strlen(text));
    GST_BUFFER_PTS(buffer) = first * 40 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = frames * 40 * GST_MSECOND;
    return buffer;
}

/* Text comes and goes with the frames that it belongs to; its end is not the video's. */
static void test_text(void)
{
    GstElement *idiom = gst_element_factory_make("idiom", NULL);
    g_object_set(idiom, "style", "none", NULL);
    GstHarness *h = gst_harness_new_with_element(idiom, "sink", "src");
    GstHarness *text = gst_harness_new_with_element(idiom, "text", NULL);
    set_caps(h, "RGBA", W, H);
    gst_harness_set_src_caps_str(text, "text/x-raw,format=utf8");
    g_assert_cmpint(gst_harness_push(text, text_buffer("one < two", 2, 3)), ==, GST_FLOW_OK);
    g_assert_cmpint(gst_harness_push(text, text_buffer("later", 7, 1)), ==, GST_FLOW_OK);
    g_assert_true(gst_harness_push_event(text, gst_event_new_gap(8 * 40 * GST_MSECOND, GST_SECOND)));
    g_assert_true(gst_harness_push_event(text, gst_event_new_eos()));
    for (guint i = 0; i < 10; i++) {
        g_autoptr(GstBuffer) out = next(h, i);
        const gboolean shows = (i >= 2 && i < 5) || i == 7;
        g_assert_cmpint(changed(out, i) > 0, ==, shows);
    }
    gst_harness_teardown(text);
    gst_harness_teardown(h);
    gst_object_unref(idiom);
}

/* A pad that never sends anything holds nothing up for long. */
static void test_silent_pad(void)
{
    GstElement *idiom = gst_element_factory_make("idiom", NULL);
    g_object_set(idiom, "style", "none", NULL);
    GstHarness *h = gst_harness_new_with_element(idiom, "sink", "src");
    GstHarness *text = gst_harness_new_with_element(idiom, "text", NULL);
    set_caps(h, "RGBA", W, H);
    for (guint i = 0; i < 3; i++)
        gst_buffer_unref(next(h, i));
    gst_harness_push_event(h, gst_event_new_eos());
    gst_harness_teardown(text);
    gst_harness_teardown(h);
    gst_object_unref(idiom);
}

static void test_transparent(void)
{
    GstHarness *h = start("idiom name=idiom style=none background=transparent caption=Hello");
    const GstVideoInfo info = make_info("RGBA", W, H);
    g_autoptr(GstBuffer) out = next(h, 0);
    GstMapInfo map;
    guint clear = 0, opaque = 0;
    g_assert_true(gst_buffer_map(out, &map, GST_MAP_READ));
    for (gsize i = 3; i < map.size; i += 4) {
        clear += map.data[i] == 0;
        opaque += map.data[i] > 160;
    }
    gst_buffer_unmap(out, &map);
    g_assert_cmpuint(GST_VIDEO_INFO_SIZE(&info), ==, gst_buffer_get_size(out));
    g_assert_cmpuint(clear, >, W * H / 2);
    g_assert_cmpuint(opaque, >, 100);
    gst_harness_teardown(h);
}

static void test_say(void)
{
    GstHarness *h = start("idiom name=idiom style=none");
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstBus) bus = gst_bus_new();
    g_autofree char *caption = NULL, *emoji = NULL;
    double strength;
    gst_element_set_bus(idiom, bus);
    g_object_set(idiom, "say", "half strength, caption 'Hi' and a heart, zork", NULL);
    g_object_get(idiom, "caption", &caption, "emoji", &emoji, "strength", &strength, NULL);
    g_assert_cmpstr(caption, ==, "Hi");
    g_assert_cmpstr(emoji, ==, "❤️");
    g_assert_cmpfloat(strength, ==, 0.5);
    g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT);
    g_assert_nonnull(message);
    const GstStructure *said = gst_message_get_structure(message);
    g_assert_true(gst_structure_has_name(said, "idiom-said"));
    g_assert_cmpstr(gst_structure_get_string(said, "unknown"), ==, "zork");
    g_assert_cmpstr(gst_structure_get_string(said, "settings"), ==, "strength=0.5 caption=Hi emoji=❤️");
    gst_element_set_bus(idiom, NULL);
    gst_harness_teardown(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *styles = test_styles_create();
    g_test_add_func("/speech/live", test_live);
    g_test_add_func("/speech/wrong", test_wrong);
    g_test_add_func("/speech/text", test_text);
    g_test_add_func("/speech/silent-pad", test_silent_pad);
    g_test_add_func("/speech/transparent", test_transparent);
    g_test_add_func("/speech/say", test_say);
    int result = g_test_run();
    test_styles_remove(styles);
    return result;
}
