/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine against numbers from PyTorch: a trained generator with its losses and gradients, and a network
 * by other people. The files are not ours to ship: they are looked for in the folder of the environment
 * variable IDIOM_SHARED, without it in ../shared beside the source tree, and the tests are skipped where they
 * are not.
 */
#include <idiom-unstable/generator.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/tensorfile.h>

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "loss/losses.h"
#include "teacher/microast.h"
#ifdef HAVE_JPEG
#include "reference-picture.h"
#endif

static IdiomDevice *device;
static char *shared;

/* Path of a shared file; NULL, with the test skipped, where there is none. */
static char *shared_file(const char *name)
{
    g_autofree char *path = g_build_filename(shared, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&path);
    g_autofree char *reason = g_strdup_printf("%s is not there", path);
    g_test_skip(reason);
    return NULL;
}

/* --- files ---------------------------------------------------------------------------------------- */

/* Array of little-endian floats in C order from a .npy file. */
static float *read_npy(const char *path, gsize elements)
{
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    g_assert_cmpmem(bytes, 8, "\x93NUMPY\x01\x00", 8);
    guint16 header;
    memcpy(&header, bytes + 8, sizeof header);
    g_assert_nonnull(g_strstr_len(bytes + 10, header, "'<f4'"));
    g_assert_cmpuint(size, ==, 10 + header + elements * sizeof(float));
    return g_memdup2(bytes + 10 + header, elements * sizeof(float));
}

static float *read_tensor(IdiomTensorFile *file, const char *name, gsize elements)
{
    g_autoptr(GError) error = NULL;
    float *values = idiom_tensor_file_read(file, name, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(idiom_tensor_file_find(file, name)->elements, ==, elements);
    return values;
}

static guint metadata_number(IdiomTensorFile *file, const char *key)
{
    return (guint)g_ascii_strtoull(g_hash_table_lookup(idiom_tensor_file_metadata(file), key), NULL, 10);
}

/* The generator of a file of the recipe: other shapes for the same tensors, and biases that have no
 * influence. */
static IdiomParams *import_recipe(const char *path, IdiomGeneratorConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, &error);
    g_assert_no_error(error);
    *config = (IdiomGeneratorConfig){.channels = metadata_number(file, "C"),
                                     .blocks = metadata_number(file, "blocks"),
                                     .mid = 16,
                                     .styles = 1};
    g_assert_true(
        idiom_tail_from_name(g_hash_table_lookup(idiom_tensor_file_metadata(file), "tail"), &config->tail));
    IdiomParams *params = idiom_params_new(device);
    g_autoptr(GArray) tensors = idiom_generator_tensors(config);
    for (guint i = 0; i < tensors->len; i++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(tensors, IdiomGeneratorTensor, i);
        g_autofree float *values = read_tensor(file, tensor->name, idiom_shape_elements(tensor->shape));
        idiom_params_add(params, tensor->name, tensor->shape, values);
    }
    return params;
}

static double largest_difference(const float *a, const float *b, gsize elements)
{
    double largest = 0;
    for (gsize i = 0; i < elements; i++) {
        double difference = fabs((double)a[i] - b[i]);
        if (!(difference <= largest)) /* NaN, too */
            largest = difference;
    }
    return largest;
}

/* Fails after the message, not instead of it, so that one run shows all deviations. */
static void expect_below(const char *what, double value, double limit)
{
    g_test_message("%-24s %.3e (limit %.0e)", what, value, limit);
    if (!(value <= limit)) {
        g_test_message("%s is too large", what);
        g_test_fail();
    }
}

/* --- generator, losses, gradients ----------------------------------------------------------------- */

static const IdiomShape crop = {1, 3, 192, 192};

static void test_generator(gconstpointer data)
{
    const IdiomPrecision precision = (IdiomPrecision)GPOINTER_TO_INT(data);
    g_autoptr(GError) error = NULL;
    g_autofree char *weights = shared_file("recipe/starry_small.safetensors");
    g_autofree char *x_path = shared_file("recipe/ref/x.npy");
    g_autofree char *y_path = shared_file("recipe/ref/y.npy");
    if (!weights || !x_path || !y_path)
        return;
    if (precision == IDIOM_FP16 && !idiom_device_info(device)->fp16) {
        g_test_skip("the device has no fp16 storage");
        return;
    }
    const gsize elements = idiom_shape_elements(crop);
    g_autofree float *x = read_npy(x_path, elements), *y = read_npy(y_path, elements);
    IdiomGeneratorConfig config;
    g_autoptr(IdiomParams) params = import_recipe(weights, &config);
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, crop);
    IdiomTensor *output = idiom_to_flat(
        g, idiom_generator_build(g, params, &config, idiom_to_planes(g, input), NULL, NULL, NULL, FALSE));
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &output, 1, &error);
    g_assert_no_error(error);
    memcpy(idiom_program_map(program, input), x, elements * sizeof *x);
    g_assert_true(idiom_program_run(program, &error));
    g_assert_no_error(error);
    expect_below("largest difference", largest_difference(idiom_program_map(program, output), y, elements),
                 precision == IDIOM_FP16 ? 2.0 / 255 : 1e-3);
}

static double relative(double value, double expected)
{
    return fabs(value - expected) / fabs(expected);
}

static void check_gradients(IdiomParams *params, const float *gradient, JsonObject *expected)
{
    for (guint i = 0; i < idiom_params_count(params); i++) {
        const char *name = idiom_params_name(params, i);
        const float *values = gradient + idiom_params_offset(params, i);
        double squares = 0;
        for (gsize k = 0; k < idiom_shape_elements(idiom_params_shape(params, i)); k++)
            squares += (double)values[k] * values[k];
        expect_below(name, relative(sqrt(squares), json_object_get_double_member(expected, name)), 1e-2);
    }
}

#ifdef HAVE_JPEG
static void test_losses(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *weights = shared_file("recipe/starry_small.safetensors");
    g_autofree char *x_path = shared_file("recipe/ref/x.npy");
    g_autofree char *json_path = shared_file("recipe/ref/ref.json");
    g_autofree char *style_path = shared_file("data/styles/starry_night.jpg");
    g_autofree char *vgg = shared_file("data/features/vgg19_first3.safetensors");
    g_autofree char *squeezenet = shared_file("data/features/squeezenet1_0.safetensors");
    if (!weights || !x_path || !json_path || !style_path || !vgg || !squeezenet)
        return;
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_file(parser, json_path, &error));
    JsonObject *expected = json_node_get_object(json_parser_get_root(parser));

    const char *const feature_paths[] = {vgg, squeezenet};
    g_autoptr(IdiomFeatures) features = idiom_features_load(feature_paths, 2, device, &error);
    g_assert_no_error(error);
    g_autoptr(Picture) style = reference_picture_load(style_path, 384);
    g_autofree float *style_values = g_new(float, 3 * (gsize)style->w * style->h);
    picture_to_floats(style, style_values);

    LossConfig config = loss_defaults;
    config.luma = 20; /* as the reference was made */
    g_autoptr(Losses) losses = losses_new(&config, features, device, &error);
    g_assert_no_error(error);
    const Reference reference = {style_values, style->w, style->h, 1};
    g_assert_true(losses_add_style(losses, &reference, 1, &error));
    g_assert_no_error(error);
    double energy;
    const char *layer;
    JsonObject *energies = json_object_get_object_member(expected, "style_gram_energy");
    for (guint i = 0; (layer = losses_style_energy(losses, 0, i, &energy)); i++)
        expect_below(layer, relative(energy, json_object_get_double_member(energies, layer)), 1e-3);

    IdiomGeneratorConfig generator;
    g_autoptr(IdiomParams) params = import_recipe(weights, &generator);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, crop);
    IdiomTensor *x = idiom_to_planes(g, input);
    IdiomTensor *y = idiom_generator_build(g, params, &generator, x, NULL, NULL, NULL, TRUE);
    g_autoptr(Objective) objective = objective_new(losses, g, x, y, NULL);
    guint n_terms;
    const LossTerm *terms = objective_terms(objective, &n_terms);
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, n_terms + 1);
    for (guint i = 0; i < n_terms; i++)
        outputs[i] = terms[i].value;
    outputs[n_terms] = objective_differentiate(objective, params);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, n_terms + 1, &error);
    g_assert_no_error(error);
    g_autofree float *values = read_npy(x_path, idiom_shape_elements(crop));
    memcpy(idiom_program_map(program, input), values, idiom_shape_elements(crop) * sizeof *values);
    objective_set_style(objective, program, 0);
    g_assert_true(idiom_program_run(program, &error));
    g_assert_no_error(error);

    JsonObject *expected_losses = json_object_get_object_member(expected, "losses");
    g_autoptr(GList) names = json_object_get_members(expected_losses);
    for (GList *name = names; name; name = name->next)
        expect_below(name->data,
                     relative(objective_value(objective, program, name->data),
                              json_object_get_double_member(expected_losses, name->data)),
                     1e-3);
    check_gradients(params, idiom_program_map(program, outputs[n_terms]),
                    json_object_get_object_member(expected, "grad_norm"));
}
#else
static void test_losses(void)
{
    g_test_skip("built without libjpeg, which decodes the style picture as the reference did");
}
#endif

/* --- MicroAST (Wang et al., arXiv 2211.15313) ----------------------------------------------------- */

static const char *const checked_names[N_MICROAST_MAPS] = {
    "content_feat0", "content_feat1", "style_feat0", "style_feat1", "mod_weight0",
    "mod_bias0",     "mod_weight1",   "mod_bias1",   NULL,
};

static void test_microast(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *weights = shared_file("data/teachers/microast.safetensors");
    g_autofree char *check_path = shared_file("data/teachers/microast_check.safetensors");
    if (!weights || !check_path)
        return;
    g_autoptr(IdiomTensorFile) check = idiom_tensor_file_open(check_path, &error);
    g_assert_no_error(error);
    const IdiomShape content_shape = IDIOM_SHAPE(1, 3, 64, 96), style_shape = IDIOM_SHAPE(1, 3, 64, 64);
    g_autofree float *content_values = read_tensor(check, "content", idiom_shape_elements(content_shape));
    g_autofree float *style_values = read_tensor(check, "style", idiom_shape_elements(style_shape));

    g_autoptr(IdiomParams) params = microast_load(weights, device, &error);
    g_assert_no_error(error);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *content = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, content_shape);
    IdiomTensor *style = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, style_shape);
    IdiomTensor *alpha = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *checked[N_MICROAST_MAPS];
    microast_build(g, params, idiom_to_planes(g, content), idiom_to_planes(g, style), alpha, checked);
    g_assert_no_error(idiom_graph_error(g));
    for (guint i = 0; i < N_MICROAST_MAPS; i++)
        checked[i] = idiom_to_flat(g, checked[i]);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, checked, N_MICROAST_MAPS, &error);
    g_assert_no_error(error);

    const struct {
        float alpha;
        const char *output;
    } runs[] = {{1, "output_alpha1"}, {0.5f, "output_alpha0.5"}};
    for (guint r = 0; r < G_N_ELEMENTS(runs); r++) {
        memcpy(idiom_program_map(program, content), content_values,
               idiom_shape_elements(content_shape) * sizeof(float));
        memcpy(idiom_program_map(program, style), style_values,
               idiom_shape_elements(style_shape) * sizeof(float));
        *(float *)idiom_program_map(program, alpha) = runs[r].alpha;
        g_assert_true(idiom_program_run(program, &error));
        g_assert_no_error(error);
        for (guint i = 0; i < N_MICROAST_MAPS; i++) {
            const char *name = i == MICROAST_OUTPUT ? runs[r].output : checked_names[i];
            const gsize elements = idiom_shape_elements(idiom_tensor_shape(checked[i]));
            g_autofree float *expected = read_tensor(check, name, elements);
            expect_below(name, largest_difference(idiom_program_map(program, checked[i]), expected, elements),
                         1e-3);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    const char *folder = g_getenv("IDIOM_SHARED");
    shared = folder ? g_strdup(folder) : g_build_filename(SOURCE_ROOT, "..", "shared", NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_data_func("/reference/generator/fp32", GINT_TO_POINTER(IDIOM_FP32), test_generator);
    g_test_add_data_func("/reference/generator/fp16", GINT_TO_POINTER(IDIOM_FP16), test_generator);
    g_test_add_func("/reference/losses", test_losses);
    g_test_add_func("/reference/microast", test_microast);
    int result = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    g_free(shared);
    return result;
}
