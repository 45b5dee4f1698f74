/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any picture as the style: from files, several of them, and from the application, all of it while frames flow. */
#include "frames.h"
#include "media/picture.h"
#include "reading-style.h"
#include "style-files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { W = 96, H = 64, SIZE = 4 * W * H };

static char *folder, *red, *blue;

/* A picture with waves in one colour. */
static char *write_picture(const char *name, guint w, guint h, double r, double g, double b)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(Picture) picture = picture_new(w, h);
    const double colour[3] = {r, g, b};
    for (guint i = 0; i < w * h; i++)
        for (guint c = 0; c < 3; c++)
            picture->rgb[3 * i + c] = (guint8)(colour[c] * (0.8 + 0.2 * sin(i % w * 0.7 + i / w * 0.3)));
    g_assert_true(picture_write_png(picture, path, &error));
    g_assert_no_error(error);
    return path;
}

static GstBuffer *source(guint number)
{
    const GstVideoInfo info = make_info("RGBA", W, H);
    GstBuffer *buffer = new_frame(&info, 3);
    GST_BUFFER_PTS(buffer) = number * 40 * GST_MSECOND;
    return buffer;
}

static void frame(GstHarness *h, guint *number, guint8 *pixels)
{
    GstBuffer *buffer = push_and_pull(h, source((*number)++));
    g_assert_cmpuint(gst_buffer_extract(buffer, 0, pixels, SIZE), ==, SIZE);
    gst_buffer_unref(buffer);
}

static GstHarness *harness(const char *properties)
{
    g_autofree char *launch = g_strdup_printf("idiom style=tiny style-fade=0 temporal=0 %s", properties);
    GstHarness *h = new_harness(launch);
    set_caps(h, "RGBA", W, H);
    return h;
}

/* Lives as long as the harness. */
static GstElement *idiom_of(GstHarness *h)
{
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_object_unref(idiom);
    return idiom;
}

/* Mean red less mean blue. */
static double redness(const guint8 *pixels)
{
    double sum = 0;
    for (guint i = 0; i < SIZE; i += 4)
        sum += pixels[i] - pixels[i + 2];
    return sum / (W * H);
}

static double difference(const guint8 *a, const guint8 *b)
{
    double sum = 0;
    for (guint i = 0; i < SIZE; i++)
        sum += abs(a[i] - b[i]);
    return sum / SIZE;
}

/* From the start, then another one, then none. */
static void test_file(void)
{
    guint8 first[SIZE], second[SIZE], none[SIZE], tiny[SIZE];
    guint number = 0;
    g_autofree char *properties = g_strdup_printf("reference=%s", red);
    GstHarness *h = harness(properties);
    frame(h, &number, first);
    g_object_set(idiom_of(h), "reference", blue, NULL);
    wait_until_loaded(idiom_of(h));
    frame(h, &number, second);
    g_object_set(idiom_of(h), "reference", NULL, NULL);
    wait_until_loaded(idiom_of(h));
    frame(h, &number, none);
    gst_harness_teardown(h);
    h = harness("");
    frame(h, &number, tiny);
    gst_harness_teardown(h);
    g_assert_cmpfloat(redness(first), >, redness(second) + 20);
    g_assert_cmpfloat(difference(none, tiny), <, 0.6);
    g_assert_cmpfloat(difference(first, tiny), >, 3);
}

/* A style that is set meanwhile is for later. */
static void test_style_waits(void)
{
    guint8 first[SIZE], same[SIZE];
    guint number = 0;
    g_autofree char *properties = g_strdup_printf("reference=%s", red);
    GstHarness *h = harness(properties);
    frame(h, &number, first);
    set_style(idiom_of(h), "tiny2");
    frame(h, &number, same);
    gst_harness_teardown(h);
    g_assert_cmpfloat(difference(first, same), <, 0.6);
}

static void test_mix(void)
{
    guint8 red_only[SIZE], blue_only[SIZE], between[SIZE];
    guint number = 0;
    GstHarness *h = harness("");
    g_autofree char *mixes[] = {g_strdup_printf("%s", red), g_strdup_printf("%s:2", blue),
                                g_strdup_printf("%s:0.5, %s:0.5", red, blue)};
    guint8 *const frames[] = {red_only, blue_only, between};
    for (guint i = 0; i < G_N_ELEMENTS(mixes); i++) {
        g_object_set(idiom_of(h), "reference-mix", mixes[i], NULL);
        wait_until_loaded(idiom_of(h));
        frame(h, &number, frames[i]);
        g_clear_pointer(&mixes[i], g_free);
    }
    gst_harness_teardown(h);
    g_assert_cmpfloat(redness(red_only), >, redness(between) + 5);
    g_assert_cmpfloat(redness(between), >, redness(blue_only) + 5);
}

/* What the application has in memory. */
static void test_sample(void)
{
    guint8 pixels[SIZE], file[SIZE], after[SIZE];
    guint number = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) picture = picture_load(red, 0, 0, 0, &error);
    g_assert_no_error(error);
    const gsize size = 3 * (gsize)picture->w * picture->h;
    g_autoptr(GstBuffer) buffer = gst_buffer_new_memdup(picture->rgb, size);
    g_autoptr(GstCaps) caps =
        gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "RGB", "width", G_TYPE_INT, picture->w,
                            "height", G_TYPE_INT, picture->h, "framerate", GST_TYPE_FRACTION, 0, 1, NULL);
    g_autoptr(GstSample) sample = gst_sample_new(buffer, caps, NULL, NULL);
    GstHarness *h = harness("");
    g_signal_emit_by_name(idiom_of(h), "set-reference", sample);
    wait_until_loaded(idiom_of(h));
    frame(h, &number, pixels);
    g_object_set(idiom_of(h), "reference", red, NULL);
    wait_until_loaded(idiom_of(h));
    frame(h, &number, file);
    g_signal_emit_by_name(idiom_of(h), "set-reference", NULL);
    wait_until_loaded(idiom_of(h));
    frame(h, &number, after);
    gst_harness_teardown(h);
    g_assert_cmpfloat(difference(pixels, file), <, 0.6);
    g_assert_cmpfloat(difference(pixels, after), >, 3);
}

/* Each is a warning that tells, and the picture goes on as it was. */
static void test_bad_while_playing(void)
{
    guint8 before[SIZE], after[SIZE];
    guint number = 0;
    g_autofree char *text = g_build_filename(folder, "text.png", NULL);
    g_autofree char *point = write_picture("point.png", 1, 1, 200, 100, 50);
    g_autofree char *light = g_strdup_printf("%s:0", red);
    g_assert_true(g_file_set_contents(text, "no picture", -1, NULL));
    const struct {
        const char *property, *value, *word;
    } cases[] = {
        {"reference", "/nowhere/a.png", "/nowhere/a.png"},
        {"reference", text, "text.png"},
        {"reference", point, "1x1"},
        {"reference-mix", light, "weight"},
    };
    GstHarness *h = harness("");
    GstBus *bus = gst_bus_new();
    gst_element_set_bus(idiom_of(h), bus);
    frame(h, &number, before);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_object_set(idiom_of(h), cases[i].property, cases[i].value, NULL);
        wait_until_loaded(idiom_of(h));
        frame(h, &number, after);
        g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, cases[i].word), ==, 1);
        g_assert_cmpfloat(difference(before, after), <, 0.6);
    }
    gst_element_set_bus(idiom_of(h), NULL);
    gst_object_unref(bus);
    gst_harness_teardown(h);
}

static void test_bad_at_start(void)
{
    g_autoptr(GstElement) idiom = gst_parse_launch("idiom style=tiny reference=/nowhere/a.png", NULL);
    g_autoptr(GstBus) bus = gst_bus_new();
    gst_element_set_bus(idiom, bus);
    g_assert_cmpint(gst_element_set_state(idiom, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ERROR, "/nowhere/a.png"), ==, 1);
    gst_element_set_state(idiom, GST_STATE_NULL);
    gst_element_set_bus(idiom, NULL);
}

/* Many wishes, and the end while one is being read. */
static void test_haste(void)
{
    guint8 pixels[SIZE];
    guint number = 0;
    for (guint i = 0; i < 3; i++) {
        GstHarness *h = harness("");
        frame(h, &number, pixels);
        for (guint k = 0; k < 6; k++)
            g_object_set(idiom_of(h), "reference", k % 2 ? red : blue, NULL);
        if (i) {
            wait_until_loaded(idiom_of(h));
            frame(h, &number, pixels);
            g_assert_cmpfloat(redness(pixels), >, 0);
        }
        gst_harness_teardown(h);
    }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    /* a generator of random weights paints in grey */
    const float colours[IDIOM_READER_COLOUR_VALUES] = {0, 0, 0, 0.05F, 0, 0, 0, 0.05F, 0, 0, 0, 0.05F};
    folder = test_styles_create();
    test_styles_add_any(folder, colours);
    red = write_picture("red.png", 120, 80, 220, 90, 60);
    blue = write_picture("blue.png", 120, 80, 40, 90, 230);
    g_test_add_func("/reference/file", test_file);
    g_test_add_func("/reference/style-waits", test_style_waits);
    g_test_add_func("/reference/mix", test_mix);
    g_test_add_func("/reference/sample", test_sample);
    g_test_add_func("/reference/bad/playing", test_bad_while_playing);
    g_test_add_func("/reference/bad/start", test_bad_at_start);
    g_test_add_func("/reference/haste", test_haste);
    const int result = g_test_run();
    g_free(red);
    g_free(blue);
    test_styles_remove(folder);
    return result;
}
