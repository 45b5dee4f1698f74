/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/noise.h>

#include <math.h>
#include <string.h>

#define N IDIOM_NOISE_PERIOD
#define CELLS ((gsize)N * N)

/* The numbers are part of the style files that were trained on them: they stay as they are. */
static void test_fixed(void)
{
    const gint8 *tile = idiom_noise_tile();
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)tile,
                                    (gsize)IDIOM_NOISE_SIDE * IDIOM_NOISE_SIDE * IDIOM_NOISE_CHANNELS);
    g_assert_cmpstr(sum, ==, "f94e75b9ab960ce5b2dad0945a9f252f32ae070583ec0f455e300f9168498e1c");
    g_assert_true(idiom_noise_tile() == tile);
}

/* Mean 0, variance 1, and within the range, at the cells alone too. */
static void test_moments(void)
{
    g_autofree float *planes = g_new(float, IDIOM_NOISE_CHANNELS *CELLS);
    idiom_noise_crop(0, 0, N, N, planes);
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++) {
        double sum = 0, squares = 0;
        for (gsize i = 0; i < CELLS; i++) {
            const float v = planes[c * CELLS + i];
            g_assert_cmpfloat(fabsf(v), <=, IDIOM_NOISE_RANGE);
            g_assert_cmpfloat(v * 32, ==, roundf(v * 32));
            sum += v;
            squares += (double)v * v;
        }
        g_assert_cmpfloat(fabs(sum / (double)CELLS), <, 0.01);
        g_assert_cmpfloat(fabs(squares / (double)CELLS - 1), <, 0.03);
    }
}

/* Cycles a cell, by mean squared slope: of a wave, (2 pi / wavelength)^2 times its variance, shared by two directions. */
static void test_wavelengths(void)
{
    static const double wavelengths[IDIOM_NOISE_CHANNELS][2] = {{18, 22}, {3, 4}};
    const double step = 1.0 / IDIOM_NOISE_SAMPLES;
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++) {
        double slopes = 0;
        for (guint i = 0; i < N * IDIOM_NOISE_SAMPLES; i++) {
            for (guint j = 0; j < N; j++) {
                float v[3][IDIOM_NOISE_CHANNELS];
                idiom_noise_at(i * step, j, v[0]);
                idiom_noise_at((i + 1) * step, j, v[1]);
                idiom_noise_at(i * step, j + step, v[2]);
                slopes += pow((v[1][c] - v[0][c]) / step, 2) + pow((v[2][c] - v[0][c]) / step, 2);
            }
        }
        const double wavelength = 2 * G_PI / sqrt(slopes / (N * N * IDIOM_NOISE_SAMPLES));
        g_test_message("channel %u: %.2f cells", c, wavelength);
        g_assert_cmpfloat(wavelength, >, wavelengths[c][0]);
        g_assert_cmpfloat(wavelength, <, wavelengths[c][1]);
    }
}

/* Strokes change little along the contour lines of the hills, and much across them: on slopes, which are steep enough to
 * outweigh the ground's. */
static void test_strokes(void)
{
    const double step = 1.0 / IDIOM_NOISE_SAMPLES;
    double along = 0, across = 0;
    for (guint i = 0; i < N; i++) {
        for (guint j = 0; j < N; j++) {
            float here[2], right[2], low[2], far_right[2], far_low[2];
            idiom_noise_at(i, j, here);
            idiom_noise_at(i + step, j, right);
            idiom_noise_at(i, j + step, low);
            idiom_noise_at(i + 1, j, far_right);
            idiom_noise_at(i, j + 1, far_low);
            const double hx = far_right[0] - here[0], hy = far_low[0] - here[0], steep = hypot(hx, hy);
            if (steep < 0.4)
                continue;
            const double x = right[1] - here[1], y = low[1] - here[1];
            along += pow((x * hy - y * hx) / steep, 2);
            across += pow((x * hx + y * hy) / steep, 2);
        }
    }
    g_test_message("along %.3f of across", along / across);
    g_assert_cmpfloat(along, <, 0.35 * across);
}

/* A crop is the field at its cells, wherever it begins; the field goes round. */
static void test_places(void)
{
    enum { W = 9, H = 5 };
    static const int offsets[][2] = {{0, 0}, {250, 253}, {-3, -700}, {G_MAXINT - 2, G_MININT}};
    for (guint o = 0; o < G_N_ELEMENTS(offsets); o++) {
        float planes[IDIOM_NOISE_CHANNELS][H][W];
        idiom_noise_crop(offsets[o][0], offsets[o][1], W, H, &planes[0][0][0]);
        for (guint y = 0; y < H; y++) {
            for (guint x = 0; x < W; x++) {
                float here[IDIOM_NOISE_CHANNELS], away[IDIOM_NOISE_CHANNELS];
                idiom_noise_at((offsets[o][0] & (N - 1)) + x, (offsets[o][1] & (N - 1)) + y, here);
                idiom_noise_at((offsets[o][0] & (N - 1)) + x - 3.0 * N,
                               (offsets[o][1] & (N - 1)) + y + 1e6 * N, away);
                for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++) {
                    g_assert_cmpfloat(planes[c][y][x], ==, here[c]);
                    g_assert_cmpfloat(here[c], ==, away[c]);
                }
            }
        }
    }
    float a[IDIOM_NOISE_CHANNELS], b[IDIOM_NOISE_CHANNELS], between[IDIOM_NOISE_CHANNELS];
    idiom_noise_at(-7.25, 11, a);
    idiom_noise_at(-7, 11, b);
    idiom_noise_at(-7.0625, 11, between);
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        g_assert_cmpfloat_with_epsilon(between[c], 0.25f * a[c] + 0.75f * b[c], 1e-6f);
}

/* A photo and the picture of it are at one place, others at others. */
static void test_offsets(void)
{
    int x, y, x2, y2;
    idiom_noise_offset("photos/12003.jpg", &x, &y);
    idiom_noise_offset("/drawn/starry.d/12003.png", &x2, &y2);
    g_assert_cmpint(x, ==, x2);
    g_assert_cmpint(y, ==, y2);
    g_assert_cmpint(x, ==, 187);
    g_assert_cmpint(y, ==, 194);
    idiom_noise_offset("12003", &x2, &y2);
    g_assert_true(x == x2 && y == y2);
    idiom_noise_offset("12004.jpg", &x2, &y2);
    g_assert_true(x != x2 && y != y2);
    idiom_noise_offset(".jpg", &x, &y);
    idiom_noise_offset("", &x2, &y2);
    g_assert_true(x != x2 || y != y2);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        idiom_noise_offset(name, &x, &y);
        g_assert_true(x >= 0 && x < N && y >= 0 && y < N);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/noise/fixed", test_fixed);
    g_test_add_func("/noise/moments", test_moments);
    g_test_add_func("/noise/wavelengths", test_wavelengths);
    g_test_add_func("/noise/strokes", test_strokes);
    g_test_add_func("/noise/places", test_places);
    g_test_add_func("/noise/offsets", test_offsets);
    return g_test_run();
}
