/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Terms about colours: values against plain C in double precision,
 * gradients against central differences, and what each is for.
 */
#include "loss/palette.h"
#include "loss/regions.h"
#include "plain.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

#define EXACT 5e-4 /* of values: fp32 against double */
#define STEP 1e-3
#define TOLERANCE 2e-2 /* of central differences */

static IdiomDevice *device;

/* --- a term as a function ------------------------------------------------------------------------- */

typedef IdiomTensor *(*Loss)(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *taught);

static IdiomTensor *palette(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *taught)
{
    IdiomTensor *wanted = idiom_mean_hw(g, palette_map(g, taught ? taught : content));
    return palette_distance(g, idiom_mean_hw(g, palette_map(g, output)), idiom_stop_gradient(g, wanted));
}

/* The loss of @output and, unless @gradient is NULL, its gradient, of as many values; @taught may be NULL. */
static double evaluate(Loss loss, IdiomShape s, const float *content, const float *output,
                       const float *taught, float *gradient)
{
    const float *pictures[] = {content, output, taught};
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in[3] = {NULL}, *planes[3] = {NULL};
    for (guint i = 0; i < 3; i++)
        if (pictures[i]) {
            in[i] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
            planes[i] = idiom_to_planes(g, in[i]);
        }
    if (gradient) {
        idiom_graph_want_gradient(g, in[1]);
        planes[1] = idiom_to_planes(g, in[1]);
    }
    IdiomTensor *outputs[2] = {loss(g, planes[0], planes[1], planes[2])};
    if (gradient) {
        idiom_graph_differentiate(g, outputs, (const double[]){1}, 1, NULL);
        outputs[1] = idiom_tensor_gradient(in[1]);
    }
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, gradient ? 2 : 1, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3; i++)
        if (pictures[i])
            memcpy(idiom_program_map(program, in[i]), pictures[i], idiom_shape_elements(s) * sizeof(float));
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    if (gradient)
        memcpy(gradient, idiom_program_map(program, outputs[1]), idiom_shape_elements(s) * sizeof(float));
    return *(const float *)idiom_program_map(program, outputs[0]);
}

/* Moves a random half of the values along the gradient's sign, so that every element counts in the sum. */
static void check_gradient(Loss loss, IdiomShape s, const float *content, const float *output,
                           const float *taught)
{
    const gsize n = idiom_shape_elements(s);
    g_autofree float *gradient = g_new(float, n), *moved = g_new(float, n);
    g_assert_cmpfloat(evaluate(loss, s, content, output, taught, gradient), >, 0);
    double expected = 0, at[2];
    for (guint k = 0; k < 2; k++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(5);
        expected = 0;
        for (gsize i = 0; i < n; i++) {
            const float step = g_rand_boolean(random) ? copysignf((float)STEP, gradient[i]) : 0;
            moved[i] = output[i] + (k ? step : -step);
            expected += 2.0 * step * gradient[i];
        }
        at[k] = evaluate(loss, s, content, moved, taught, NULL);
    }
    g_test_message("%g by differences, %g by gradient", at[1] - at[0], expected);
    g_assert_cmpfloat(expected, >, 0);
    g_assert_cmpfloat_with_epsilon(at[1] - at[0], expected, TOLERANCE * expected);
}

static void check_value(Loss loss, IdiomShape s, const float *content, const float *output,
                        const float *taught, double expected)
{
    const double value = evaluate(loss, s, content, output, taught, NULL);
    g_test_message("%ux%u: %g, expected %g", s.w, s.h, value, expected);
    g_assert_cmpfloat_with_epsilon(value, expected, EXACT * expected + 1e-7);
}

/* One colour. */
static float *make_plain(IdiomShape s, double r, double g, double b)
{
    const double rgb[] = {r, g, b};
    float *values = g_new(float, idiom_shape_elements(s));
    for (gsize i = 0; i < idiom_shape_elements(s); i++)
        values[i] = (float)rgb[i / ((gsize)s.h * s.w) % 3];
    return values;
}

/* --- palette -------------------------------------------------------------------------------------- */

static void expected_palette(const float *picture, IdiomShape s, guint n, double shares[PALETTE_CHANNELS])
{
    static const double matrix[3][3] = {{0.4339499, 0.3762098, 0.1898430},
                                        {0.2126729, 0.7151522, 0.0721750},
                                        {0.0177566, 0.1094680, 0.8727755}};
    Map rgb[3];
    for (guint c = 0; c < 3; c++)
        rgb[c] = weighted_map(picture, s, (const double[]){c == 0, c == 1, c == 2}, 2);
    const gsize pixels = (gsize)rgb[0].h * rgb[0].w;
    memset(shares, 0, PALETTE_CHANNELS * sizeof *shares);
    for (gsize i = 0; i < pixels; i++) {
        double f[3];
        for (guint k = 0; k < 3; k++) {
            double sum = 0.0026;
            for (guint c = 0; c < 3; c++)
                sum += matrix[k][c] * pow((rgb[c].values[n * pixels + i] + 0.055) / 1.055, 2.4);
            f[k] = cbrt(sum);
        }
        const double lab[] = {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
        for (guint k = 0; k < PALETTE_CHANNELS; k++) {
            double d[3];
            palette_direction(k / PALETTE_STEPS, d);
            const double at = d[0] * (lab[0] - 50) + d[1] * lab[1] + d[2] * lab[2];
            const double threshold = 10.0 * (k % PALETTE_STEPS) - 75;
            shares[k] += 1 / (1 + exp((at - threshold) / 4)) / (double)pixels;
        }
    }
    for (guint c = 0; c < 3; c++)
        map_clear(&rgb[c]);
}

static double expected_palette_distance(const float *a, const float *b, IdiomShape s)
{
    double sum = 0, shares[2][PALETTE_CHANNELS];
    for (guint n = 0; n < s.n; n++) {
        expected_palette(a, s, n, shares[0]);
        expected_palette(b, s, n, shares[1]);
        for (guint k = 0; k < PALETTE_CHANNELS; k++)
            sum += (shares[0][k] - shares[1][k]) * (shares[0][k] - shares[1][k]);
    }
    return sum / PALETTE_DIRECTIONS / s.n;
}

static void test_palette(void)
{
    static const IdiomShape shapes[] = {{1, 3, 24, 26}, {2, 3, 18, 36}};
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const IdiomShape s = shapes[i];
        g_autofree float *content = make_picture(s, 1 + i), *output = make_picture(s, 11 + i);
        check_value(palette, s, content, output, NULL, expected_palette_distance(output, content, s));
        check_gradient(palette, s, content, output, NULL);
    }
    /* where colours lie does not matter; how far they are from those that are wanted does */
    const IdiomShape s = shapes[0];
    g_autofree float *wanted = make_plain(s, 0.5, 0.5, 0.5), *near = make_plain(s, 0.6, 0.6, 0.6);
    g_autofree float *far = make_plain(s, 0.9, 0.8, 0.1);
    g_assert_cmpfloat(evaluate(palette, s, wanted, wanted, NULL, NULL), <, 1e-9);
    const double little = evaluate(palette, s, wanted, near, NULL, NULL);
    const double much = evaluate(palette, s, wanted, far, NULL, NULL);
    g_test_message("10 units of L*: %g, yellow: %g", little, much);
    g_assert_cmpfloat(little, >, 0.02);
    g_assert_cmpfloat(much, >, 4 * little);
    check_gradient(palette, s, wanted, far, NULL); /* does not vanish far off */
}

/* --- chroma --------------------------------------------------------------------------------------- */

static double expected_chroma(const float *content, const float *output, const float *taught, IdiomShape s)
{
    static const double cb[] = {-0.168736, -0.331264, 0.5}, cr[] = {0.5, -0.418688, -0.081312};
    static const guint cells[] = {2, 8};
    double sum = 0;
    for (guint i = 0; i < 2; i++) {
        Map maps[7]; /* R, G, B of the content; Cb, Cr of the output; Cb, Cr of the teacher's */
        for (guint c = 0; c < 3; c++)
            maps[c] = weighted_map(content, s, (const double[]){c == 0, c == 1, c == 2}, cells[i]);
        for (guint k = 0; k < 4; k++)
            maps[3 + k] = weighted_map(k < 2    ? output
                                       : taught ? taught
                                                : output,
                                       s, k % 2 ? cr : cb, cells[i]);
        for (guint axis = 0; axis < 2; axis++) {
            const int h = (int)maps[0].h - (axis == 1), w = (int)maps[0].w - (axis == 0);
            for (guint n = 0; n < s.n; n++)
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++) {
                        double d[7], allowed = 0;
                        for (guint k = 0; k < 7; k++)
                            d[k] = map_at(&maps[k], n, y + (axis == 1), x + (axis == 0)) -
                                   map_at(&maps[k], n, y, x);
                        for (guint k = 0; k < 7; k++)
                            if (k < 3 || (k > 4 && taught))
                                allowed += d[k] * d[k];
                        sum +=
                            (fabs(d[3]) + fabs(d[4])) / (1 + allowed / (0.02 * 0.02)) / (2.0 * s.n * h * w);
                    }
        }
        for (guint k = 0; k < 7; k++)
            map_clear(&maps[k]);
    }
    return sum;
}

static void test_chroma(void)
{
    static const IdiomShape shapes[] = {{1, 3, 24, 26}, {2, 3, 32, 17}};
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const IdiomShape s = shapes[i];
        g_autofree float *content = make_picture(s, 1 + i), *output = make_picture(s, 11 + i);
        g_autofree float *taught = make_picture(s, 21 + i);
        check_value(chroma_loss, s, content, output, NULL, expected_chroma(content, output, NULL, s));
        check_value(chroma_loss, s, content, output, taught, expected_chroma(content, output, taught, s));
        check_gradient(chroma_loss, s, content, output, taught);
    }
    /* half of a thing in another hue costs; where the photo has an edge, or the teacher one of hue, it costs little */
    const IdiomShape s = IDIOM_SHAPE(1, 3, 32, 64);
    g_autofree float *grey = make_plain(s, 0.5, 0.5, 0.5), *two = make_plain(s, 0.9, 0.5, 0.2);
    for (gsize i = 0; i < idiom_shape_elements(s); i++)
        if (i % s.w >= 32)
            two[i] = (float[]){0.2f, 0.5f, 0.9f}[i / ((gsize)s.h * s.w) % 3];
    const double wrong = evaluate(chroma_loss, s, grey, two, NULL, NULL);
    g_assert_cmpfloat(wrong, >, 0.05);
    g_assert_cmpfloat(evaluate(chroma_loss, s, two, two, NULL, NULL), <, 0.01 * wrong);
    g_assert_cmpfloat(evaluate(chroma_loss, s, grey, two, two, NULL), <, 0.01 * wrong);
}

/* --- skin ----------------------------------------------------------------------------------------- */

static double likelihood(double r, double g, double b)
{
    const IdiomShape s = IDIOM_SHAPE(1, 3, 16, 16);
    g_autofree float *picture = make_plain(s, r / 255, g / 255, b / 255);
    g_autoptr(GError) error = NULL;
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, s);
    IdiomTensor *out = idiom_mean(graph, skin_likelihood(graph, idiom_to_planes(graph, in)));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &out, 1, &error);
    g_assert_no_error(error);
    memcpy(idiom_program_map(program, in), picture, idiom_shape_elements(s) * sizeof(float));
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    return *(const float *)idiom_program_map(program, out);
}

static void test_skin(void)
{
    /* light to dark, of the Monk skin tone scale */
    static const guint8 skin[][3] = {{243, 231, 219}, {234, 218, 186}, {215, 189, 150}, {160, 126, 86},
                                     {130, 92, 67},   {96, 65, 52},    {224, 172, 140}, {198, 134, 103}};
    static const guint8 other[][3] = {{128, 128, 128}, {255, 255, 255}, {0, 0, 0},     {70, 130, 180},
                                      {34, 139, 34},   {255, 0, 0},     {255, 220, 0}, {120, 40, 160}};
    for (guint i = 0; i < G_N_ELEMENTS(skin); i++)
        g_test_message("skin %u: %.2f", i, likelihood(skin[i][0], skin[i][1], skin[i][2]));
    for (guint i = 3; i < G_N_ELEMENTS(skin); i++)
        g_assert_cmpfloat(likelihood(skin[i][0], skin[i][1], skin[i][2]), >, 0.5);
    for (guint i = 0; i < G_N_ELEMENTS(other); i++)
        g_assert_cmpfloat(likelihood(other[i][0], other[i][1], other[i][2]), <, 0.05);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/regions/palette", test_palette);
    g_test_add_func("/regions/chroma", test_chroma);
    g_test_add_func("/regions/skin", test_skin);
    const int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
