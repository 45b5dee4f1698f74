/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter against the same network run on floats, and its limits. */
#include "style-files.h"

#include <idiom/filter.h>
#include <idiom-unstable/ops.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

static IdiomStyle *load_style(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idiom_style_find(name, &error);
    g_assert_no_error(error);
    IdiomStyle *style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    return style;
}

/* The stylized picture in NCHW order, from RGBA bytes, without import, export or fp16. @mix: NULL, or weights. */
static float *reference(const IdiomStyle *style, const float *mix, const guint8 *rgba, guint width,
                        guint height)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, height, width));
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    IdiomTensor *weights = mix ? idiom_constant(graph, IDIOM_SHAPE(1, config->styles, 1, 1), mix) : NULL;
    IdiomTensor *out =
        idiom_to_flat(graph, idiom_generator_build(graph, params, config, idiom_to_planes(graph, in), weights,
                                                   NULL, FALSE));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &out, 1, &error);
    g_assert_no_error(error);
    float *pixels = idiom_program_map(program, in);
    gsize n = (gsize)width * height;
    for (gsize i = 0; i < 3 * n; i++)
        pixels[i] = rgba[4 * (i % n) + i / n] / 255.0f;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    return g_memdup2(idiom_program_map(program, out), 3 * n * sizeof(float));
}

static void check_strength(IdiomFilter *filter, const IdiomFrame *frame, const guint8 *in,
                           const float *styled, double strength, double tolerance)
{
    g_autoptr(GError) error = NULL;
    gsize n = (gsize)frame->width * frame->height;
    gssize stride = 4 * frame->width;
    g_autofree guint8 *out = g_malloc0(4 * n);
    idiom_filter_process(filter, (const guint8 *const[]){in}, &stride, (guint8 *const[]){out}, &stride,
                         &(IdiomFilterControls){.strength = strength}, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < n; i++) {
        for (gsize c = 0; c < 3; c++) {
            double source = in[4 * i + c], target = 255 * CLAMP(styled[c * n + i], 0, 1);
            g_assert_cmpfloat_with_epsilon(out[4 * i + c], source + strength * (target - source), tolerance);
        }
        g_assert_cmpint(out[4 * i + 3], ==, in[4 * i + 3]);
    }
}

static void check_size(const IdiomStyle *style, guint width, guint height)
{
    gsize n = (gsize)width * height;
    g_autofree guint8 *in = g_malloc(4 * n);
    for (gsize i = 0; i < 4 * n; i++)
        in[i] = (guint8)(128 + 127 * sin(0.037 * i + 0.00071 * i * i));
    g_autofree float *styled = reference(style, NULL, in, width, height);

    gboolean half = idiom_device_info(device)->fp16;
    for (IdiomPrecision precision = IDIOM_FP32; precision <= (half ? IDIOM_FP16 : IDIOM_FP32); precision++) {
        g_autoptr(GError) error = NULL;
        IdiomFrame frame = {.format = IDIOM_VIDEO_RGBA, .width = width, .height = height};
        g_autoptr(IdiomFilter) filter = idiom_filter_new(device, style, &frame, precision, &error);
        g_assert_no_error(error);
        double tolerance = precision == IDIOM_FP16 ? 3 : 0.51; /* beyond rounding: what fp16 loses */
        check_strength(filter, &frame, in, styled, 1, tolerance);
        check_strength(filter, &frame, in, styled, 0.3, tolerance);
        check_strength(filter, &frame, in, styled, 0, 0.001);
    }
}

static void test_same_as_network(void)
{
    g_autoptr(IdiomStyle) style = load_style("tiny");
    check_size(style, 1, 1);
    check_size(style, 5, 3);
    check_size(style, 97, 41);
}

static const float mixes[][3] = {{1, 0, 0}, {0, 1, 0}, {0.2F, 0.3F, 0.5F}, {0, 0, 1}, {1, 0, 0}};

static void test_mix(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = load_style("moods");
    IdiomFrame frame = {.format = IDIOM_VIDEO_RGBA, .width = 19, .height = 13};
    guint8 in[4 * 19 * 13];
    for (guint i = 0; i < sizeof in; i++)
        in[i] = (guint8)(128 + 127 * sin(0.05 * i));
    g_autoptr(IdiomFilter) filter = idiom_filter_new(device, style, &frame, IDIOM_FP32, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(mixes); i++) {
        g_autofree float *styled = reference(style, mixes[i], in, 19, 13);
        if (i > 0) /* without one the first style is shown */
            idiom_filter_set_mix(filter, mixes[i]);
        check_strength(filter, &frame, in, styled, 1, 0.51);
    }
}

static void noise(guint8 *bytes, gsize size, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)g_rand_int(random);
}

/* Fades between three styles, against the results of each alone. */
static void check_fade(IdiomFilter *const *filters, double strength)
{
    g_autoptr(GError) error = NULL;
    const IdiomFilterControls controls = {.strength = strength};
    enum { PLANE = 15 * 9, SIZE = 3 * PLANE }; /* luma needs so much, chroma less */
    guint8 in[SIZE], out[SIZE], alone[3][SIZE];
    const gssize strides[] = {15, 8, 8};
    const guint8 *const from[] = {in, in + PLANE, in + 2 * PLANE};
    guint8 *const to[] = {out, out + PLANE, out + 2 * PLANE};
    noise(in, sizeof in, 3);
    memset(alone, 0, sizeof alone);
    memset(out, 0, sizeof out);
    for (guint i = 0; i < 3; i++) {
        guint8 *const planes[] = {alone[i], alone[i] + PLANE, alone[i] + 2 * PLANE};
        idiom_filter_process(filters[i], from, strides, planes, strides, &controls, &error);
        g_assert_no_error(error);
    }
    static const double amounts[][3] = {{0, 0, 0}, {9, 1, 0}, {0, 0.3, 1}, {-1, 0.5, 0}, {0, 0.25, 0.6}};
    for (guint k = 0; k < G_N_ELEMENTS(amounts); k++) {
        idiom_filter_fade(filters, amounts[k], 3, from, strides, to, strides, &controls, &error);
        g_assert_no_error(error);
        const double a = amounts[k][1], b = amounts[k][2];
        /* exact where nothing is mixed, otherwise rounded once or twice */
        const double tolerance = (a > 0 && a < 1 && b < 1 ? 0.501 : 0) + (b > 0 && b < 1 ? 0.501 : 0);
        for (gsize i = 0; i < SIZE; i++) {
            const double first = alone[0][i], second = alone[1][i], third = alone[2][i];
            const double under = first + a * (second - first);
            g_assert_cmpfloat_with_epsilon(out[i], under + b * (third - under), tolerance + 1e-9);
        }
    }
    g_assert_cmpint(memcmp(alone[0], alone[2], sizeof alone[0]) == 0, ==, strength == 0);
}

static void test_fade(void)
{
    g_autoptr(GError) error = NULL;
    const IdiomFrame frame = {.format = IDIOM_VIDEO_I420, .width = 15, .height = 9};
    IdiomFilter *filters[3];
    for (guint i = 0; i < 3; i++) {
        g_autoptr(IdiomStyle) style = load_style((const char *[]){"tiny", "moods", "tiny2"}[i]);
        filters[i] = idiom_filter_new(device, style, &frame, IDIOM_FP32, &error);
        g_assert_no_error(error);
    }
    check_fade(filters, 1);
    check_fade(filters, 0.4);
    check_fade(filters, 0);

    g_autoptr(IdiomStyle) style = load_style("tiny");
    const IdiomFrame other = {.format = IDIOM_VIDEO_I420, .width = 15, .height = 10};
    g_autoptr(IdiomFilter) odd = idiom_filter_new(device, style, &other, IDIOM_FP32, &error);
    guint8 bytes[3][150] = {{0}};
    const gssize strides[] = {15, 8, 8};
    g_assert_false(idiom_filter_fade((IdiomFilter *[]){filters[0], odd}, (double[]){0, 0.5}, 2,
                                     (const guint8 *const[]){bytes[0], bytes[1], bytes[2]}, strides,
                                     (guint8 *const[]){bytes[0], bytes[1], bytes[2]}, strides,
                                     &(IdiomFilterControls){.strength = 1}, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    for (guint i = 0; i < 3; i++)
        idiom_filter_free(filters[i]);
}

static void test_in_place(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = load_style("tiny");
    IdiomFrame frame = {.format = IDIOM_VIDEO_BGRX, .width = 8, .height = 8};
    g_autoptr(IdiomFilter) filter = idiom_filter_new(device, style, &frame, IDIOM_FP32, &error);
    g_assert_no_error(error);
    guint8 in[256], out[256];
    for (guint i = 0; i < 256; i++)
        in[i] = (guint8)(i * 11);
    gssize stride = 32;
    idiom_filter_process(filter, (const guint8 *const[]){in}, &stride, (guint8 *const[]){out}, &stride,
                         &(IdiomFilterControls){.strength = 1}, &error);
    g_assert_no_error(error);
    idiom_filter_process(filter, (const guint8 *const[]){in}, &stride, (guint8 *const[]){in}, &stride,
                         &(IdiomFilterControls){.strength = 1}, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(in, sizeof in, out, sizeof out);
}

static void expect_too_large(const IdiomStyle *style, guint width, guint height)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *size = g_strdup_printf("%ux%u", width, height);
    IdiomFrame frame = {.format = IDIOM_VIDEO_I420, .width = width, .height = height};
    g_autoptr(IdiomFilter) filter = idiom_filter_new(device, style, &frame, IDIOM_FP32, &error);
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    g_assert_null(filter);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, size));
}

static void test_too_large(void)
{
    g_autoptr(IdiomStyle) style = load_style("small");
    const IdiomDeviceInfo *info = idiom_device_info(device);
    expect_too_large(style, info->max_plane_dim + 1, 1);
    expect_too_large(style, 1, info->max_plane_dim + 1);
    expect_too_large(style, 40000, 40000);
    expect_too_large(style, 0, 5);
    if (info->family == IDIOM_FAMILY_LANE) /* its images hold the channels one below the other */
        expect_too_large(style, 9000, 9000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/filter/same-as-network", test_same_as_network);
    g_test_add_func("/filter/mix", test_mix);
    g_test_add_func("/filter/fade", test_fade);
    g_test_add_func("/filter/in-place", test_in_place);
    g_test_add_func("/filter/too-large", test_too_large);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    test_styles_remove(folder);
    return status;
}
