/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guard against slow kernels: what they do in a second, beside the device's peak measured in the same minute. On CPUs,
 * whose figures are known, and by one thread, whose processor time says how long things take however busy the machine is.
 * The bounds leave room for other drivers and CPUs, and little for a kernel half as fast again.
 */
#include "peak.h"
#include "stage.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>

#include <math.h>
#include <time.h>

/* Others may use the machine: the best of some runs counts, and one quiet try is enough. */
enum { TRIES = 5, RUNS = 30, FRAMES = 12, PEAK_ROUNDS = 4, WIDTH = 640, HEIGHT = 360 };

/* Of a frame of small: convolutions. */
#define SMALL_FLOPS 3.6e9

static IdiomDevice *device;

/* Seconds of processor time so far. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of the fastest run. */
static double seconds_of(IdiomProgram *program)
{
    g_autoptr(GError) error = NULL;
    double best = INFINITY;
    for (guint i = 0; i <= RUNS; i++) {
        const double begin = now();
        idiom_program_run(program, &error);
        g_assert_no_error(error);
        best = i ? fmin(best, now() - begin) : best; /* the first one compiles */
    }
    return best;
}

/* Operations a second of a 3x3 convolution as in the trunk of small, and of its gradients. */
static double conv_rate(guint channels, guint h, guint w, gboolean backward)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_params_add(params, "weight", IDIOM_SHAPE(channels, channels, 3, 3), NULL);
    IdiomTensor *x =
        idiom_to_planes(g, idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, channels, h, w)));
    IdiomTensor *weight = idiom_graph_param(g, params, "weight", backward);
    IdiomTensor *y =
        idiom_conv2d(g, x, NULL, weight, NULL, &(IdiomConvParams){.pad = 1, .mode = IDIOM_PAD_REFLECT});
    if (backward) {
        const double one = 1;
        IdiomTensor *loss = idiom_mean_square(g, y);
        y = idiom_graph_differentiate(g, &loss, &one, 1, params);
    }
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &y, 1, &error);
    g_assert_no_error(error);
    return idiom_program_flops(program) / seconds_of(program);
}

/* Seconds of the fastest frame in @style. */
static double frame_seconds(const char *style)
{
    g_autofree guint8 *bytes = g_malloc(2 * 4 * WIDTH * HEIGHT);
    for (guint i = 0; i < 4 * WIDTH * HEIGHT; i++)
        bytes[i] = (guint8)(i / 4 % WIDTH * 3 + i / 4 / WIDTH * 5);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.temporal = 0;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, style, IDIOM_VIDEO_RGBA, WIDTH, HEIGHT, NULL);
    double best = INFINITY;
    for (guint i = 0; i <= FRAMES; i++) {
        const double begin = now();
        stage_render_rgba(renderer, WIDTH, bytes, bytes + 4 * WIDTH * HEIGHT, &params);
        best = i ? fmin(best, now() - begin) : best;
    }
    return best;
}

static double peak(void)
{
    g_autoptr(GError) error = NULL;
    double flops;
    g_autoptr(IdiomProgram) program = peak_program(device, PEAK_ROUNDS, &flops, &error);
    g_assert_no_error(error);
    return flops / seconds_of(program);
}

static double trunk(void)
{
    return conv_rate(32, 90, 160, FALSE);
}

static double trunk_backward(void)
{
    return conv_rate(32, 64, 64, TRUE);
}

static double frame(void)
{
    return SMALL_FLOPS / frame_seconds("starry-night");
}

typedef struct {
    double (*rate)(void);
    double least; /* share of the peak */
} Guard;

static void test_share(gconstpointer data)
{
    const Guard *guard = data;
    double best = 0;
    for (guint i = 0; i < TRIES && best < guard->least; i++) {
        const double before = peak(), rate = guard->rate(), share = rate / fmax(before, peak());
        g_test_message("%.1f GFLOP/s, %.2f of the peak", rate * 1e-9, share);
        best = fmax(best, share);
    }
    g_assert_cmpfloat(best, >=, guard->least);
}

/* Measured by turns. */
static void test_nano(void)
{
    const double most = 0.68;
    double least = INFINITY;
    for (guint i = 0; i < TRIES && least > most; i++) {
        const double nano = frame_seconds("starry-night-nano"), small = frame_seconds("starry-night");
        g_test_message("nano takes %.2f of small's time: %.1f and %.1f ms", nano / small, nano * 1e3,
                       small * 1e3);
        least = fmin(least, nano / small);
    }
    g_assert_cmpfloat(least, <=, most);
}

int main(int argc, char **argv)
{
    static const Guard convolution = {trunk, 0.36}, gradients = {trunk_backward, 0.27}, whole = {frame, 0.27};
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    if (!g_str_equal(idiom_device_info(device)->type, "cpu"))
        return 77;
    g_test_add_data_func("/speed/convolution", &convolution, test_share);
    g_test_add_data_func("/speed/gradients", &gradients, test_share);
    g_test_add_data_func("/speed/frame", &whole, test_share);
    g_test_add_func("/speed/nano", test_nano);
    int status = g_test_run();
    idiom_device_unref(device);
    return status;
}
