/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Styles read off pictures: colours, textures, and what becomes of the network. */
#include "model/colours.h"
#include "reading-style.h"
#include "style-files.h"

#include <idiom-unstable/stylefile.h>
#include <math.h>
#include <string.h>

enum { W = 96, H = 64 };

static IdiomDevice *device;

static IdiomReference reference_of(const guint8 *pixels, guint w, guint h)
{
    IdiomReference reference = IDIOM_REFERENCE_INIT;
    reference.pixels = pixels;
    reference.width = w;
    reference.height = h;
    reference.stride = 3 * (gsize)w;
    return reference;
}

/* Stripes in two colours, with some noise; @period: pixels, @amount: contrast */
static void draw(guint8 *pixels, double period, double amount, const double *base)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++)
            for (guint c = 0; c < 3; c++)
                pixels[3 * (y * W + x) + c] =
                    (guint8)CLAMP(base[c] + amount * sin(2 * G_PI * x / period) * (1 + 0.2 * c) +
                                      g_rand_double_range(rand, -6, 6),
                                  0, 255);
}

/* --- colours --------------------------------------------------------------------------------------- */

static void test_map(void)
{
    guint8 a[3 * W * H], b[3 * W * H];
    draw(a, 9, 20, (const double[]){90, 120, 150});
    draw(b, 14, 26, (const double[]){140, 110, 90});
    const IdiomColours from = idiom_colours_of(a, W, H, 3 * W), to = idiom_colours_of(b, W, H, 3 * W);
    const IdiomColourMap map = idiom_colours_map(&from, &to);
    for (guint i = 0; i < 3; i++) {
        double mean = map.offset[i];
        for (guint j = 0; j < 3; j++) {
            double covariance = 0;
            mean += map.matrix[i][j] * from.mean[j];
            for (guint k = 0; k < 3; k++)
                for (guint l = 0; l < 3; l++)
                    covariance += map.matrix[i][k] * from.covariance[k][l] * map.matrix[j][l];
            g_assert_cmpfloat_with_epsilon(covariance, to.covariance[i][j], 2e-3);
            g_assert_cmpfloat_with_epsilon(map.matrix[i][j], map.matrix[j][i], 1e-9);
        }
        g_assert_cmpfloat_with_epsilon(mean, to.mean[i], 1e-9);
    }
}

/* Neither one colour nor grey takes all contrast away, or makes too much of it. */
static void test_limits(void)
{
    guint8 a[3 * W * H], flat[3 * W * H];
    draw(a, 9, 40, (const double[]){90, 120, 150});
    memset(flat, 77, sizeof flat);
    const IdiomColours some = idiom_colours_of(a, W, H, 3 * W), none = idiom_colours_of(flat, W, H, 3 * W);
    const IdiomColourMap down = idiom_colours_map(&some, &none), up = idiom_colours_map(&none, &some);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpfloat(down.matrix[i][i], >=, IDIOM_COLOURS_MIN_GAIN - 1e-9);
        g_assert_cmpfloat(up.matrix[i][i], <=, IDIOM_COLOURS_MAX_GAIN + 1e-9);
    }
}

/* The same pixels as one picture and as two halves. */
static void test_blend(void)
{
    guint8 a[3 * W * H];
    draw(a, 33, 60, (const double[]){90, 120, 150});
    const IdiomColours whole = idiom_colours_of(a, W, H, 3 * W);
    const IdiomColours halves[] = {idiom_colours_of(a, W, H / 2, 3 * W),
                                   idiom_colours_of(a + 3 * W * H / 2, W, H / 2, 3 * W)};
    const IdiomColours both = idiom_colours_blend(halves, (const double[]){0.5, 0.5}, 2);
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpfloat_with_epsilon(both.mean[i], whole.mean[i], 1e-9);
        for (guint j = 0; j < 3; j++)
            g_assert_cmpfloat_with_epsilon(both.covariance[i][j], whole.covariance[i][j], 1e-9);
    }
}

/* --- textures -------------------------------------------------------------------------------------- */

static double distance(const float *a, const float *b)
{
    double sum = 0;
    for (guint i = 0; i < IDIOM_READER_FEATURES; i++)
        sum += fabs((double)a[i] - (double)b[i]);
    return sum / IDIOM_READER_FEATURES;
}

static void test_describer(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDescriber) describer = idiom_describer_new(device);
    guint8 pixels[3 * W * H];
    float features[3][IDIOM_READER_FEATURES];
    const struct {
        double period, amount, base[3];
    } cases[] = {{9, 40, {100, 120, 150}}, {9, 80, {170, 120, 100}}, {23, 40, {100, 120, 150}}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        draw(pixels, cases[i].period, cases[i].amount, cases[i].base);
        const IdiomReference reference = reference_of(pixels, W, H);
        g_assert_true(idiom_describer_run(describer, &reference, features[i], &error));
        g_assert_no_error(error);
    }
    /* other colours and contrast are nearly the same texture, other stripes are not */
    g_assert_cmpfloat(3 * distance(features[0], features[1]), <, distance(features[0], features[2]));
}

/* --- styles ---------------------------------------------------------------------------------------- */

static IdiomStyle *load_any(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idiom_style_find(IDIOM_STYLE_ANY, &error);
    IdiomStyle *style = path ? idiom_style_load(path, &error) : NULL;
    g_assert_no_error(error);
    return style;
}

static float *values_of(const IdiomStyle *style, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    const int index = idiom_params_find(params, name);
    g_assert_cmpint(index, >=, 0);
    g_autofree float *all = g_new(float, idiom_params_elements(params));
    g_assert_true(idiom_params_read(params, all, &error));
    return g_memdup2(all + idiom_params_offset(params, (guint)index),
                     idiom_shape_elements(idiom_params_shape(params, (guint)index)) * sizeof *all);
}

/* A picture in the colours that the style paints in anyway: norms are blended, the rest is as it was. */
static void test_read(void)
{
    g_autoptr(GError) error = NULL;
    guint8 pixels[3 * W * H];
    draw(pixels, 9, 40, (const double[]){90, 120, 150});
    const IdiomReference reference = reference_of(pixels, W, H);
    g_autoptr(IdiomStyle) any = load_any();
    g_assert_true(idiom_style_reads(any));
    g_autoptr(IdiomStyle) one = idiom_style_read(any, device, &reference, 1, "stripes", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(idiom_style_names(one)[0], ==, "stripes");
    g_assert_null(idiom_style_names(one)[1]);
    g_assert_false(idiom_style_reads(one));

    const guint channels = idiom_style_config(any)->channels;
    g_autofree float *rows = values_of(any, "blocks.0.norm1.weight"),
                     *row = values_of(one, "blocks.0.norm1.weight");
    for (guint c = 0; c < channels; c++)
        g_assert_cmpfloat_with_epsilon(
            row[c], 0.2F * rows[c] + 0.3F * rows[channels + c] + 0.5F * rows[2 * channels + c], 1e-5F);
    g_autofree float *head = values_of(any, "head.weight"), *same = values_of(one, "head.weight");
    g_assert_cmpmem(head, 100, same, 100);
    g_autofree float *last = values_of(any, "out2.weight"), *mapped = values_of(one, "out2.weight");
    for (guint i = 0; i < 20; i++)
        g_assert_cmpfloat_with_epsilon(last[i], mapped[i], 1e-3F);
}

/* In other colours the last convolution's means move to theirs. */
static void test_read_colours(void)
{
    g_autoptr(GError) error = NULL;
    guint8 pixels[2][3 * W * H];
    draw(pixels[0], 9, 40, (const double[]){90, 120, 150});
    draw(pixels[1], 9, 40, (const double[]){200, 120, 60});
    g_autoptr(IdiomStyle) any = load_any();
    float bias[2][3];
    for (guint i = 0; i < 2; i++) {
        const IdiomReference reference = reference_of(pixels[i], W, H);
        g_autoptr(IdiomStyle) one = idiom_style_read(any, device, &reference, 1, "stripes", &error);
        g_assert_no_error(error);
        g_autofree float *values = values_of(one, "out2.bias");
        memcpy(bias[i], values, sizeof bias[i]);
    }
    g_assert_cmpfloat(bias[1][0], >, bias[0][0] + 0.3F);
    g_assert_cmpfloat(bias[1][2], <, bias[0][2] - 0.3F);
}

static void assert_refused(const IdiomStyle *style, IdiomReference reference, const char *name,
                           const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(idiom_style_read(style, device, &reference, 1, name, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, word));
}

static void test_bad(void)
{
    g_autoptr(GError) error = NULL;
    guint8 pixels[3 * W * H] = {0};
    g_autoptr(IdiomStyle) any = load_any();
    g_autofree char *path = idiom_style_find("moods", &error);
    g_autoptr(IdiomStyle) moods = idiom_style_load(path, &error);
    g_assert_no_error(error);
    const IdiomReference fine = reference_of(pixels, W, H);
    IdiomReference light = fine;
    light.weight = 0;
    assert_refused(moods, fine, "a", "does not read");
    assert_refused(any, fine, "a,b", "comma");
    assert_refused(any, reference_of(pixels, 1, 1), "a", "1x1");
    assert_refused(any, reference_of(pixels, 20000, 20), "a", "16384");
    assert_refused(any, light, "a", "weight");
    /* one of a single colour is a picture */
    g_autoptr(IdiomStyle) black = idiom_style_read(any, device, &fine, 1, "black", &error);
    g_assert_no_error(error);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    guint8 pixels[3 * W * H];
    float colours[IDIOM_READER_COLOUR_VALUES];
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    char *folder = test_styles_create();
    draw(pixels, 9, 40, (const double[]){90, 120, 150});
    const IdiomReference reference = reference_of(pixels, W, H);
    idiom_reader_colours(&reference, colours);
    test_styles_add_any(folder, colours);
    g_test_add_func("/reading/colours/map", test_map);
    g_test_add_func("/reading/colours/limits", test_limits);
    g_test_add_func("/reading/colours/blend", test_blend);
    g_test_add_func("/reading/describer", test_describer);
    g_test_add_func("/reading/style", test_read);
    g_test_add_func("/reading/style/colours", test_read_colours);
    g_test_add_func("/reading/bad", test_bad);
    const int result = g_test_run();
    test_styles_remove(folder);
    idiom_device_unref(device);
    return result;
}
