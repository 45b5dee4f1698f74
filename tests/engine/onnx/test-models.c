/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real networks, with what PyTorch makes of a picture: NAME.onnx and NAME.check.safetensors in the folder data/onnx of the
 * environment variable IDIOM_SHARED, without it in ../shared beside the source tree; skipped where there are none.
 */
#include <idiom-unstable/network.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/stylefile.h>
#include <idiom-unstable/tensorfile.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

static char *shared_file(const char *name, const char *suffix)
{
    const char *shared = g_getenv("IDIOM_SHARED");
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    char *path = shared ? g_build_filename(shared, "data", "onnx", file, NULL)
                        : g_build_filename(SOURCE_ROOT, "..", "shared", "data", "onnx", file, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    g_autofree char *reason = g_strdup_printf("%s is not there", path);
    g_test_skip(reason);
    g_free(path);
    return NULL;
}

static float *read_tensor(IdiomTensorFile *file, const char *name, IdiomShape *shape)
{
    g_autoptr(GError) error = NULL;
    const IdiomTensorInfo *info = idiom_tensor_file_find(file, name);
    g_assert_nonnull(info);
    g_assert_cmpuint(info->n_dims, ==, 4);
    *shape =
        IDIOM_SHAPE((guint)info->dims[0], (guint)info->dims[1], (guint)info->dims[2], (guint)info->dims[3]);
    float *values = idiom_tensor_file_read(file, name, NULL, 0, &error);
    g_assert_no_error(error);
    return values;
}

/* What @net makes of @x; its largest difference from @y over the range of @y. */
static double difference(const IdiomNetwork *net, IdiomPrecision precision, const float *x, const float *y,
                         IdiomShape shape)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *graph = idiom_graph_new(device, precision);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *out = idiom_to_flat(graph, idiom_network_run(net, graph, idiom_to_planes(graph, in), NULL));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &out, 1, &error);
    g_assert_no_error(error);
    const gsize count = idiom_shape_elements(shape);
    memcpy(idiom_program_map(program, in), x, count * sizeof *x);
    g_assert_true(idiom_program_run(program, &error));
    const float *made = idiom_program_map(program, out);
    double worst = 0, least = INFINITY, most = -INFINITY;
    for (gsize i = 0; i < count; i++) {
        worst = fmax(worst, fabs(made[i] - y[i]));
        least = fmin(least, y[i]);
        most = fmax(most, y[i]);
    }
    return worst / (most - least);
}

/* A CPU takes minutes for vector kernels. */
static gboolean too_slow(const char *name)
{
    const IdiomDeviceInfo *info = idiom_device_info(device);
    if (g_test_slow() || info->family != IDIOM_FAMILY_VECTOR || !g_str_equal(info->type, "cpu") ||
        g_str_equal(name, "unet_fixed256"))
        return FALSE;
    g_test_skip("-m slow runs it");
    return TRUE;
}

static void test_like_pytorch(gconstpointer name)
{
    if (too_slow(name))
        return;
    g_autofree char *model = shared_file(name, ".onnx"), *check = shared_file(name, ".check.safetensors");
    g_autoptr(GError) error = NULL;
    if (!model || !check)
        return;
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(check, &error);
    g_assert_no_error(error);
    IdiomShape shape;
    g_autofree float *x = read_tensor(file, "x", &shape), *y = read_tensor(file, "y", &shape);
    g_autoptr(IdiomNetwork) net = idiom_network_load(model, &error);
    g_assert_no_error(error);
    g_autofree char *operators = idiom_network_operators(net);
    g_test_message("%s: %s", (const char *)name, operators);

    const double full = difference(net, IDIOM_FP32, x, y, shape);
    g_test_message("%s: fp32 %.2e of the range", (const char *)name, full);
    g_assert_cmpfloat(full, <, 1e-3);
    const IdiomDeviceInfo *info = idiom_device_info(device);
    if (!info->fp16)
        return;
    const double half = difference(net, IDIOM_FP16, x, y, shape);
    g_test_message("%s: fp16 %.2e of the range", (const char *)name, half);
    g_assert_cmpfloat(half, <, 1e-2);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"candy",      "mosaic",     "rain_princess",
                                        "anime_like", "cycle_like", "unet_fixed256"};
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/onnx/%s", names[i]);
        g_test_add_data_func(path, names[i], test_like_pytorch);
    }
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
