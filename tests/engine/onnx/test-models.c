/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Real networks, with what PyTorch makes of a picture: all NAME.onnx with NAME.check.safetensors (tensors x and y) in the
 * folder data/onnx of the environment variable IDIOM_SHARED, without it in ../shared beside the source tree; skipped
 * where there are none.
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

static char *folder;

static char *file_of(const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    return g_build_filename(folder, file, NULL);
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
    g_autofree char *model = file_of(name, ".onnx"), *check = file_of(name, ".check.safetensors");
    g_autoptr(GError) error = NULL;
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

static void test_nothing(void)
{
    g_autofree char *reason = g_strdup_printf("there are no networks in %s", folder);
    g_test_skip(reason);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the networks with a check, in order. */
static GPtrArray *find_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *file; dir && (file = g_dir_read_name(dir));) {
        g_autofree char *name = g_strndup(file, strlen(file) - MIN(strlen(file), strlen(".onnx")));
        g_autofree char *check = file_of(name, ".check.safetensors");
        if (g_str_has_suffix(file, ".onnx") && g_file_test(check, G_FILE_TEST_EXISTS))
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
    g_ptr_array_sort(names, by_name);
    return names;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    const char *shared = g_getenv("IDIOM_SHARED");
    folder = g_build_filename(shared ? shared : SOURCE_ROOT "/../shared", "data", "onnx", NULL);
    g_autoptr(GPtrArray) names = find_names();
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_strdup_printf("/onnx/%s", (const char *)names->pdata[i]);
        g_test_add_data_func(path, names->pdata[i], test_like_pytorch);
    }
    if (!names->len)
        g_test_add_func("/onnx/networks", test_nothing);
    int result = g_test_run();
    g_free(folder);
    idiom_device_unref(device);
    return result;
}
