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
    } sizes[] = {{"nano", 46128}, {"small", 95588}, {"base", 363908}};
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

/* Runs a generator on a smooth picture; the result is [n,3,h,w]. */
static float *stylize(const IdiomGeneratorConfig *config, IdiomShape shape, const float *mix)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, config, 3);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *styles =
        mix ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, config->styles, 1, 1)) : NULL;
    IdiomTensor *y =
        idiom_generator_build(g, params, config, idiom_to_planes(g, picture), styles, NULL, FALSE);
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
    g_assert_true(idiom_program_run(program, &error));
    g_assert_no_error(error);
    const float *result = idiom_program_map(program, output);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++)
        g_assert_true(result[i] >= 0 && result[i] <= 1);
    return g_memdup2(result, idiom_shape_elements(shape) * sizeof(float));
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/generator/presets", test_presets);
    g_test_add_func("/generator/seed", test_seed);
    g_test_add_func("/generator/shapes", test_shapes);
    g_test_add_func("/generator/mix", test_mix);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
