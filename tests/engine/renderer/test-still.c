/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is still keeps what was painted: less work, hardly another picture; none of it after a cut, and not for long. */
#include "stage.h"
#include "style-files.h"

#include <idiom-unstable/profile.h>
#include <math.h>
#include <string.h>

/* 25 frames a second; more than half a second of them */
enum { WIDTH = 320, HEIGHT = 180, BYTES = 4 * WIDTH * HEIGHT, ROUND = 14 };
#define STEP (G_GINT64_CONSTANT(1000000000) / 25)

static IdiomDevice *device;

/* A wavy scene, @lift levels lighter, with a square at @x whose stripes nothing else has. */
static void draw(guint8 *bytes, guint seed, guint lift, guint x)
{
    for (guint i = 0; i < WIDTH * HEIGHT; i++) {
        const guint px = i % WIDTH, py = i / WIDTH;
        const gboolean square = px - x < 24 && py - 80 < 24;
        for (guint c = 0; c < 3; c++) {
            const double wave = sin(0.05 * px + seed + c) * cos(0.07 * py - 2.0 * seed);
            bytes[4 * i + c] = (guint8)(square ? 250 * ((px - x) / 4 % 2) : 120 + 80 * wave) + lift;
        }
        bytes[4 * i + 3] = 255;
    }
}

typedef struct {
    IdiomRenderer *renderer;
    gboolean cut; /* the next frame follows no other */
    gint64 time;
    guint8 out[BYTES];
} Stage;

static Stage *stage_of(const char *style, gboolean still)
{
    g_autoptr(GError) error = NULL;
    Stage *s = g_new0(Stage, 1);
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.format = IDIOM_VIDEO_RGBA;
    info.width = WIDTH;
    info.height = HEIGHT;
    info.matrix = IDIOM_VIDEO_BT709;
    s->renderer = stage_new(device, style, IDIOM_VIDEO_RGBA, WIDTH, HEIGHT, NULL);
    idiom_renderer_set_still(s->renderer, still);
    g_assert_true(idiom_renderer_configure(s->renderer, &info, &error));
    g_assert_no_error(error);
    return s;
}

static Stage *stage(gboolean still)
{
    return stage_of("small", still);
}

static void stage_free(Stage *s)
{
    idiom_renderer_free(s->renderer);
    g_free(s);
}

static void paint(Stage *s, const guint8 *in)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.time = s->time += STEP;
    params.discontinuity = s->cut;
    stage_render_rgba(s->renderer, WIDTH, in, s->out, &params);
}

/* All is painted anew: sums over a tile and over the whole round differently, no more. */
static void assert_same(const Stage *a, const Stage *b)
{
    for (guint i = 0; i < BYTES; i++)
        g_assert_cmpint(abs(a->out[i] - b->out[i]), <=, 1);
}

/* Mean distance in levels. */
static double apart(const Stage *a, const Stage *b)
{
    double sum = 0;
    for (guint i = 0; i < BYTES; i++)
        sum += abs(a->out[i] - b->out[i]);
    return sum / BYTES;
}

/* Seconds that the convolutions of the last frame took. */
static double work(Stage *s)
{
    g_autoptr(GArray) times = idiom_renderer_times(s->renderer);
    double seconds = 0;
    for (guint i = 0; i < times->len; i++) {
        const IdiomOpTime *t = &g_array_index(times, IdiomOpTime, i);
        seconds += g_str_equal(t->op, "conv2d") ? t->seconds : 0;
    }
    return seconds;
}

static void test_work(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *in = g_malloc(BYTES);
    Stage *stages[] = {stage(FALSE), stage(TRUE)};
    double least[] = {INFINITY, INFINITY};
    draw(in, 1, 0, 100);
    for (guint i = 0; i < 2 * ROUND; i++)
        for (guint k = 0; k < 2; k++) {
            paint(stages[k], in);
            if (i == 0)
                idiom_renderer_profile(stages[k]->renderer, TRUE, &error);
            g_assert_no_error(error);
            if (i > 2)
                least[k] = fmin(least[k], work(stages[k]));
        }
    g_test_message("a still picture: %.2f of the work", least[1] / least[0]);
    g_assert_cmpfloat(least[1], <, 0.5 * least[0]);
    for (guint k = 0; k < 2; k++)
        stage_free(stages[k]);
}

/* A small change that counts as noise is there after half a second; a cut is there at once. */
static void test_age(void)
{
    g_autofree guint8 *in = g_malloc(BYTES);
    Stage *all = stage(FALSE), *still = stage(TRUE);
    for (guint i = 0; i < 4 * ROUND; i++) {
        draw(in, i < 3 * ROUND ? 1 : 4, i < ROUND ? 0 : 2, 100);
        all->cut = still->cut = i == 3 * ROUND;
        paint(all, in);
        paint(still, in);
        const double distance = apart(all, still);
        if (i == ROUND || i == 3 * ROUND - 1 || i == 3 * ROUND)
            g_test_message("frame %u: %.3f levels apart", i, distance);
        if (i == 3 * ROUND - 1)
            g_assert_cmpfloat(distance, <, 0.3);
        if (i == 0 || i == 3 * ROUND)
            assert_same(all, still);
    }
    stage_free(all);
    stage_free(still);
}

static void test_moving(void)
{
    g_autofree guint8 *in = g_malloc(BYTES);
    Stage *all = stage(FALSE), *still = stage(TRUE);
    double worst = 0;
    for (guint i = 0; i < 2 * ROUND; i++) {
        draw(in, 1, 0, 20 + 8 * i);
        paint(all, in);
        paint(still, in);
        worst = fmax(worst, apart(all, still));
    }
    g_test_message("at most %.3f levels apart", worst);
    g_assert_cmpfloat(worst, <, 1.5);
    stage_free(all);
    stage_free(still);
}

/* Another mix of styles is there at once. */
static void test_mix(void)
{
    g_autofree guint8 *in = g_malloc(BYTES);
    Stage *stages[] = {stage_of("moods", FALSE), stage_of("moods", TRUE)};
    draw(in, 1, 0, 100);
    for (guint k = 0; k < 2; k++) {
        paint(stages[k], in);
        idiom_renderer_set_mix(stages[k]->renderer, "wild");
        paint(stages[k], in);
    }
    assert_same(stages[0], stages[1]);
    for (guint k = 0; k < 2; k++)
        stage_free(stages[k]);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    if (idiom_device_info(device)->family == IDIOM_FAMILY_LANE) { /* the other paints everything */
        g_test_add_func("/still/work", test_work);
        g_test_add_func("/still/age", test_age);
        g_test_add_func("/still/moving", test_moving);
    }
    g_test_add_func("/still/mix", test_mix);
    int status = g_test_run();
    idiom_device_unref(device);
    test_styles_remove(folder);
    return status;
}
