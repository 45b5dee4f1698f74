/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run-model.h"

#include <glib/gstdio.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

double picture_at(int c, int y, int x)
{
    if (y < 0 || x < 0 || y >= TEST_H || x >= TEST_W)
        return 0;
    return sin(1.3 * c + 0.9 * y + 0.61 * x * (c + 1));
}

/* The fuzz target begins with the models of the tests: a folder in IDIOM_FUZZ_SEEDS gets them. */
static void keep_seed(const GByteArray *bytes)
{
    const char *seeds = g_getenv("IDIOM_FUZZ_SEEDS");
    if (!seeds)
        return;
    g_autofree char *name = g_compute_checksum_for_data(G_CHECKSUM_SHA1, bytes->data, bytes->len);
    g_autofree char *path = g_build_filename(seeds, name, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
}

IdiomNetwork *load_bytes(const char *folder, const GByteArray *bytes, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "model.onnx", NULL);
    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
    keep_seed(bytes);
    IdiomNetwork *net = idiom_network_load(path, error);
    g_unlink(path);
    return net;
}

float *run_network(const IdiomNetwork *net, IdiomDevice *device, IdiomShape *shape, GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, TEST_H, TEST_W));
    IdiomTensor *out = idiom_to_flat(g, idiom_network_run(net, g, idiom_to_planes(g, in), NULL));
    *shape = out ? idiom_tensor_shape(out) : (IdiomShape){0};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &out, 1, error);
    if (!program)
        return NULL;
    float *x = idiom_program_map(program, in);
    for (int k = 0; k < 3 * TEST_H * TEST_W; k++)
        x[k] = (float)picture_at(k / (TEST_H * TEST_W), k / TEST_W % TEST_H, k % TEST_W);
    return idiom_program_run(program, error)
               ? g_memdup2(idiom_program_map(program, out), idiom_shape_elements(*shape) * sizeof(float))
               : NULL;
}

/* --- cases ------------------------------------------------------------------------------------------ */

static IdiomDevice *device;
static char *folder;

static void test_case(gconstpointer data)
{
    const ModelCase *t = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(t->opset, 0, 0, t->model);
    g_autoptr(IdiomNetwork) net = load_bytes(folder, bytes, &error);
    IdiomShape s;
    g_autofree float *made = net ? run_network(net, device, &s, &error) : NULL;
    if (error || s.c != t->shape.c || s.h != t->shape.h || s.w != t->shape.w) {
        g_test_message("%s: %s", t->name, error ? error->message : "another shape");
        g_test_fail();
        return;
    }
    double worst = 0, largest = 0;
    for (guint k = 0; k < s.c * s.h * s.w; k++) {
        const double wanted = t->value((int)(k / (s.h * s.w)), (int)(k / s.w % s.h), (int)(k % s.w));
        worst = fmax(worst, fabs(wanted - made[k]));
        largest = fmax(largest, fabs(wanted));
    }
    if (!(worst <= 2e-5 * (largest + 0.1))) {
        g_test_message("%s: %g away, of at most %g", t->name, worst, largest);
        g_test_fail();
    }
}

int run_cases(int argc, char **argv, const char *family, const ModelCase *cases, gsize count)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    folder = g_dir_make_tmp("idiom-onnx-XXXXXX", NULL);
    for (gsize i = 0; i < count; i++) {
        g_autofree char *path = g_strdup_printf("/onnx/%s/%s", family, cases[i].name);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    const int result = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    idiom_device_unref(device);
    return result;
}
