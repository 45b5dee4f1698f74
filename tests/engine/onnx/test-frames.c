/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks in front of frames: sizes that they do not take, what their numbers mean, and files beside them. */
#include "run-model.h"

#include <glib/gstdio.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/stylefile.h>
#include <idiom/log.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;
static char *folder;
static guint warnings;

static void count_warnings(IdiomLogLevel level, const char *message, gpointer user)
{
    (void)user;
    warnings += level == IDIOM_LOG_WARNING;
    g_assert_nonnull(strstr(message, "model.onnx"));
}

static IdiomNetwork *load(guint opset, guint h, guint w, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(opset, h, w, text);
    IdiomNetwork *net = load_bytes(folder, bytes, &error);
    g_assert_no_error(error);
    return net;
}

static void set_plain(IdiomNetwork *net, gboolean bgr)
{
    idiom_network_set_ranges(net, &(IdiomNetworkRanges){{{1, 1, 1}, {0}}, {{1, 1, 1}, {0}}, bgr});
}

/* What the network makes of a picture of @w x @h: value(c, y, x) in 0..1. */
static float *paint(const IdiomNetwork *net, guint h, guint w, double (*value)(int c, int y, int x))
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *out = idiom_to_flat(g, idiom_network_build(net, g, idiom_to_planes(g, in), NULL));
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &out, 1, &error);
    g_assert_no_error(error);
    const IdiomShape s = idiom_tensor_shape(out);
    g_assert_true(s.n == 1 && s.c == 3 && s.h == h && s.w == w);
    float *x = idiom_program_map(program, in);
    for (guint k = 0; k < 3 * h * w; k++)
        x[k] = (float)value((int)(k / (h * w)), (int)(k / w % h), (int)(k % w));
    g_assert_true(idiom_program_run(program, &error));
    return g_memdup2(idiom_program_map(program, out), (gsize)3 * h * w * sizeof(float));
}

static double texture(int c, int y, int x)
{
    return 0.5 + 0.4 * sin(1.3 * c + 0.9 * y + 0.61 * x * (c + 1));
}

static double ramp(int c, int y, int x)
{
    return 0.1 + 0.02 * x + 0.05 * c + 0 * y;
}

/* --- sizes ------------------------------------------------------------------------------------------ */

/* Blocks of four and back: any frame goes through such a network as it is. */
static void test_multiples(void)
{
    g_autoptr(IdiomNetwork) net =
        load(11, 0, 0, "SpaceToDepth x > s blocksize=4; DepthToSpace s > y blocksize=4");
    static const guint sizes[][2] = {{8, 12}, {9, 13}, {10, 7}, {5, 18}};
    set_plain(net, FALSE);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const guint h = sizes[i][0], w = sizes[i][1];
        g_autofree float *made = paint(net, h, w, texture);
        for (guint k = 0; k < 3 * h * w; k++)
            g_assert_cmpfloat_with_epsilon(made[k],
                                           texture((int)(k / (h * w)), (int)(k / w % h), (int)(k % w)), 1e-6);
    }
    g_assert_cmpuint(warnings, ==, 0);
}

/* What is added at the right and below is the edge, not black: a blur does not see it. */
static void test_edge(void)
{
    g_autoptr(IdiomNetwork) net =
        load(9, 0, 0,
             "SpaceToDepth x > s blocksize=4; DepthToSpace s > u blocksize=4; Pad u > p mode='edge "
             "pads=0,0,1,1,0,0,1,1; AveragePool p > y kernel_shape=3,3");
    set_plain(net, FALSE);
    g_autofree float *made = paint(net, 9, 13, ramp);
    for (guint y = 0; y < 9; y++)
        g_assert_cmpfloat_with_epsilon(made[y * 13 + 12], (ramp(0, 0, 11) + 2 * ramp(0, 0, 12)) / 3, 1e-5);
}

/* 16 x 16 only: frames keep their proportions, and that is said once. */
static void test_fixed_size(void)
{
    g_autoptr(IdiomNetwork) net = load(11, 16, 16, "Relu x > y");
    set_plain(net, FALSE);
    warnings = 0;
    for (guint round = 0; round < 2; round++) {
        g_autofree float *made = paint(net, 8, 32, ramp);
        for (guint k = 0; k < 3 * 8 * 32; k++)
            if (k % 32 > 2 && k % 32 < 29)
                g_assert_cmpfloat_with_epsilon(made[k],
                                               ramp((int)(k / 256), (int)(k / 32 % 8), (int)(k % 32)), 0.02);
    }
    g_assert_cmpuint(warnings, ==, 1);
    g_autofree float *same = paint(net, 16, 16, texture);
    g_assert_cmpfloat_with_epsilon(same[100], texture(0, 100 / 16, 100 % 16), 1e-6);
    g_assert_cmpuint(warnings, ==, 1);
}

/* The mean of all that a fixed network sees: the bars beside a narrow frame are its edges repeated. */
static void test_letterbox(void)
{
    g_autoptr(IdiomNetwork) net =
        load(11, 16, 16, "GlobalAveragePool x > m; z scalar 0; Mul x z > n; Add n m > y");
    set_plain(net, FALSE);
    g_autofree float *made = paint(net, 16, 8, ramp);
    double mean = 0;
    for (int x = 0; x < 16; x++)
        mean += ramp(0, 0, CLAMP(x - 4, 0, 7)) / 16;
    g_assert_cmpfloat_with_epsilon(made[3 * 8 + 3], mean, 1e-4);
}

/* Tensors that no device can hold: the frame is painted smaller, which is said once. Nothing is run. */
static void test_too_large(void)
{
    g_autoptr(IdiomNetwork) net =
        load(11, 0, 0, "w float 8192 3 1 1; v float 3 8192 1 1; Conv x w > c; Relu c > r; Conv r v > y");
    set_plain(net, FALSE);
    warnings = 0;
    for (guint round = 0; round < 2; round++) {
        g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
        IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 1080, 1920));
        IdiomTensor *out = idiom_network_build(net, g, idiom_to_planes(g, in), NULL);
        g_assert_no_error(idiom_graph_error(g));
        g_assert_true(idiom_tensor_shape(out).h == 1080 && idiom_tensor_shape(out).w == 1920);
    }
    g_assert_cmpuint(warnings, ==, 1);
}

/* --- numbers ---------------------------------------------------------------------------------------- */

#define THIRDS "t number 1 0.5 0.25; "

static void test_bgr(void)
{
    g_autoptr(IdiomNetwork) net = load(11, 0, 0, THIRDS "r int 3 1 1; Reshape t r > s; Mul x s > y");
    for (gboolean bgr = FALSE; bgr <= TRUE; bgr++) {
        set_plain(net, bgr);
        g_autofree float *made = paint(net, 6, 8, texture);
        for (int c = 0; c < 3; c++)
            g_assert_cmpfloat_with_epsilon(made[c * 48 + 20],
                                           texture(c, 2, 4) * (bgr ? 0.25 * (1 << c) : 1.0 / (1 << c)), 1e-5);
    }
}

static void test_channels_last(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomNetwork) net = load(11, 0, 0, "@channels-last; " THIRDS "Mul x t > y");
    g_autofree char *path = g_build_filename(folder, "saved.safetensors", NULL);
    set_plain(net, FALSE);
    g_assert_true(idiom_network_save(net, path, "mine", NULL, &error));
    g_autoptr(IdiomStyle) style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    g_unlink(path);
    g_autofree float *made = paint(net, 6, 8, texture);
    g_autofree float *again = paint(idiom_style_network(style), 6, 8, texture);
    for (int c = 0; c < 3; c++) {
        g_assert_cmpfloat_with_epsilon(made[c * 48 + 20], texture(c, 2, 4) / (1 << c), 1e-5);
        g_assert_cmpfloat_with_epsilon(again[c * 48 + 20], made[c * 48 + 20], 1e-6);
    }
}

/* What is guessed of networks that leave a picture as it is, in numbers of their own. */
static void test_guesses(void)
{
    static const struct {
        const char *model, *input, *output;
    } guesses[] = {
        {"Clip x > y min=0.0 max=255.0", "0..255", "0..255"},
        {"Clip x > y min=0.0 max=1.0", "0..1", "0..1"},
        {"Clip x > y min=-1.0 max=1.0", "-1..1", "-1..1"},
        {"Tanh x > y", "-1..1", "-1..1"},
        {"f scalar 0.0078431; o scalar 1; Mul x f > a; Sub a o > b; Tanh b > y", "0..255", "-1..1"},
        /* the middle of 0..1 where there are whitened numbers of a mean of 0 */
        {"d number 0.229 0.224 0.225; m number 0.485 0.456 0.406; r int 3 1 1; Reshape d r > s; "
         "Reshape m r > n; Mul x s > a; Add a n > b; Clip b > y min=0.0 max=1.0",
         "mean 0.485,0.456,0.406 std 0.229,0.224,0.225", "0..1"},
        /* no bounds: what came out; norms make the same of any range */
        {"s number 60 60 60; b number 128 128 128; InstanceNormalization x s b > y", "0..255", "0..255"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(guesses); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdiomNetwork) net = load(10, 0, 0, guesses[i].model);
        IdiomNetworkRanges ranges;
        g_assert_true(idiom_network_find_ranges(net, device, &ranges, &error));
        g_autofree char *input = idiom_range_text(&ranges.input), *output = idiom_range_text(&ranges.output);
        g_test_message("%s: %s, %s", guesses[i].model, input, output);
        g_assert_cmpstr(input, ==, guesses[i].input);
        g_assert_cmpstr(output, ==, guesses[i].output);
        g_assert_false(ranges.bgr);
    }
}

/* --- files beside the model ------------------------------------------------------------------------- */

static void test_external_data(void)
{
    static const char model[] = "w external 3 3 1 1; Conv x w > y";
    g_autofree char *path = g_build_filename(folder, "weights.bin", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = model_bytes(13, 0, 0, model);
    g_assert_null(load_bytes(folder, bytes, &error));
    g_assert_nonnull(strstr(error->message, "weights.bin does not hold its 36 bytes"));

    float weights[16 + 9] = {0};
    for (guint k = 0; k < 9; k++)
        weights[16 + k] = (float)model_value("w", "float", k);
    g_assert_true(g_file_set_contents(path, (const char *)weights, sizeof weights, NULL));
    g_autoptr(IdiomNetwork) net = load(13, 0, 0, model);
    IdiomShape s;
    g_autofree float *made = run_network(net, device, &s, NULL);
    for (int c = 0; c < 3; c++) {
        double wanted = 0;
        for (int i = 0; i < 3; i++)
            wanted += weights[16 + c * 3 + i] * picture_at(i, 2, 4);
        g_assert_cmpfloat_with_epsilon(made[c * TEST_H * TEST_W + 2 * TEST_W + 4], wanted, 1e-5);
    }
    g_assert_true(g_file_set_contents(path, (const char *)weights, sizeof weights - 1, NULL));
    g_clear_error(&error);
    g_assert_null(load_bytes(folder, bytes, &error));
    g_assert_nonnull(error);
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    folder = g_dir_make_tmp("idiom-onnx-XXXXXX", NULL);
    idiom_log_set_callback(count_warnings, NULL);
    g_test_add_func("/onnx/frames/multiples", test_multiples);
    g_test_add_func("/onnx/frames/edge", test_edge);
    g_test_add_func("/onnx/frames/fixed-size", test_fixed_size);
    g_test_add_func("/onnx/frames/letterbox", test_letterbox);
    g_test_add_func("/onnx/frames/too-large", test_too_large);
    g_test_add_func("/onnx/frames/bgr", test_bgr);
    g_test_add_func("/onnx/frames/channels-last", test_channels_last);
    g_test_add_func("/onnx/frames/guesses", test_guesses);
    g_test_add_func("/onnx/frames/external-data", test_external_data);
    int result = g_test_run();
    idiom_log_set_callback(NULL, NULL);
    g_rmdir(folder);
    g_free(folder);
    idiom_device_unref(device);
    return result;
}
