/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judge of temporal steadiness, on pictures whose motion is known. */
#include "media/clip.h"
#include "judge/flow.h"
#include "trainer-files.h"
#include "judge/warping.h"

#include <idiom/error.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define W 200
#define H 140
#define WAVES 40

/* A texture without end, defined at every place: waves of many lengths and directions. */
typedef struct {
    double x[WAVES], y[WAVES], phase[WAVES];
} Texture;

static Texture texture_new(guint seed)
{
    Texture t;
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (guint i = 0; i < WAVES; i++) {
        double length = 8 * pow(12, g_rand_double(rand)), angle = g_rand_double_range(rand, 0, 2 * G_PI);
        t.x[i] = 2 * G_PI / length * cos(angle);
        t.y[i] = 2 * G_PI / length * sin(angle);
        t.phase[i] = g_rand_double_range(rand, 0, 2 * G_PI);
    }
    return t;
}

static double texture_at(const Texture *t, double x, double y)
{
    double sum = 0;
    for (guint i = 0; i < WAVES; i++)
        sum += sin(t->x[i] * x + t->y[i] * y + t->phase[i]);
    return CLAMP(0.5 + 0.05 * sum, 0.2, 0.8);
}

/* The texture as seen by a camera at (@x, @y), with noise of @sigma in every channel. */
static Picture *view(const Texture *t, double x, double y, double sigma, GRand *rand)
{
    Picture *picture = picture_new(W, H);
    for (guint row = 0; row < H; row++)
        for (guint column = 0; column < W; column++) {
            double value = texture_at(t, x + column, y + row);
            for (guint c = 0; c < 3; c++) {
                double noise = 0;
                for (guint i = 0; rand && i < 12; i++) /* nearly normal, of deviation 1 */
                    noise += g_rand_double(rand) - 0.5;
                picture->rgb[3 * (row * W + column) + c] = (guint8)lrint(255 * (value + sigma * noise));
            }
        }
    return picture;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The median of the distances between the flow from a view to one moved by (@dx, @dy) and the truth. */
static double median_flow_error(guint w, guint h, double dx, double dy)
{
    Texture t = texture_new(3);
    g_autofree float *a = g_new(float, w *h), *b = g_new(float, w *h), *flow = g_new(float, 2 * w * h);
    for (guint i = 0; i < w * h; i++) {
        a[i] = (float)texture_at(&t, i % w, i / w);
        b[i] = (float)texture_at(&t, i % w + dx, i / w + dy);
    }
    g_autoptr(FlowFrame) from = flow_frame_new(a, w, h);
    g_autoptr(FlowFrame) to = flow_frame_new(b, w, h);
    flow_estimate(from, to, flow);
    for (guint i = 0; i < w * h; i++)
        a[i] = (float)hypot(flow[2 * i] + dx, flow[2 * i + 1] + dy);
    qsort(a, w * h, sizeof *a, compare_floats);
    return a[w * h / 2];
}

static void test_flow(void)
{
    g_assert_cmpfloat(median_flow_error(W, H, 0, 0), ==, 0);
    g_assert_cmpfloat(median_flow_error(W, H, 0.5, -0.25), <, 0.05);
    g_assert_cmpfloat(median_flow_error(W, H, 3.4, 1.7), <, 0.05);
    g_assert_cmpfloat(median_flow_error(301, 143, -11.3, 6.6), <, 0.05);
    g_assert_cmpfloat(median_flow_error(320, 180, 40, 0), <, 0.05); /* an eighth of the width */
}

/* Frames of a pan by (@dx, @dy) a frame judged: outputs are the source itself and the source with noise of @sigma. */
static WarpingScores judge_pan(double dx, double dy, double sigma, guint frames)
{
    Texture t = texture_new(5);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    g_autoptr(Warping) warping = warping_new(W, H, 2);
    for (guint i = 0; i < frames; i++) {
        g_autoptr(Picture) source = view(&t, i * dx, i * dy, 0, NULL);
        g_autoptr(Picture) noisy = view(&t, i * dx, i * dy, sigma, rand);
        warping_add(warping, source, (const Picture *const[]){source, noisy});
    }
    WarpingScores scores;
    warping_scores(warping, &scores);
    return scores;
}

static void test_error(void)
{
    const double sigma = 8 / 255.0;
    /* nothing moves: the difference of two noises, each of the variance sigma^2 */
    WarpingScores still = judge_pan(0, 0, sigma, 4);
    g_assert_cmpuint(still.frames, ==, 4);
    g_assert_cmpuint(still.pairs, ==, 3);
    g_assert_cmpuint(still.cuts, ==, 0);
    g_assert_cmpfloat(still.counted, ==, 1);
    g_assert_cmpfloat(still.moving, ==, 0);
    g_assert_cmpfloat(still.source_error, ==, 0);
    g_assert_cmpfloat_with_epsilon(still.outputs[1].error, 2 * sigma * sigma, 0.02 * 2 * sigma * sigma);
    /* a pan by whole pixels moves them without interpolation; what is left is the flow's error */
    WarpingScores pan = judge_pan(3, -2, sigma, 4);
    g_assert_cmpuint(pan.pairs, ==, 3);
    g_assert_cmpfloat(pan.counted, >, 0.9);
    g_assert_cmpfloat(pan.moving, >, 0.95);
    g_assert_cmpfloat(pan.source_error, <, 2e-5);
    g_assert_cmpfloat(pan.outputs[0].error, ==, pan.source_error);
    g_assert_cmpfloat_with_epsilon(pan.outputs[1].error, 2 * sigma * sigma, 0.1 * 2 * sigma * sigma);
    /* between pixels interpolation averages some of the noise away, and of the texture's finest waves */
    WarpingScores fine = judge_pan(1.5, 0.5, sigma, 3);
    g_assert_cmpfloat(fine.source_error, <, 5e-5);
    g_assert_cmpfloat(fine.outputs[1].error, <, 1.6 * sigma * sigma);
}

static void test_similarity(void)
{
    WarpingScores pan = judge_pan(3, 0, 8 / 255.0, 3);
    g_assert_cmpfloat(pan.outputs[0].ssim_moving, ==, 1);
    g_assert_cmpfloat(pan.outputs[0].gradient_ratio, ==, 1);
    g_assert_cmpfloat(pan.outputs[1].ssim_moving, <, 0.99);
    g_assert_cmpfloat(pan.outputs[1].ssim_moving, >, 0.5);
    g_assert_cmpfloat(pan.outputs[1].gradient_ratio, >, 1.02);
    WarpingScores still = judge_pan(0, 0, 8 / 255.0, 3);
    g_assert_true(isnan(still.outputs[0].ssim_moving));
    g_assert_cmpfloat(still.outputs[0].ssim_still, ==, 1);
    g_assert_cmpfloat(still.outputs[1].ssim_still, <, 0.99);
}

/* An object before a still background: what it uncovers does not count, what lies still does. */
static void test_occlusion(void)
{
    Texture behind = texture_new(5), before = texture_new(6);
    g_autoptr(Warping) warping = warping_new(W, H, 0);
    for (guint i = 0; i < 4; i++) {
        g_autoptr(Picture) picture = view(&behind, 0, 0, 0, NULL);
        for (guint y = 50; y < 100; y++)
            for (guint x = 20 + 6 * i; x < 80 + 6 * i; x++)
                memset(picture->rgb + 3 * (y * W + x), (int)(255 * texture_at(&before, x - 6.0 * i, y)), 3);
        warping_add(warping, picture, NULL);
    }
    WarpingScores scores;
    warping_scores(warping, &scores);
    g_assert_cmpuint(scores.pairs, ==, 3);
    g_assert_cmpfloat(scores.counted, >, 0.75);
    g_assert_cmpfloat(scores.moving, >, 0.1);
    g_assert_cmpfloat(scores.moving, <, 0.25);
    g_assert_cmpfloat(scores.source_error, <, 4e-4);
}

static void test_cut(void)
{
    Texture scenes[] = {texture_new(5), texture_new(6)};
    g_autoptr(Warping) warping = warping_new(W, H, 1);
    for (guint i = 0; i < 6; i++) {
        g_autoptr(Picture) picture = view(&scenes[i / 3], i, 0, 0, NULL);
        warping_add(warping, picture, (const Picture *const[]){picture});
    }
    WarpingScores scores;
    warping_scores(warping, &scores);
    g_assert_cmpuint(scores.cuts, ==, 1);
    g_assert_cmpuint(scores.pairs, ==, 4);
    g_assert_cmpfloat(scores.outputs[0].error, <, 2e-5);
}

static void test_tiny(void)
{
    const guint sizes[][2] = {{1, 1}, {1, 9}, {13, 2}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(Picture) picture = picture_new(sizes[i][0], sizes[i][1]);
        memset(picture->rgb, 77, 3 * sizes[i][0] * sizes[i][1]);
        g_autoptr(Warping) warping = warping_new(picture->w, picture->h, 1);
        WarpingScores scores;
        warping_scores(warping, &scores);
        g_assert_true(isnan(scores.source_error));
        for (guint frame = 0; frame < 2; frame++)
            warping_add(warping, picture, (const Picture *const[]){picture});
        warping_scores(warping, &scores);
        g_assert_cmpuint(scores.pairs, ==, 1);
        g_assert_cmpfloat(scores.outputs[0].error, ==, 0);
        g_assert_true(isnan(scores.outputs[0].ssim_still));
        g_assert_true(isnan(scores.outputs[0].gradient_ratio));
    }
}

/* --- files ---------------------------------------------------------------------------------------- */

static char *write_pan(const char *folder, const char *name, guint frames)
{
    Texture t = texture_new(5);
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(ClipWriter) writer = clip_writer_new(path, W, H, 30000, 1001, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < frames; i++) {
        g_autoptr(Picture) picture = view(&t, i, 0, 0.01, rand);
        clip_writer_add(writer, picture, &error);
        g_assert_no_error(error);
    }
    clip_writer_finish(writer, &error);
    g_assert_no_error(error);
    return path;
}

/* What is read from a file is what was written, byte by byte. */
static void test_lossless(void)
{
    char *folder = test_folder_new();
    g_autofree char *path = write_pan(folder, "pan.mkv", 3);
    g_autoptr(GError) error = NULL;
    g_autoptr(Clip) clip = clip_open(path, 0, 0, &error);
    g_assert_no_error(error);
    int numerator, denominator;
    clip_rate(clip, &numerator, &denominator);
    g_assert_cmpint(numerator, ==, 30000);
    g_assert_cmpint(denominator, ==, 1001);
    Texture t = texture_new(5);
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(Picture) written = view(&t, i, 0, 0.01, rand);
        g_autoptr(Picture) read = clip_next(clip, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(read->w, ==, W);
        g_assert_cmpuint(read->h, ==, H);
        g_assert_cmpmem(read->rgb, 3 * W * H, written->rgb, 3 * W * H);
    }
    g_assert_null(clip_next(clip, &error));
    g_assert_no_error(error);
    g_autoptr(Clip) scaled = clip_open(path, 64, 48, &error);
    g_autoptr(Picture) small = clip_next(scaled, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(small->w, ==, 64);
    g_assert_cmpuint(small->h, ==, 48);
    test_folder_remove(folder);
}

static void assert_refused(const char *source, const char *output, int code, const char *words)
{
    g_autoptr(GError) error = NULL;
    WarpingScores scores;
    g_assert_false(warping_compare_files(source, &output, 1, &scores, &error));
    g_assert_error(error, IDIOM_ERROR, code);
    g_assert_nonnull(strstr(error->message, words));
}

static void test_files(void)
{
    char *folder = test_folder_new();
    g_autofree char *pan = write_pan(folder, "pan.mkv", 4), *shorter = write_pan(folder, "shorter.mkv", 3);
    g_autofree char *other = g_build_filename(folder, "other.avi", NULL);
    g_autofree char *text = g_build_filename(folder, "text.mkv", NULL);
    g_autofree char *missing = g_build_filename(folder, "missing.mkv", NULL);
    test_write_video(folder, "other.avi", 64, 48, 4);
    test_write_file(folder, "text.mkv", "no video at all", -1);

    g_autoptr(GError) error = NULL;
    WarpingScores scores;
    g_assert_true(warping_compare_files(pan, (const char *const[]){pan, pan}, 2, &scores, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(scores.frames, ==, 4);
    g_assert_cmpuint(scores.pairs, ==, 3);
    g_assert_cmpuint(scores.n_outputs, ==, 2);
    g_assert_cmpfloat(scores.outputs[1].error, ==, scores.source_error);
    g_assert_cmpfloat(scores.outputs[1].ssim_moving, ==, 1);

    assert_refused(pan, shorter, IDIOM_ERROR_SHAPE, "shorter.mkv has 3 frames");
    assert_refused(shorter, pan, IDIOM_ERROR_SHAPE, "shorter.mkv has 3 frames");
    assert_refused(pan, other, IDIOM_ERROR_SHAPE, "other.avi is 64x48");
    assert_refused(pan, text, IDIOM_ERROR_FILE, "text.mkv");
    assert_refused(missing, pan, IDIOM_ERROR_FILE, "missing.mkv");
    g_assert_false(warping_compare_files(pan, NULL, 0, &scores, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET); /* damaged files are meant to be */
    g_test_add_func("/warping/flow", test_flow);
    g_test_add_func("/warping/error", test_error);
    g_test_add_func("/warping/similarity", test_similarity);
    g_test_add_func("/warping/occlusion", test_occlusion);
    g_test_add_func("/warping/cut", test_cut);
    g_test_add_func("/warping/tiny", test_tiny);
    g_test_add_func("/warping/lossless", test_lossless);
    g_test_add_func("/warping/files", test_files);
    return g_test_run();
}
