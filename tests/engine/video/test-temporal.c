/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion and what is made of it: known motion is found, noise is steadied, nothing trails, cuts are cuts. */
#include "compare.h"
#include "stage.h"
#include "style-files.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/temporal.h>

#include <math.h>
#include <string.h>

/* of the pictures that motion is looked for in */
#define W 640
#define H 360

static IdiomDevice *device;

/* --- a world that can be looked at from anywhere -------------------------------------------------- */

static double lattice(int x, int y, guint seed)
{
    guint32 h = (guint32)x * 0x8da6b343u ^ (guint32)y * 0xd8163841u ^ seed * 0xcb1ab31fu;
    h = (h ^ (h >> 13)) * 0x5bd1e995u;
    return ((h ^ (h >> 15)) & 0xffff) / 65535.0;
}

/* Noise with features of @size pixels. */
static double noise(double x, double y, double size, guint seed)
{
    x /= size;
    y /= size;
    double fx = floor(x), fy = floor(y), tx = x - fx, ty = y - fy;
    int ix = (int)fx, iy = (int)fy;
    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    double a = lattice(ix, iy, seed) * (1 - tx) + lattice(ix + 1, iy, seed) * tx;
    double b = lattice(ix, iy + 1, seed) * (1 - tx) + lattice(ix + 1, iy + 1, seed) * tx;
    return a * (1 - ty) + b * ty;
}

static double texture(double x, double y, guint seed)
{
    return 0.5 * noise(x, y, 41, seed) + 0.3 * noise(x, y, 17, seed + 1) + 0.2 * noise(x, y, 7, seed + 2);
}

/* About normally distributed. */
static double normal(GRand *random, double sigma)
{
    return 2 * sigma * (g_rand_double(random) + g_rand_double(random) + g_rand_double(random) - 1.5);
}

/* Pixel (x, y) of a picture shows the world at zoom R(angle) (x, y) + shift, about the middle. */
typedef struct {
    double zoom, angle, x, y;
} View;

static void look(const View *v, double x, double y, double *wx, double *wy)
{
    double c = v->zoom * cos(v->angle), s = v->zoom * sin(v->angle);
    x -= W / 2;
    y -= H / 2;
    *wx = c * x - s * y + v->x;
    *wy = s * x + c * y + v->y;
}

/* And back: where the world's point is seen. */
static void find(const View *v, double wx, double wy, double *x, double *y)
{
    double c = cos(v->angle) / v->zoom, s = sin(v->angle) / v->zoom;
    wx -= v->x;
    wy -= v->y;
    *x = c * wx + s * wy + W / 2;
    *y = -s * wx + c * wy + H / 2;
}

static void draw(float *rgb, const View *view, guint seed, double noise_sigma, double light, GRand *random)
{
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++) {
            double wx, wy;
            look(view, x, y, &wx, &wy);
            for (guint c = 0; c < 3; c++) {
                double v = light * texture(wx, wy, seed + 3 * c);
                if (noise_sigma > 0)
                    v += normal(random, noise_sigma);
                rgb[(c * H + y) * W + x] = (float)CLAMP(v, 0, 1);
            }
        }
}

/* --- motion --------------------------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    float *picture, *linked;
    const float *flow, *follows;
    IdiomShape shape;
    guint cell;
} Eye;

static void eye_init(Eye *eye)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, H, W));
    IdiomTensor *linked = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomMotion motion = idiom_motion(g, idiom_to_planes(g, picture), linked);
    IdiomTensor *outputs[] = {idiom_to_flat(g, motion.flow), motion.continues};
    eye->shape = idiom_tensor_shape(outputs[0]);
    eye->cell = motion.cell;
    eye->program = idiom_program_new(g, outputs, 2, &error);
    g_assert_no_error(error);
    eye->picture = idiom_program_map(eye->program, picture);
    eye->linked = idiom_program_map(eye->program, linked);
    eye->flow = idiom_program_map(eye->program, outputs[0]);
    eye->follows = idiom_program_map(eye->program, outputs[1]);
    *eye->linked = 1;
}

static void eye_run(Eye *eye)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_run(eye->program, &error));
    g_assert_no_error(error);
}

/* Median error of the flow from @before to @now where @before shows what @now does; mean confidence there. */
static double flow_error(const Eye *eye, const View *before, const View *now, double *confidence)
{
    g_autoptr(GArray) errors = g_array_new(FALSE, FALSE, sizeof(double));
    guint gw = eye->shape.w, gh = eye->shape.h;
    double sum = 0;
    for (guint y = 0; y < gh; y++)
        for (guint x = 0; x < gw; x++) {
            double px = (x + 0.5) * eye->cell - 0.5, py = (y + 0.5) * eye->cell - 0.5, wx, wy, qx, qy;
            look(now, px, py, &wx, &wy);
            find(before, wx, wy, &qx, &qy);
            if (qx < 0 || qy < 0 || qx > W - 1 || qy > H - 1)
                continue;
            const float *f = eye->flow + y * gw + x;
            double error = hypot(px + f[0] - qx, py + f[gw * gh] - qy);
            g_array_append_val(errors, error);
            sum += f[2 * gw * gh];
        }
    g_array_sort(errors, compare_doubles);
    *confidence = sum / errors->len;
    return g_array_index(errors, double, errors->len / 2);
}

static void test_motion(void)
{
    static const struct {
        const char *name;
        View view;
        double noise, light;
    } cases[] = {
        {"rest", {1, 0, 0, 0}, 0, 1},
        {"pan", {1, 0, 7.3, -4.6}, 0, 1},
        {"slow pan", {1, 0, 0.4, 0.3}, 0, 1},
        {"an eighth of the width", {1, 0, 80, 0}, 0, 1},
        {"diagonal", {1, 0, -60, 37.5}, 0, 1},
        {"zoom in", {0.97, 0, 2.5, 1}, 0, 1},
        {"zoom out", {1.04, 0, 0, 0}, 0, 1},
        {"rotation", {1, 0.03, 3, 2}, 0, 1},
        {"noise", {1.01, 0, 12.4, -3.1}, 4 / 255.0, 1},
        {"noise at rest", {1, 0, 0, 0}, 4 / 255.0, 1},
        {"light", {1, 0, 5.2, 3.3}, 0, 0.93},
    };
    Eye eye;
    eye_init(&eye);
    GRand *random = g_rand_new_with_seed(1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const View before = {1, 0, 0, 0};
        double confidence;
        draw(eye.picture, &before, 1, cases[i].noise, 1, random);
        eye_run(&eye);
        draw(eye.picture, &cases[i].view, 1, cases[i].noise, cases[i].light, random);
        eye_run(&eye);
        double error = flow_error(&eye, &before, &cases[i].view, &confidence);
        g_test_message("%s: median error %.3f pixels, confidence %.2f, follows %g", cases[i].name, error,
                       confidence, *eye.follows);
        g_assert_cmpfloat(error, <, 0.25);
        g_assert_cmpfloat(confidence, >, 0.8);
        g_assert_cmpfloat(*eye.follows, ==, 1);
    }
    g_rand_free(random);
    idiom_program_free(eye.program);
}

/* --- pictures that are stylized ------------------------------------------------------------------- */

#define SMALL_W 320
#define SMALL_H 180
#define SMALL_PIXELS (SMALL_W * SMALL_H)

/* A still picture of texture with @sigma of noise; and, if @disc is not below 0, a disc of other texture at that x. */
static void draw_scene(guint8 *rgba, guint seed, double sigma, double disc, GRand *random)
{
    for (int y = 0; y < SMALL_H; y++)
        for (int x = 0; x < SMALL_W; x++) {
            gboolean inside = disc >= 0 && hypot(x - disc, y - SMALL_H / 2) < 30;
            for (guint c = 0; c < 3; c++) {
                double v = inside ? 0.9 - 0.5 * texture(x - disc, y, seed + 50 + 3 * c)
                                  : texture(x, y, seed + 3 * c);
                if (sigma > 0)
                    v += normal(random, sigma);
                rgba[4 * (y * SMALL_W + x) + c] = (guint8)(255 * CLAMP(v, 0, 1) + 0.5);
            }
            rgba[4 * (y * SMALL_W + x) + 3] = 255;
        }
}

/* A picture's own moments, mixed with those of the one before it. */
static void test_statistics(void)
{
    enum { PIXELS = 35 };
    static const float keep_of[] = {0, 0.75f, 0, 0.5f, 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    const float gamma = 1.5f, beta = -0.25f;
    idiom_params_add(params, "gamma", IDIOM_SHAPE(1, 1, 1, 1), &gamma);
    idiom_params_add(params, "beta", IDIOM_SHAPE(1, 1, 1, 1), &beta);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 5, 7));
    IdiomTensor *keep = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *out = idiom_to_flat(g, idiom_instance_norm(g, idiom_to_planes(g, in),
                                                            idiom_graph_param(g, params, "gamma", FALSE),
                                                            idiom_graph_param(g, params, "beta", FALSE), NULL,
                                                            NULL, IDIOM_ACT_NONE, keep));
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &out, 1, &error);
    g_assert_no_error(error);
    float *x = idiom_program_map(program, in);
    const float *y = idiom_program_map(program, out);
    GRand *random = g_rand_new_with_seed(9);
    double mean = 0, variance = 0;
    for (guint i = 0; i < G_N_ELEMENTS(keep_of); i++) {
        double sum = 0, squares = 0;
        for (guint k = 0; k < PIXELS; k++) {
            x[k] = (float)g_rand_double_range(random, -1, 2 + i);
            sum += x[k];
            squares += (double)x[k] * x[k];
        }
        const double own = sum / PIXELS;
        mean += (1 - keep_of[i]) * (own - mean);
        variance += (1 - keep_of[i]) * (squares / PIXELS - own * own - variance);
        *(float *)idiom_program_map(program, keep) = keep_of[i];
        g_assert_true(idiom_program_run(program, &error));
        for (guint k = 0; k < PIXELS; k++)
            g_assert_cmpfloat(fabs(y[k] - (gamma * (x[k] - mean) / sqrt(variance + 1e-5) + beta)), <, 1e-4);
    }
    g_rand_free(random);
}

static void stylize(IdiomRenderer *renderer, guint width, const guint8 *in, guint8 *out, double temporal)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.temporal = temporal;
    stage_render_rgba(renderer, width, in, out, &params);
}

#define SHIPPED_STYLE SOURCE_ROOT "/styles/starry-night.safetensors"
/* One that paints from the picture alone: noise is carried only where frames are smoothed, and then lies elsewhere. */
#define STYLE_WITHOUT_NOISE SOURCE_ROOT "/styles/cel.safetensors"

/* A sensor's noise on a still picture: how much the result still changes after ten frames. */
static void test_noise(void)
{
    enum { FIRST = 10, FRAMES = 22 };
    g_autoptr(IdiomRenderer) filter =
        stage_new(device, SHIPPED_STYLE, IDIOM_VIDEO_RGBA, SMALL_W, SMALL_H, NULL);
    g_autofree guint8 *in = g_malloc(4 * SMALL_PIXELS), *out = g_malloc(4 * SMALL_PIXELS);
    double deviation[2];
    for (guint steady = 0; steady < 2; steady++) {
        g_autofree double *sum = g_new0(double, 4 * SMALL_PIXELS),
                          *squares = g_new0(double, 4 * SMALL_PIXELS);
        GRand *random = g_rand_new_with_seed(3);
        for (guint i = 0; i < FRAMES; i++) {
            draw_scene(in, 7, 4 / 255.0, -1, random);
            stylize(filter, SMALL_W, in, out, steady);
            for (guint k = 0; k < 4 * SMALL_PIXELS && i >= FIRST; k++) {
                sum[k] += out[k];
                squares[k] += out[k] * out[k];
            }
        }
        g_rand_free(random);
        deviation[steady] = 0;
        for (guint k = 0; k < 4 * SMALL_PIXELS; k++) {
            double mean = sum[k] / (FRAMES - FIRST);
            deviation[steady] +=
                sqrt(fmax(squares[k] / (FRAMES - FIRST) - mean * mean, 0)) / (3 * SMALL_PIXELS);
        }
    }
    g_test_message("deviation over time %.2f, each frame by itself %.2f of 255", deviation[1], deviation[0]);
    g_assert_cmpfloat(deviation[1], <, 0.3 * deviation[0]);
}

/* A disc crosses a still picture: what it uncovers shows nothing of it two frames later. */
static void test_no_trail(void)
{
    enum { STEP = 14, FRAMES = 12 };
    g_autoptr(IdiomRenderer) plain =
        stage_new(device, STYLE_WITHOUT_NOISE, IDIOM_VIDEO_RGBA, SMALL_W, SMALL_H, NULL);
    g_autoptr(IdiomRenderer) steady =
        stage_new(device, STYLE_WITHOUT_NOISE, IDIOM_VIDEO_RGBA, SMALL_W, SMALL_H, NULL);
    g_autofree guint8 *in = g_malloc(4 * SMALL_PIXELS), *a = g_malloc(4 * SMALL_PIXELS),
                      *b = g_malloc(4 * SMALL_PIXELS);
    GRand *random = g_rand_new_with_seed(4);
    for (int i = 0; i < FRAMES; i++) {
        double disc = 60 + i * STEP, sum = 0, count = 0;
        draw_scene(in, 11, 0, disc, random);
        stylize(plain, SMALL_W, in, a, 0);
        stylize(steady, SMALL_W, in, b, 1);
        for (int y = 0; y < SMALL_H; y++)
            for (int x = 0; x < SMALL_W; x++) {
                /* covered three frames ago, no longer so two frames ago */
                if (i < 3 || hypot(x - (disc - 3 * STEP), y - SMALL_H / 2) >= 30 ||
                    hypot(x - (disc - 2 * STEP), y - SMALL_H / 2) < 30)
                    continue;
                for (guint c = 0; c < 3; c++, count++)
                    sum += abs(a[4 * (y * SMALL_W + x) + c] - b[4 * (y * SMALL_W + x) + c]) / 255.0;
            }
        if (i >= 3) {
            g_test_message("frame %d: uncovered pixels are %.2f %% off", i, 100 * sum / count);
            g_assert_cmpfloat(sum / count, <, 0.05);
        }
    }
    g_rand_free(random);
}

/* The first frame of a scene, or after a discontinuity, or after frames without smoothing, is that frame by itself. */
static void test_fresh_starts(void)
{
    static const struct {
        guint seed;
        double temporal, statistics;
        gboolean discontinuity, equal;
    } frames[] = {
        {1, 1, 0, FALSE, TRUE},    {1, 1, 0, FALSE, FALSE},   {1, 1, 0, FALSE, FALSE},
        {40, 1, 0, FALSE, TRUE}, /* a cut */
        {40, 1, 0, FALSE, FALSE},  {40, 1, 0, TRUE, TRUE},    {40, 0.5, 0, FALSE, FALSE},
        {40, 0, 0, FALSE, TRUE},   {40, 1, 0, FALSE, TRUE},   {40, 1, 0, FALSE, FALSE},
        {1, 0, 0.8, FALSE, TRUE}, /* a cut; from now on statistics of the scene alone */
        {1, 0, 0.8, FALSE, FALSE}, {40, 0, 0.8, FALSE, TRUE}, {40, 0, 0.8, FALSE, FALSE},
        {40, 0, 0.8, TRUE, TRUE},
    };
    g_autoptr(IdiomRenderer) plain =
        stage_new(device, SHIPPED_STYLE, IDIOM_VIDEO_RGBA, SMALL_W, SMALL_H, NULL);
    g_autoptr(IdiomRenderer) steady =
        stage_new(device, SHIPPED_STYLE, IDIOM_VIDEO_RGBA, SMALL_W, SMALL_H, NULL);
    g_autofree guint8 *in = g_malloc(4 * SMALL_PIXELS), *a = g_malloc(4 * SMALL_PIXELS),
                      *b = g_malloc(4 * SMALL_PIXELS);
    GRand *random = g_rand_new_with_seed(5);
    for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
        draw_scene(in, frames[i].seed, 4 / 255.0, -1, random);
        stylize(plain, SMALL_W, in, a, 0);
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        params.temporal = frames[i].temporal;
        params.statistics = frames[i].statistics;
        params.discontinuity = frames[i].discontinuity;
        stage_render_rgba(steady, SMALL_W, in, b, &params);
        g_test_message("frame %u", i);
        g_assert_cmpint(memcmp(a, b, 4 * SMALL_PIXELS) == 0, ==, frames[i].equal);
    }
    g_rand_free(random);
}

/* Pictures of any size; and what does not change does not change. */
static void test_sizes(void)
{
    static const guint sizes[][2] = {{1, 1}, {2, 31}, {33, 17}, {300, 5}, {97, 130}, {241, 64}};
    char *folder = test_styles_create();
    g_autofree char *path = g_build_filename(folder, "tiny.safetensors", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint w = sizes[i][0], h = sizes[i][1];
        g_autoptr(IdiomRenderer) filter = stage_new(device, path, IDIOM_VIDEO_RGBA, w, h, NULL);
        g_autofree guint8 *in = g_malloc(4 * w * h), *out = g_malloc0(4 * w * h), *first = NULL;
        for (guint k = 0; k < 4 * w * h; k++)
            in[k] = (guint8)(128 + 127 * sin(0.037 * k + 0.00071 * k * k));
        for (guint k = 0; k < 3; k++) {
            stylize(filter, w, in, out, 1);
            if (k == 0)
                first = g_memdup2(out, 4 * w * h);
            for (guint j = 0; j < 4 * w * h; j++)
                g_assert_cmpint(abs(out[j] - first[j]), <=, 1);
        }
    }
    test_styles_remove(folder);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    g_setenv("IDIOM_POISON", "1", TRUE);
    g_setenv("IDIOM_VALIDATE", "1", TRUE);
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/temporal/motion", test_motion);
    g_test_add_func("/temporal/noise", test_noise);
    g_test_add_func("/temporal/no-trail", test_no_trail);
    g_test_add_func("/temporal/fresh-starts", test_fresh_starts);
    g_test_add_func("/temporal/statistics", test_statistics);
    g_test_add_func("/temporal/sizes", test_sizes);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    return status;
}
