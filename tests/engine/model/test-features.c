/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feature networks from files: which layers there are, and what is said of bad files. The built-in features. */
#include <idiom-unstable/features.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/tensorfile.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

typedef struct {
    const char *name;
    guint64 dims[4];
    guint n_dims;
} Shape;

/* A file of zeros. */
static char *write_file(const char *folder, const char *name, const Shape *shapes, guint count)
{
    g_autoptr(GError) error = NULL;
    g_autofree float *zeros = g_new0(float, 512 * 512 * 9);
    g_autofree IdiomTensorData *tensors = g_new0(IdiomTensorData, count);
    for (guint i = 0; i < count; i++) {
        tensors[i] = (IdiomTensorData){shapes[i].name, shapes[i].n_dims, {0}, zeros};
        memcpy(tensors[i].dims, shapes[i].dims, sizeof shapes[i].dims);
    }
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(idiom_tensor_file_write(path, tensors, count, NULL, &error));
    g_assert_no_error(error);
    return path;
}

static const Shape vgg[] = {
    {"features.0.weight", {64, 3, 3, 3}, 4},   {"features.0.bias", {64}, 1},
    {"features.2.weight", {64, 64, 3, 3}, 4},  {"features.2.bias", {64}, 1},
    {"features.5.weight", {128, 64, 3, 3}, 4}, {"features.5.bias", {128}, 1},
};

static const Shape squeezenet[] = {
    {"features.0.weight", {96, 3, 7, 7}, 4},
    {"features.0.bias", {96}, 1},
    {"features.3.squeeze.weight", {16, 96, 1, 1}, 4},
    {"features.3.squeeze.bias", {16}, 1},
    {"features.3.expand1x1.weight", {64, 16, 1, 1}, 4},
    {"features.3.expand1x1.bias", {64}, 1},
    {"features.3.expand3x3.weight", {64, 16, 3, 3}, 4},
    {"features.3.expand3x3.bias", {64}, 1},
};

typedef struct {
    char *folder;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("idiom-features-XXXXXX", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
}

static void expect_layer(const IdiomFeatures *features, const char *layer, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(idiom_features_check(features, layer, &error), ==, message == NULL);
    if (message) {
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, layer));
        g_assert_nonnull(strstr(error->message, message));
    }
}

/* Layers of one network in two files, and of another beside it. */
static void test_layers(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *first = write_file(f->folder, "a", vgg, 2);
    g_autofree char *rest = write_file(f->folder, "b", vgg + 2, G_N_ELEMENTS(vgg) - 2);
    g_autofree char *squeeze = write_file(f->folder, "c", squeezenet, G_N_ELEMENTS(squeezenet));
    const char *const paths[] = {squeeze, rest, first};
    g_autoptr(IdiomFeatures) features = idiom_features_load(paths, G_N_ELEMENTS(paths), device, &error);
    g_assert_no_error(error);
    expect_layer(features, "v11", NULL);
    expect_layer(features, "v21@4", NULL);
    expect_layer(features, "q3", NULL);
    expect_layer(features, "v22", "features.7.weight");
    expect_layer(features, "q4", "features.4.squeeze.weight");
    expect_layer(features, "v99", "unknown");
    expect_layer(features, "q1", "unknown");
    expect_layer(features, "", "unknown");
    expect_layer(features, "v11@0", "1 to 8");
    expect_layer(features, "v11@9", "1 to 8");
    expect_layer(features, "v11@2x", "1 to 8");

    g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(2, 3, 33, 47));
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(features, g, idiom_to_planes(g, picture));
    const struct {
        const char *layer;
        IdiomShape shape;
    } expected[] = {
        {"v11", {2, 64, 33, 47}}, {"v21", {2, 128, 16, 23}}, {"v21@2", {2, 128, 8, 11}},
        {"q0", {2, 96, 14, 21}},  {"q3", {2, 128, 7, 10}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        IdiomTensor *map = idiom_feature_map(maps, expected[i].layer);
        g_assert_no_error(idiom_graph_error(g));
        const IdiomShape s = idiom_tensor_shape(map), e = expected[i].shape;
        g_assert_true(s.n == e.n && s.c == e.c && s.h == e.h && s.w == e.w);
        g_assert_true(map == idiom_feature_map(maps, expected[i].layer));
    }
    g_assert_null(idiom_feature_map(maps, "v54"));
    g_assert_error(idiom_graph_error(g), IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

static void expect_refused(Fixture *f, const Shape *shapes, guint count, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_file(f->folder, "bad", shapes, count);
    const char *const paths[] = {path};
    g_assert_null(idiom_features_load(paths, 1, device, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, message));
}

static void test_malformed(Fixture *f, gconstpointer data)
{
    (void)data;
    const Shape other[] = {{"head.weight", {1}, 1}};
    expect_refused(f, other, 1, "not a feature network");
    expect_refused(f, vgg, 1, "'features.0.bias' is missing");
    expect_refused(f, vgg + 2, 4, "'features.0.weight' is missing");
    const Shape gap[] = {vgg[0], vgg[1], vgg[4], vgg[5]};
    expect_refused(f, gap, 4, "'features.2.weight' is missing");
    const Shape wide[] = {{"features.0.weight", {64, 4, 3, 3}, 4}, vgg[1]};
    expect_refused(f, wide, 2, "64x4x3x3, expected 64x3x3x3");
    expect_refused(f, squeezenet, G_N_ELEMENTS(squeezenet) - 1, "'features.3.expand3x3.bias' is missing");
}

/* --- built-in features ---------------------------------------------------------------------------- */

#define SIDE 40

/* The map of @layer for one picture of SIDE x SIDE, flat; its shape in @shape. */
static float *built_in_map(const char *layer, const float *picture, IdiomShape *shape)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomFeatures) features = idiom_features_builtin(device);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, SIDE, SIDE));
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(features, g, idiom_to_planes(g, input));
    IdiomTensor *map = idiom_to_flat(g, idiom_feature_map(maps, layer));
    g_assert_no_error(idiom_graph_error(g));
    *shape = idiom_tensor_shape(map);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &map, 1, &error);
    g_assert_no_error(error);
    memcpy(idiom_program_map(program, input), picture, 3 * SIDE * SIDE * sizeof(float));
    g_assert_true(idiom_program_run(program, &error));
    return g_memdup2(idiom_program_map(program, map), idiom_shape_elements(*shape) * sizeof(float));
}

/* Stripes across the direction @angle, six pixels wide each. */
static void draw_stripes(float *picture, double angle, double contrast)
{
    for (guint i = 0; i < 3 * SIDE * SIDE; i++) {
        const double x = i % SIDE, y = i / SIDE % SIDE;
        picture[i] = (float)(0.45 + contrast * sin((x * cos(angle) + y * sin(angle)) * G_PI / 6));
    }
}

static void test_builtin_layers(Fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
    g_autoptr(IdiomFeatures) features = idiom_features_builtin(device);
    expect_layer(features, "b1", NULL);
    expect_layer(features, "b3@8", NULL);
    expect_layer(features, "b0", "unknown");
    expect_layer(features, "b4", "b1 to b3");
    expect_layer(features, "b1@9", "1 to 8");
    expect_layer(features, "v11", "built-in");
    expect_layer(features, "q3", "built-in");

    float picture[3 * SIDE * SIDE];
    const struct {
        const char *layer;
        guint side;
    } layers[] = {{"b1", 40}, {"b2", 20}, {"b3", 10}, {"b1@2", 20}, {"b3@4", 2}, {"b1@8", 5}};
    draw_stripes(picture, 0.3, 0.3);
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        IdiomShape shape, again_shape;
        g_autofree float *map = built_in_map(layers[i].layer, picture, &shape);
        g_autofree float *again = built_in_map(layers[i].layer, picture, &again_shape);
        g_assert_true(shape.n == 1 && shape.c == 64 && shape.h == layers[i].side &&
                      shape.w == layers[i].side);
        const gsize count = idiom_shape_elements(shape);
        g_assert_cmpmem(map, count * sizeof(float), again, count * sizeof(float));
        guint active = 0;
        for (gsize k = 0; k < count; k++) {
            g_assert_true(isfinite(map[k]) && map[k] >= 0 && map[k] < 50);
            active += map[k] > 0;
        }
        g_assert_cmpuint(active, >, count / 10);
    }

    /* of a picture too small for a layer it is said */
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 1, 1));
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(features, g, idiom_to_planes(g, input));
    g_assert_nonnull(idiom_feature_map(maps, "b1"));
    g_assert_no_error(idiom_graph_error(g));
    g_assert_null(idiom_feature_map(maps, "b2"));
    g_assert_nonnull(idiom_graph_error(g));
    idiom_graph_free(g);
}

/* Of the edges and lines of brightness (channels 0 to 31, four per orientation) those along the stripes answer most. */
static void test_builtin_orientation(Fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
    for (guint orientation = 0; orientation < 8; orientation++) {
        float picture[3 * SIDE * SIDE];
        draw_stripes(picture, (orientation + 4) * G_PI / 8, 0.3);
        IdiomShape shape;
        g_autofree float *map = built_in_map("b1", picture, &shape);
        double sum[8] = {0};
        for (guint c = 0; c < 32; c++)
            for (guint i = 0; i < SIDE * SIDE; i++)
                sum[c / 4] += map[c * SIDE * SIDE + i];
        for (guint i = 0; i < 8; i++)
            if (i != orientation)
                g_assert_cmpfloat(sum[orientation], >, 1.1 * sum[i]);
    }
}

/* The gradient reaches the picture, and is that of the features. */
static void test_builtin_gradient(Fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
    g_autoptr(GError) error = NULL;
    float picture[3 * SIDE * SIDE], other[3 * SIDE * SIDE];
    draw_stripes(picture, 0.3, 0.3);
    draw_stripes(other, 2, 0.3);
    g_autoptr(IdiomFeatures) features = idiom_features_builtin(device);
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_params_add(params, "picture", IDIOM_SHAPE(1, 3, SIDE, SIDE), picture);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *planes = idiom_to_planes(g, idiom_graph_param(g, params, "picture", TRUE));
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(features, g, planes);
    IdiomTensor *value = idiom_mean_square(g, idiom_feature_map(maps, "b3@2"));
    IdiomTensor *gradient = idiom_graph_differentiate(g, &value, &(double){1}, 1, params);
    IdiomTensor *outputs[] = {value, gradient};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, 2, &error);
    g_assert_no_error(error);
    double slope = 0, values[2];
    for (guint i = 0; i < 2; i++) {
        float moved[3 * SIDE * SIDE];
        for (guint k = 0; k < 3 * SIDE * SIDE; k++)
            moved[k] = picture[k] + (i ? 0.01f : -0.01f) * (other[k] - picture[k]);
        g_assert_true(idiom_params_write(params, moved, &error));
        idiom_program_refresh(program);
        g_assert_true(idiom_program_run(program, &error));
        values[i] = *(const float *)idiom_program_map(program, value);
    }
    g_assert_true(idiom_params_write(params, picture, &error));
    idiom_program_refresh(program);
    g_assert_true(idiom_program_run(program, &error));
    const float *derivative = idiom_program_map(program, gradient);
    for (guint k = 0; k < 3 * SIDE * SIDE; k++)
        slope += derivative[k] * (other[k] - picture[k]);
    const double expected = (values[1] - values[0]) / 0.02;
    g_test_message("slope %g, by differences %g", slope, expected);
    g_assert_cmpfloat(fabs(slope - expected), <, 0.03 * fabs(expected));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add("/features/layers", Fixture, NULL, set_up, test_layers, tear_down);
    g_test_add("/features/malformed", Fixture, NULL, set_up, test_malformed, tear_down);
    g_test_add("/features/builtin/layers", Fixture, NULL, set_up, test_builtin_layers, tear_down);
    g_test_add("/features/builtin/orientation", Fixture, NULL, set_up, test_builtin_orientation, tear_down);
    g_test_add("/features/builtin/gradient", Fixture, NULL, set_up, test_builtin_gradient, tear_down);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
