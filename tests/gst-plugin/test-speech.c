/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the element says: properties, set, driven and kept, wrong words, a layer with alpha, a sentence. */
#include "frames.h"
#include "style-files.h"

#include <glib/gstdio.h>
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
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

/* The expression alone, in @format. */
static GstBuffer *layer(const char *format)
{
    GstHarness *h = new_harness("idiom style=none background=transparent caption=Hello emoji=party");
    const GstVideoInfo info = make_info(format, W, H);
    set_caps(h, format, W, H);
    GstBuffer *out = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpuint(GST_VIDEO_INFO_SIZE(&info), ==, gst_buffer_get_size(out));
    gst_harness_teardown(h);
    return out;
}

/* With alpha beside the pixels or in a plane of its own: the same alpha, and no hue where there is nothing. */
static void test_transparent(void)
{
    const GstVideoInfo rgba = make_info("RGBA", W, H), a420 = make_info("A420", W, H);
    g_autoptr(GstBuffer) beside = layer("RGBA"), apart = layer("A420");
    GstVideoFrame a, b;
    guint clear = 0, opaque = 0;
    g_assert_true(gst_video_frame_map(&a, &rgba, beside, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&b, &a420, apart, GST_MAP_READ));
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const guint8 alpha =
                GST_VIDEO_FRAME_COMP_DATA(&a, 3)[y * GST_VIDEO_FRAME_COMP_STRIDE(&a, 3) + 4 * x];
            g_assert_cmpuint(GST_VIDEO_FRAME_COMP_DATA(&b, 3)[y * GST_VIDEO_FRAME_COMP_STRIDE(&b, 3) + x], ==,
                             alpha);
            clear += alpha == 0;
            opaque += alpha > 160;
        }
    g_assert_cmpuint(GST_VIDEO_FRAME_COMP_DATA(&b, 1)[H / 4 * GST_VIDEO_FRAME_COMP_STRIDE(&b, 1)], ==, 128);
    gst_video_frame_unmap(&a);
    gst_video_frame_unmap(&b);
    g_assert_cmpuint(clear, >, W * H / 2);
    g_assert_cmpuint(opaque, >, 100);
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

/* --- driven and kept ------------------------------------------------------------------------------- */

static GstControlSource *drive(GstObject *object, const char *property)
{
    GstControlSource *source = gst_interpolation_control_source_new();
    g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
    gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0);
    gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 400 * GST_MSECOND, 1);
    g_assert_true(
        gst_object_add_control_binding(object, gst_direct_control_binding_new(object, property, source)));
    return source;
}

/* A property's value in proportion to its range. */
static double share_of(GObject *object, GParamSpec *spec)
{
    double value = 0;
    int whole;
    if (G_IS_PARAM_SPEC_ENUM(spec)) {
        const GEnumClass *values = G_PARAM_SPEC_ENUM(spec)->enum_class;
        g_object_get(object, spec->name, &whole, NULL);
        return (double)(whole - values->minimum) / (values->maximum - values->minimum);
    }
    g_object_get(object, spec->name, &value, NULL);
    const GParamSpecDouble *range = G_PARAM_SPEC_DOUBLE(spec);
    return (value - range->minimum) / (range->maximum - range->minimum);
}

/* Every property that says it can be driven, all of them at once, while everything is shown. */
static void test_driven(void)
{
    GstHarness *h = start("idiom name=idiom style=none caption=Hello bubble=Hi emoji=heart");
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func(gst_object_unref);
    guint n_specs, n_driven = 0;
    g_autofree GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(idiom), &n_specs);
    for (guint i = 0; i < n_specs; i++)
        if (specs[i]->flags & GST_PARAM_CONTROLLABLE)
            g_ptr_array_add(sources, drive(GST_OBJECT(idiom), (specs[n_driven++] = specs[i])->name));
    g_assert_cmpuint(n_driven, >=, 10);
    for (guint number = 0; number <= 12; number++) {
        gst_buffer_unref(next(h, number));
        const double wanted = MIN(number / 10.0, 1);
        for (guint i = 0; i < n_driven; i++) {
            const double coarse = G_IS_PARAM_SPEC_ENUM(specs[i]) && wanted < 1 ? 1 : 1e-6;
            g_test_message("frame %u: %s", number, specs[i]->name);
            g_assert_cmpfloat_with_epsilon(share_of(G_OBJECT(idiom), specs[i]), wanted, coarse);
        }
    }
    gst_harness_teardown(h);
}

static const char *const kept[][2] = {{"caption", "Good <b>morning</b>,\n\"世界\" 😀 = ; \\"},
                                      {"caption-position", "top"},
                                      {"caption-size", "9.5"},
                                      {"bubble", "one||two"},
                                      {"bubble-anchor", "0.5,0.25;face"},
                                      {"bubble-kind", "shout"},
                                      {"bubble-size", "4.25"},
                                      {"emoji", "heart ⭐"},
                                      {"emoji-place", "rain"},
                                      {"emoji-size", "20"},
                                      {"expression-stage", "before"},
                                      {"background", "transparent"},
                                      {"line", "0.25"},
                                      {"tones", "0.75"}};

/* Kept in one element and taken by another; the sentence that set them is not said again. */
static void test_presets(void)
{
    g_autoptr(GstElement) one = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_autoptr(GstElement) other = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_autofree char *say = NULL;
    g_object_set(one, "say", "half tones, the caption 'Hello' and a star", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        gst_util_set_object_arg(G_OBJECT(one), kept[i][0], kept[i][1]);
    g_assert_true(gst_preset_save_preset(GST_PRESET(one), "speaking"));
    g_assert_true(gst_preset_load_preset(GST_PRESET(other), "speaking"));
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++) {
        GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(one), kept[i][0]);
        g_auto(GValue) a = G_VALUE_INIT, b = G_VALUE_INIT;
        g_object_get_property(G_OBJECT(one), kept[i][0], g_value_init(&a, spec->value_type));
        g_object_get_property(G_OBJECT(other), kept[i][0], g_value_init(&b, spec->value_type));
        g_autofree char *was = g_strdup_value_contents(&a), *is = g_strdup_value_contents(&b);
        g_test_message("%s was %s, is %s", kept[i][0], was, is);
        g_assert_false(g_param_value_defaults(spec, &a));
        g_assert_cmpint(g_param_values_cmp(spec, &a, &b), ==, 0);
    }
    g_object_get(other, "say", &say, NULL);
    g_assert_null(say);
    g_assert_true(gst_preset_delete_preset(GST_PRESET(one), "speaking"));
}

static void remove_presets(const char *home)
{
    g_autofree char *file = g_build_filename(home, "gstreamer-1.0", "presets", "GstIdiom.prs", NULL);
    g_autofree char *presets = g_path_get_dirname(file), *folder = g_path_get_dirname(presets);
    g_remove(file);
    g_rmdir(presets);
    g_rmdir(folder);
    g_rmdir(home);
}

int main(int argc, char **argv)
{
    g_autofree char *home = g_dir_make_tmp("idiom-speech-XXXXXX", NULL);
    g_setenv("XDG_DATA_HOME", home, TRUE); /* presets */
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *styles = test_styles_create();
    g_test_add_func("/speech/live", test_live);
    g_test_add_func("/speech/wrong", test_wrong);
    g_test_add_func("/speech/transparent", test_transparent);
    g_test_add_func("/speech/say", test_say);
    g_test_add_func("/speech/driven", test_driven);
    g_test_add_func("/speech/presets", test_presets);
    int result = g_test_run();
    test_styles_remove(styles);
    remove_presets(home);
    return result;
}
