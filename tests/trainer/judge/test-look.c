/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The measures of a look, on pictures whose figures are known. */
#include "judge/look.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define W 240
#define H 200

static guint8 byte(double value)
{
    return (guint8)lrint(CLAMP(value, 0, 255));
}

static Picture *grey(double (*value)(int x, int y))
{
    Picture *picture = picture_new(W, H);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            for (guint c = 0; c < 3; c++)
                picture->rgb[3 * (y * W + x) + (int)c] = byte(value(x, y));
    return picture;
}

static double middle(int x, int y)
{
    (void)x;
    (void)y;
    return 128;
}

/* Flat on the left, something on the right. */
static double half(int x, int y)
{
    return x < 120 ? 100 : 128 + 60 * sin(x * 0.9) * cos(y * 0.7);
}

/* Waves of amplitude 40. */
static double broad(int x, int y)
{
    (void)y;
    return 128 + 40 * sin(x * 2 * G_PI / 24);
}

static double fine(int x, int y)
{
    (void)y;
    return 128 + 40 * sin(x * 2 * G_PI / 6);
}

static double step(int x, int y)
{
    (void)y;
    return x < 120 ? 60 : 190;
}

/* The step with waves that die away from it. */
static double ringing(int x, int y)
{
    return step(x, y) + 40 * sin(x * 2 * G_PI / 6) * exp(-abs(x - 120) / 8.0) + 2 * sin(y * 2 * G_PI / 6);
}

static double hatched(int x, int y)
{
    return step(x, y) + 20 * sin(y * 2 * G_PI / 6);
}

static Look measure(double (*photo)(int x, int y), double (*output)(int x, int y))
{
    g_autoptr(Picture) a = grey(photo), b = grey(output);
    Look look;
    look_measure(a, b, NULL, &look);
    return look;
}

static void test_flat(void)
{
    const Look none = measure(middle, middle), wide = measure(middle, broad), thin = measure(middle, fine);
    g_assert_cmpfloat(none.flat_output, <, 1e-3);
    g_assert_cmpfloat(none.forms_output, <, 1e-6);
    g_assert_cmpfloat_with_epsilon(wide.flat_output, 40 * G_SQRT2 / 2, 0.5);
    g_assert_cmpfloat_with_epsilon(thin.flat_output, 40 * G_SQRT2 / 2, 0.5);
    /* of the waves' variance, 800, the band keeps the square of the difference of two Gaussians' responses */
    const double gain = exp(-2 * pow(G_PI * 0.1874 * 16 / 24, 2)) - exp(-2 * pow(G_PI * 0.1874 * 40 / 24, 2));
    g_assert_cmpfloat_with_epsilon(wide.forms_output, 800 * gain * gain, 0.05 * 800 * gain * gain);
    g_assert_cmpfloat(thin.forms_output, <, 2);
    g_assert_cmpfloat_with_epsilon(wide.wave_output, 24, 0.5);
    g_assert_cmpfloat_with_epsilon(thin.wave_output, 6, 0.5);
    g_assert_true(isnan(none.wave_output));
    /* the square is where the photo is flat, whatever the output does elsewhere */
    const Look part = measure(half, half);
    g_assert_cmpfloat(part.flat_photo, <, 1e-3);
    g_assert_cmpfloat(part.flat_output, <, 1e-3);
}

static void test_yellow(void)
{
    g_autoptr(Picture) photo = picture_new(W, H), output = picture_new(W, H);
    for (guint i = 0; i < W * H; i++) {
        const gboolean some = i % 50 == 0; /* 2 % */
        photo->rgb[3 * i] = photo->rgb[3 * i + 1] = photo->rgb[3 * i + 2] = 90;
        output->rgb[3 * i] = output->rgb[3 * i + 1] = some ? 255 : 0;
        output->rgb[3 * i + 2] = some ? 0 : 255;
    }
    Look look;
    look_measure(photo, output, NULL, &look);
    g_assert_cmpfloat_with_epsilon(look.yellow_photo, 0, 0.05);
    g_assert_cmpfloat_with_epsilon(look.yellow_output, 94.48, 0.05);
}

static void test_rings(void)
{
    const Look hatch = measure(step, hatched), ring = measure(step, ringing);
    g_assert_cmpfloat_with_epsilon(hatch.rings, 1, 0.1);
    g_assert_cmpfloat(ring.rings, >, 4);
    g_assert_true(isnan(measure(middle, fine).rings)); /* no edge */
}

/* --- colours -------------------------------------------------------------------------------------- */

static Picture *plain(const guint8 left[3], const guint8 right[3])
{
    Picture *picture = picture_new(W, H);
    for (guint i = 0; i < W * H; i++)
        memcpy(picture->rgb + 3 * i, i % W < W / 2 ? left : right, 3);
    return picture;
}

static Colours *colours_of(const guint8 left[3], const guint8 right[3])
{
    g_autoptr(Picture) picture = plain(left, right);
    Colours *colours = g_new(Colours, 1);
    colours_measure(picture, colours);
    return colours;
}

static const guint8 dark[] = {119, 119, 119}, bright[] = {145, 145, 145}; /* L* 50.0 and 60.2 */
static const guint8 red[] = {255, 0, 0}, blue[] = {40, 60, 255};

static void test_colours(void)
{
    double lab[3];
    colours_lab(red, lab);
    g_assert_cmpfloat_with_epsilon(lab[0], 53.24, 0.05);
    g_assert_cmpfloat_with_epsilon(lab[1], 80.09, 0.05);
    g_assert_cmpfloat_with_epsilon(lab[2], 67.20, 0.05);
    g_autofree Colours *a = colours_of(dark, dark), *b = colours_of(bright, bright);
    g_autofree Colours *c = colours_of(red, dark), *d = colours_of(dark, red), *e = colours_of(red, blue);
    /* of a step along L* each direction sees its part */
    const double part = (1 + 4 * sqrt(1 / 2.0) + 4 * sqrt(1 / 3.0)) / PALETTE_DIRECTIONS;
    g_assert_cmpfloat_with_epsilon(colours_palette_distance(a, b), part * 10.2, 0.5);
    g_assert_cmpfloat_with_epsilon(colours_palette_distance(c, d), 0, 1e-6); /* wherever they lie */
    g_assert_true(isnan(colours_hue_distance(a, b)));
    g_assert_cmpfloat_with_epsilon(colours_hue_distance(c, d), 0, 1e-6);
    g_assert_cmpfloat(colours_hue_distance(c, e), >, 0.3); /* half of the hues are blue */
    g_assert_cmpfloat(colours_hue_distance(c, e), <, 0.7);
    /* of two pictures together */
    g_autofree Colours *both = g_new0(Colours, 1), *halves = colours_of(dark, bright);
    colours_add(both, a, 0.5);
    colours_add(both, b, 0.5);
    g_assert_cmpfloat_with_epsilon(colours_palette_distance(both, halves), 0, 1e-6);
}

static void test_style_colours(void)
{
    g_autoptr(Picture) photo = plain(dark, bright), output = plain(red, blue);
    g_autofree Colours *style = colours_of(blue, red);
    Look look;
    look_measure(photo, output, style, &look);
    g_assert_cmpfloat(look.palette_photo, >, 20);
    g_assert_cmpfloat_with_epsilon(look.palette_output, 0, 1e-6);
    g_assert_cmpfloat_with_epsilon(look.hue_output, 0, 1e-6);
    g_assert_cmpfloat_with_epsilon(look.yellow_style, look.yellow_output, 1e-6);
    look_measure(photo, output, NULL, &look);
    g_assert_true(isnan(look.palette_output) && isnan(look.hue_output) && isnan(look.yellow_style));
}

/* Half of a thing red and half blue is measured, unless the photo has an edge there. */
static void test_chroma(void)
{
    g_autoptr(Picture) one = plain(dark, dark), two = plain(dark, bright), output = plain(red, blue);
    Look look;
    look_measure(one, output, NULL, &look);
    g_assert_cmpfloat(look.chroma_photo, <, 0.1);
    g_assert_cmpfloat(look.chroma_output, >, 10);
    look_measure(two, output, NULL, &look);
    g_assert_cmpfloat(look.chroma_output, <, 0.1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/look/flat", test_flat);
    g_test_add_func("/look/yellow", test_yellow);
    g_test_add_func("/look/rings", test_rings);
    g_test_add_func("/look/colours", test_colours);
    g_test_add_func("/look/style-colours", test_style_colours);
    g_test_add_func("/look/chroma", test_chroma);
    return g_test_run();
}
