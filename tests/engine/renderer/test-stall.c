/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change of style does not stall: no frame after it is later than one and a half of those without a change. */
#include "compare.h"
#include "stage.h"

#include <stdlib.h>

enum { WIDTH = 640, HEIGHT = 360, FRAMES = 5, CHANGES = 6, TRIES = 4 };

#define STEP (G_GINT64_CONSTANT(1000000000) / 25)

static IdiomDevice *device;

/* The longest time of some frames in a row, in microseconds; @change: the style to begin to load before them, or NULL. */
static double longest(IdiomRenderer *renderer, const char *change, guint8 *bytes)
{
    static gint64 time;
    double most = 0;
    if (change)
        idiom_renderer_change(renderer, change, NULL, 2 * STEP);
    for (guint i = 0; i < FRAMES; i++) {
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        params.time = time += STEP;
        const gint64 begin = g_get_monotonic_time();
        stage_render_rgba(renderer, WIDTH, bytes, bytes + 4 * WIDTH * HEIGHT, &params);
        most = MAX(most, (double)(g_get_monotonic_time() - begin));
    }
    return most;
}

static double median(double *times)
{
    qsort(times, CHANGES, sizeof *times, compare_doubles);
    return (times[CHANGES / 2 - 1] + times[CHANGES / 2]) / 2;
}

/* Frames after a change beside frames without one, in turn. */
static double stall(IdiomRenderer *renderer, guint8 *bytes)
{
    static const char *const styles[] = {"starry-night", "painters"};
    double changed[CHANGES], still[CHANGES];
    for (guint i = 0; i < CHANGES; i++) {
        changed[i] = longest(renderer, styles[i % 2], bytes);
        while (stage_is_changing(renderer))
            changed[i] = MAX(changed[i], longest(renderer, NULL, bytes));
        still[i] = longest(renderer, NULL, bytes);
    }
    return median(changed) / median(still);
}

/* Others may use the machine: one quiet try is enough. */
static void test_change(void)
{
    g_autofree guint8 *bytes = g_malloc0(2 * 4 * WIDTH * HEIGHT);
    for (guint i = 0; i < 4 * WIDTH * HEIGHT; i++)
        bytes[i] = (guint8)(i / 4 % WIDTH * 3 + i / 4 / WIDTH * 5);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "comic", IDIOM_VIDEO_RGBA, WIDTH, HEIGHT, NULL);
    longest(renderer, NULL, bytes);
    double least = G_MAXDOUBLE;
    for (guint i = 0; i < TRIES && least > 1.5; i++) {
        const double ratio = stall(renderer, bytes);
        g_test_message("the latest frame after a change: %.2f frame times", ratio);
        least = MIN(least, ratio);
    }
    g_assert_cmpfloat(least, <=, 1.5);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/stall/change", test_change);
    int status = g_test_run();
    idiom_device_unref(device);
    return status;
}
