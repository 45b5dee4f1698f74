/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TensorFlow Lite files: the imported network makes the same numbers, and what is broken is refused. */
#include "tflite-reference.h"

#include "media/clip.h"
#include "tflite/tflite.h"

#include <glib/gstdio.h>
#include <idiom-unstable/network.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

static char *folder;

/* Largest difference between the imported network's mask of a picture, or the first frame of @video, and the reference's. */
static double compare(const char *path, const char *video)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *content = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomNetwork) network = tflite_load(path, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &content, NULL, &error));
    guint w, h;
    idiom_network_size(network, &w, &h);
    g_autofree float *picture = g_new(float, 3 * w * h);
    for (guint i = 0; i < 3 * w * h; i++)
        picture[i] = (float)(0.5 + 0.3 * sin(0.011 * (i / 3 % w)) * cos(0.03 * (i / 3 / w) + i % 3) +
                             0.2 * sin(i * 12.9898) * sin(0.1 * i));
    if (video) {
        g_autoptr(Clip) clip = clip_open(video, w, h, &error);
        g_assert_no_error(error);
        g_autoptr(Picture) frame = clip_next(clip, &error);
        for (guint i = 0; i < 3 * w * h; i++)
            picture[i] = frame->rgb[i] / 255.0f;
    }
    g_autofree double *expected = tflite_reference(content, picture);

    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *x = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *y = idiom_network_run(network, graph, idiom_to_planes(graph, x), NULL);
    y = idiom_to_flat(graph, y);
    g_assert_no_error(idiom_graph_error(graph));
    const IdiomShape shape = idiom_tensor_shape(y);
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &y, 1, &error);
    g_assert_no_error(error);
    float *input = idiom_program_map(program, x);
    for (gsize i = 0; i < (gsize)w * h; i++)
        for (guint c = 0; c < 3; c++)
            input[c * w * h + i] = picture[3 * i + c];
    g_assert_true(idiom_program_run(program, &error));
    const float *made = idiom_program_map(program, y);
    double worst = 0, least = 1e9, most = -1e9;
    for (gsize i = 0; i < (gsize)shape.h * shape.w; i++)
        for (guint c = 0; c < shape.c; c++) {
            const double wanted = expected[i * shape.c + c];
            worst = fmax(worst, fabs(made[(gsize)c * shape.h * shape.w + i] - wanted));
            least = fmin(least, wanted);
            most = fmax(most, wanted);
        }
    g_test_message("%s: %u x %u, values %.3f to %.3f, largest difference %.2g", path, shape.w, shape.h, least,
                   most, worst);
    g_assert_cmpfloat(most - least, >, 1e-3);
    return worst;
}

static void test_real(void)
{
    static const char *const names[] = {"selfie_segmentation_landscape.tflite", "selfie_segmentation.tflite"};
    g_autofree char *video =
        g_build_filename(SOURCE_ROOT, "..", "shared", "data", "video", "asl_yes.mp4", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_build_filename(SOURCE_ROOT, "..", "shared", "data", "teachers", names[i], NULL);
        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
            g_test_skip("no ../shared/data/teachers");
            return;
        }
        g_assert_cmpfloat(compare(path, video), <, 1e-3);
    }
}

static void test_small(void)
{
    g_assert_cmpfloat(compare(SMALL_FILE, NULL), <, 1e-5);
}

static void expect_refused(const char *content, gsize size, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(folder, "broken.tflite", NULL);
    g_assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
    g_autoptr(IdiomNetwork) network = tflite_load(path, &error);
    g_unlink(path);
    g_assert_null(network);
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "broken.tflite"));
    g_assert_nonnull(strstr(error->message, word));
}

/* A file that was cut off anywhere, or in which any byte is another, is an error or a network, but never a crash. */
static void test_broken(void)
{
    static const char known[] = "Convolution2DTransposeBias", unknown[] = "NoSuchThing2DTransposeBias";
    g_autofree char *content = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(SMALL_FILE, &content, &size, NULL));
    for (gsize cut = 0; cut < size - 8; cut += 37)
        expect_refused(content, cut, "TensorFlow Lite");
    gsize at = 0;
    while (memcmp(content + at, known, sizeof known) != 0)
        at++;
    memcpy(content + at, unknown, sizeof unknown);
    expect_refused(content, size, "NoSuchThing");
    memcpy(content + at, known, sizeof known);
    g_autofree char *path = g_build_filename(folder, "changed.tflite", NULL);
    for (gsize i = 8; i < size; i += 3) {
        g_autoptr(GError) error = NULL;
        const char old = content[i];
        content[i] = (char)(old ^ 0x55);
        g_assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
        g_autoptr(IdiomNetwork) network = tflite_load(path, &error);
        g_assert_true(network != NULL || error != NULL);
        content[i] = old;
    }
    g_unlink(path);
    g_autoptr(GError) error = NULL;
    g_assert_null(tflite_load("/nowhere.tflite", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("idiom-tflite-XXXXXX", NULL);
    g_test_add_func("/tflite/small", test_small);
    g_test_add_func("/tflite/broken", test_broken);
    g_test_add_func("/tflite/real", test_real);
    int status = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return status;
}
