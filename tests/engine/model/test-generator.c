/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/generator.h>

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

static void test_presets(void)
{
    static const struct {
        const char *size;
        gsize parameters;
    } sizes[] = {{"nano", 46128}, {"small", 95588}, {"base", 453804}};
    g_autoptr(GError) error = NULL;
    IdiomGeneratorConfig config;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_assert_true(idiom_generator_preset(sizes[i].size, 1, &config, &error));
        g_autoptr(GArray) tensors = idiom_generator_tensors(&config);
        gsize parameters = 0;
        for (guint t = 0; t < tensors->len; t++)
            parameters += idiom_shape_elements(g_array_index(tensors, IdiomGeneratorTensor, t).shape);
        g_assert_cmpuint(parameters, ==, sizes[i].parameters);
    }
    g_assert_false(idiom_generator_preset("huge", 1, &config, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_false(idiom_generator_preset("small", IDIOM_GENERATOR_MAX_STYLES + 1, &config, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

/* Of a frame of 640x360. */
static double frame_flops(const char *size)
{
    const IdiomShape shape = IDIOM_SHAPE(1, 3, 360, 640);
    IdiomGeneratorConfig config;
    g_assert_true(idiom_generator_preset(size, 1, &config, NULL));
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, &config, 1);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_to_planes(g, idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape));
    IdiomTensor *output =
        idiom_to_flat(g, idiom_generator_build(g, params, &config, picture, NULL, NULL, NULL, FALSE));
    const double flops = idiom_graph_flops(g);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomProgram) program = idiom_program_plan(g, &output, 1, &error);
    g_assert_no_error(error);
    return flops;
}

/* What a size may cost: people choose by it. */
static void test_cost(void)
{
    const double nano = frame_flops("nano"), small = frame_flops("small"), base = frame_flops("base");
    g_assert_cmpfloat(nano, <, 0.55 * small);
    g_assert_cmpfloat(small, <, 3.65e9);
    g_assert_cmpfloat(base, >=, 4 * small);
    g_assert_cmpfloat(base, <=, 16e9);
}

static void test_seed(void)
{
    IdiomGeneratorConfig config;
    g_assert_true(idiom_generator_preset("nano", 2, &config, NULL));
    g_autofree float *values[3] = {NULL};
    gsize elements = 0;
    for (guint i = 0; i < 3; i++) {
        g_autoptr(IdiomParams) params = idiom_params_new(device);
        idiom_generator_declare(params, &config, i == 2 ? 8 : 7);
        elements = idiom_params_elements(params);
        values[i] = g_new(float, elements);
        g_assert_true(idiom_params_read(params, values[i], NULL));
    }
    g_assert_cmpmem(values[0], elements * sizeof(float), values[1], elements * sizeof(float));
    g_assert_cmpint(memcmp(values[0], values[2], elements * sizeof(float)), !=, 0);
    g_free(values[1]);
    g_free(values[2]);
}

/* Runs a generator on a smooth picture, with @noise as an input where there is one; the result is [n,3,h,w]. */
static float *stylize_noise(const IdiomGeneratorConfig *config, IdiomShape shape, const float *mix,
                            const float *noise)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, config, 3);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *styles =
        mix ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, config->styles, 1, 1)) : NULL;
    const IdiomShape cells = IDIOM_SHAPE(shape.n, IDIOM_NOISE_CHANNELS, (shape.h + 3) / 4, (shape.w + 3) / 4);
    IdiomTensor *field = noise ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, cells) : NULL;
    IdiomTensor *y = idiom_generator_build(g, params, config, idiom_to_planes(g, picture),
                                           field ? idiom_to_planes(g, field) : NULL, styles, NULL, FALSE);
    g_assert_no_error(idiom_graph_error(g));
    const IdiomShape s = idiom_tensor_shape(y);
    g_assert_true(s.n == shape.n && s.c == 3 && s.h == shape.h && s.w == shape.w);
    IdiomTensor *output = idiom_to_flat(g, y);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &output, 1, &error);
    g_assert_no_error(error);
    float *values = idiom_program_map(program, picture);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++)
        values[i] = 0.5f + 0.5f * sinf(0.37f * (float)(i % shape.w) + 0.11f * (float)(i / shape.w));
    if (mix)
        memcpy(idiom_program_map(program, styles), mix, config->styles * sizeof(float));
    if (noise)
        memcpy(idiom_program_map(program, field), noise, idiom_shape_elements(cells) * sizeof(float));
    g_assert_true(idiom_program_run(program, &error));
    g_assert_no_error(error);
    const float *result = idiom_program_map(program, output);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++)
        g_assert_true(result[i] >= 0 && result[i] <= 1);
    return g_memdup2(result, idiom_shape_elements(shape) * sizeof(float));
}

static float *stylize(const IdiomGeneratorConfig *config, IdiomShape shape, const float *mix)
{
    return stylize_noise(config, shape, mix, NULL);
}

static void test_shapes(void)
{
    static const IdiomShape shapes[] = {{1, 3, 1, 1}, {1, 3, 2, 9}, {2, 3, 33, 47}, {1, 3, 64, 96}};
    IdiomGeneratorConfig config;
    for (guint tail = 0; tail < 2; tail++) {
        g_assert_true(idiom_generator_preset("nano", 1, &config, NULL));
        config.tail = (IdiomTail)tail;
        for (guint i = 0; i < G_N_ELEMENTS(shapes); i++)
            g_free(stylize(&config, shapes[i], NULL));
    }
}

/* All styles of a new generator are alike: whatever their mix, if its weights add up to 1, it is the style
 * alone. */
static void test_mix(void)
{
    IdiomGeneratorConfig one, three;
    g_assert_true(idiom_generator_preset("nano", 1, &one, NULL));
    g_assert_true(idiom_generator_preset("nano", 3, &three, NULL));
    const IdiomShape shape = IDIOM_SHAPE(1, 3, 20, 24);
    g_autofree float *a = stylize(&one, shape, NULL);
    g_autofree float *b = stylize(&three, shape, (const float[]){0.25f, 0.5f, 0.25f});
    g_autofree float *c = stylize(&three, shape, (const float[]){0, 1, 0});
    for (gsize i = 0; i < idiom_shape_elements(shape); i++) {
        g_assert_cmpfloat_with_epsilon(a[i], b[i], 1e-4);
        g_assert_cmpfloat_with_epsilon(a[i], c[i], 1e-4);
    }
}

static gboolean same(const float *a, const float *b, IdiomShape shape)
{
    return memcmp(a, b, idiom_shape_elements(shape) * sizeof *a) == 0;
}

/* Without other noise a generator sees the field's first cells; other noise paints another picture. */
static void test_noise(void)
{
    static const IdiomShape shapes[] = {{1, 3, 1, 1}, {2, 3, 33, 47}, {1, 3, 64, 96}};
    IdiomGeneratorConfig config;
    g_assert_true(idiom_generator_preset("nano", 1, &config, NULL));
    config.noise = IDIOM_NOISE_CHANNELS;
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const IdiomShape s = shapes[i];
        const guint w = (s.w + 3) / 4, h = (s.h + 3) / 4, plane = IDIOM_NOISE_CHANNELS * w * h;
        g_autofree float *first = g_new(float, s.n *plane), *other = g_new(float, s.n *plane);
        for (guint n = 0; n < s.n; n++) {
            idiom_noise_crop(0, 0, w, h, first + n * plane);
            idiom_noise_crop(3, 5, w, h, other + n * plane);
        }
        g_autofree float *by_default = stylize(&config, s, NULL);
        g_autofree float *with_first = stylize_noise(&config, s, NULL, first);
        g_autofree float *with_other = stylize_noise(&config, s, NULL, other);
        g_assert_true(same(by_default, with_first, s));
        if (s.w > 1) /* of a single cell, the norms leave nothing */
            g_assert_false(same(with_first, with_other, s));
    }
    config.noise = 1;
    g_autoptr(GError) error = NULL;
    g_assert_false(idiom_generator_check(&config, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "noise is 1"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/generator/presets", test_presets);
    g_test_add_func("/generator/cost", test_cost);
    g_test_add_func("/generator/seed", test_seed);
    g_test_add_func("/generator/shapes", test_shapes);
    g_test_add_func("/generator/mix", test_mix);
    g_test_add_func("/generator/noise", test_noise);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
