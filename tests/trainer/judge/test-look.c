/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The measures of a look, on pictures whose figures are known. */
#include "judge/look.h"

#include <glib.h>
#include <math.h>

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
    look_measure(a, b, &look);
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
    look_measure(photo, output, &look);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/look/flat", test_flat);
    g_test_add_func("/look/yellow", test_yellow);
    g_test_add_func("/look/rings", test_rings);
    return g_test_run();
}
