/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The renderer against the same network run on floats; fades, slots, changes while frames flow, and its limits. */
#include "gpu/gpu.h"
#include "renderer/continuity.h"
#include "stage.h"
#include "style-files.h"

#include <idiom/renderer.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/stylefile.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

static IdiomStyle *load_style(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idiom_style_find(name, &error);
    g_assert_no_error(error);
    IdiomStyle *style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    return style;
}

/* The stylized picture in NCHW order, from RGBA bytes, without import, export or fp16. @mix: NULL, or weights. */
static float *reference(const IdiomStyle *style, const float *mix, const guint8 *rgba, guint width,
                        guint height)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, height, width));
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    IdiomTensor *weights = mix ? idiom_constant(graph, IDIOM_SHAPE(1, config->styles, 1, 1), mix) : NULL;
    IdiomTensor *out =
        idiom_to_flat(graph, idiom_generator_build(graph, params, config, idiom_to_planes(graph, in), NULL,
                                                   weights, NULL, FALSE));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &out, 1, &error);
    g_assert_no_error(error);
    float *pixels = idiom_program_map(program, in);
    gsize n = (gsize)width * height;
    for (gsize i = 0; i < 3 * n; i++)
        pixels[i] = rgba[4 * (i % n) + i / n] / 255.0f;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    return g_memdup2(idiom_program_map(program, out), 3 * n * sizeof(float));
}

/* What storage in halves costs, beyond rounding. */
static double tolerance(void)
{
    return idiom_device_info(device)->fastest == IDIOM_FP16 ? 3 : 0.51;
}

static IdiomFrameParams by_itself(double strength)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.strength = strength;
    params.temporal = 0;
    return params;
}

/* @styled: as from reference() */
static void check_strength(IdiomRenderer *renderer, guint width, guint height, const guint8 *in,
                           const float *styled, double strength, double allowed)
{
    const gsize n = (gsize)width * height;
    const IdiomFrameParams params = by_itself(strength);
    g_autofree guint8 *out = g_malloc0(4 * n);
    stage_render_rgba(renderer, width, in, out, &params);
    for (gsize i = 0; i < n; i++) {
        for (gsize c = 0; c < 3; c++) {
            double source = in[4 * i + c], target = 255 * CLAMP(styled[c * n + i], 0, 1);
            g_assert_cmpfloat_with_epsilon(out[4 * i + c], source + strength * (target - source), allowed);
        }
        g_assert_cmpint(out[4 * i + 3], ==, in[4 * i + 3]);
    }
}

static void waves(guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(128 + 127 * sin(0.037 * i + 0.00071 * i * i));
}

static void check_size(const char *name, guint width, guint height)
{
    const gsize size = (gsize)4 * width * height;
    g_autoptr(IdiomStyle) style = load_style(name);
    g_autofree guint8 *in = g_malloc(size);
    waves(in, size);
    g_autofree float *styled = reference(style, NULL, in, width, height);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, name, IDIOM_VIDEO_RGBA, width, height, NULL);
    check_strength(renderer, width, height, in, styled, 1, tolerance());
    check_strength(renderer, width, height, in, styled, 0.3, tolerance());
    check_strength(renderer, width, height, in, styled, 0, 0.001);
}

static void test_same_as_network(void)
{
    check_size("tiny", 1, 1);
    check_size("tiny", 5, 3);
    check_size("tiny", 97, 41);
    check_size("noisy", 5, 3);
    check_size("noisy", 97, 41);
}

static void test_mix(void)
{
    static const struct {
        const char *text;
        float weights[3];
    } mixes[] = {{NULL, {1, 0, 0}},
                 {"wild", {0, 1, 0}},
                 {"sad:5,wild:3,calm:2", {0.2F, 0.3F, 0.5F}},
                 {"sad:0.1", {0, 0, 1}}};
    g_autoptr(IdiomStyle) style = load_style("moods");
    guint8 in[4 * 19 * 13];
    waves(in, sizeof in);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "moods", IDIOM_VIDEO_RGBA, 19, 13, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(mixes); i++) {
        g_autofree float *styled = reference(style, mixes[i].weights, in, 19, 13);
        idiom_renderer_set_mix(renderer, mixes[i].text);
        check_strength(renderer, 19, 13, in, styled, 1, tolerance());
    }
}

/* --- fades ---------------------------------------------------------------------------------------- */

enum { W = 96, H = 64, BYTES = 4 * W * H };

#define SECOND G_GINT64_CONSTANT(1000000000)
#define STEP (SECOND / 25)

static guint styles_in_view(IdiomRenderer *renderer)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(renderer, &stats);
    return stats.styles;
}

/* Sends frames of @in from @time on until @count styles are in view; returns the time of the first such frame. */
static gint64 wait_for_styles(IdiomRenderer *renderer, const guint8 *in, guint8 *out, IdiomFrameParams params,
                              guint count)
{
    do {
        stage_render_rgba(renderer, W, in, out, &params);
        params.time += STEP;
        g_usleep(2000);
    } while (styles_in_view(renderer) != count);
    return params.time - STEP;
}

static void alone(const char *style, const guint8 *in, guint8 *out)
{
    const IdiomFrameParams params = by_itself(1);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, style, IDIOM_VIDEO_RGBA, W, H, NULL);
    stage_render_rgba(renderer, W, in, out, &params);
}

static void assert_mixed(const guint8 *out, const guint8 *a, const guint8 *b, double amount, double allowed)
{
    for (gsize i = 0; i < BYTES; i++)
        g_assert_cmpfloat_with_epsilon(out[i], a[i] + amount * ((double)b[i] - a[i]), allowed);
}

/* One style fades into the next, @to, by the frames' time, as pictures: rounded once, at the end. */
static void check_fade(const char *to, double temporal)
{
    const guint64 fade = 100 * SECOND;
    guint8 in[BYTES], out[BYTES], a[BYTES], b[BYTES];
    waves(in, BYTES);
    alone("tiny", in, a);
    alone(to, in, b);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    IdiomFrameParams params = by_itself(1);
    params.time = 0;
    params.duration = STEP;
    params.temporal = temporal;
    stage_render_rgba(renderer, W, in, out, &params);
    assert_mixed(out, a, b, 0, 1e-9);
    idiom_renderer_change(renderer, to, NULL, fade);
    params.time += STEP;
    const gint64 first = wait_for_styles(renderer, in, out, params, 2), since = first - STEP;
    /* storage in halves costs a level; a still picture settles within two */
    const double once = idiom_device_info(device)->fastest == IDIOM_FP16 ? 2.001 : 1.001;
    const double rounding = once + (temporal > 0 ? 2 : 0);
    assert_mixed(out, a, b, (double)STEP / fade, rounding);
    for (params.time = first + STEP; params.time < since + 40 * STEP; params.time += STEP) {
        stage_render_rgba(renderer, W, in, out, &params);
        assert_mixed(out, a, b, (double)(params.time - since) / fade, rounding);
    }
    params.discontinuity = TRUE; /* a long way off, so that the fade is at its middle */
    params.time = since + (gint64)fade / 2;
    stage_render_rgba(renderer, W, in, out, &params);
    assert_mixed(out, a, b, 0.5, once);
    params.time = since + (gint64)fade;
    stage_render_rgba(renderer, W, in, out, &params);
    assert_mixed(out, a, b, 1, 1e-9);
    g_assert_cmpuint(styles_in_view(renderer), ==, 1);
}

static void test_fade(void)
{
    check_fade("tiny2", 0);
    check_fade("tiny2", 1);
    check_fade("noisy", 0);
    check_fade("noisy", 1);
}

/* Where the scene is cut in the middle of a fade, nothing of the old one is seen, whoever's turn it is. */
static void check_cut_in_fade(const char *to)
{
    g_autofree guint8 *first = g_malloc(BYTES), *second = g_malloc(BYTES);
    guint8 *const in[2] = {first, second};
    guint8 out[BYTES], a[BYTES], b[BYTES];
    waves(in[0], BYTES);
    g_autoptr(GRand) random = g_rand_new_with_seed(6);
    for (gsize i = 0; i < BYTES; i++)
        in[1][i] = (guint8)g_rand_int(random);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    idiom_renderer_change(renderer, to, NULL, 100 * SECOND);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.time = 0;
    params.duration = STEP;
    gint64 time = wait_for_styles(renderer, in[0], out, params, 2);
    for (guint cut = 1; cut < 6; cut++) { /* at every turn */
        alone("tiny", in[cut % 2], a);
        alone(to, in[cut % 2], b);
        for (guint k = 0; k < 4 + cut; k++) {
            params.time = time += STEP;
            stage_render_rgba(renderer, W, in[cut % 2], out, &params);
            if (k == 0) /* the one that was computed, alone and by itself */
                g_assert_true(memcmp(out, a, BYTES) == 0 || memcmp(out, b, BYTES) == 0);
        }
        assert_mixed(out, a, b, (double)time / (100 * SECOND), 12);
    }
}

static void test_cut_in_fade(void)
{
    check_cut_in_fade("tiny2");
    check_cut_in_fade("noisy");
}

/* --- slots ---------------------------------------------------------------------------------------- */

enum { FRAMES = 9 };

static void run_in_slots(const char *style, guint slots, guint8 (*in)[BYTES], guint8 (*out)[BYTES])
{
    g_autoptr(GError) error = NULL;
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = slots;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, style, IDIOM_VIDEO_RGBA, W, H, &options);
    g_assert_cmpuint(idiom_renderer_slots(renderer), ==, slots);
    guint taken = 0;
    for (guint i = 0; i < FRAMES || taken < FRAMES;) {
        const gboolean full = idiom_renderer_in_flight(renderer) == slots;
        gpointer tag = NULL;
        if (i == FRAMES || full) {
            g_assert_cmpint(idiom_renderer_get(renderer, TRUE, &tag, &error), ==, IDIOM_GET_FRAME);
            g_assert_cmpint(GPOINTER_TO_INT(tag), ==, (int)++taken);
            continue;
        }
        IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        from.planes[0] = in[i];
        to.planes[0] = out[i];
        from.strides[0] = to.strides[0] = 4 * W;
        params.tag = GINT_TO_POINTER(i + 1);
        params.strength = i == 4 ? 0 : 1; /* passes among the others, in its turn */
        idiom_renderer_send(renderer, &from, &to, &params, &error);
        g_assert_no_error(error);
        i++;
    }
    g_assert_cmpint(idiom_renderer_get(renderer, TRUE, NULL, &error), ==, IDIOM_GET_NOTHING);
}

static void check_slots(const char *style)
{
    g_autofree guint8(*in)[BYTES] = g_malloc(FRAMES * BYTES);
    g_autofree guint8(*one)[BYTES] = g_malloc0(FRAMES * BYTES), (*many)[BYTES] = g_malloc0(FRAMES * BYTES);
    for (guint i = 0; i < FRAMES; i++)
        for (guint k = 0; k < BYTES; k++)
            in[i][k] = (guint8)(128 + 100 * sin(0.3 * (k / 4 % W + 2 * i)) * cos(0.2 * (k / 4 / W)));
    run_in_slots(style, 1, in, one);
    run_in_slots(style, 3, in, many);
    g_assert_cmpmem(one, FRAMES * BYTES, many, FRAMES * BYTES);
    g_assert_cmpmem(one[4], BYTES, in[4], BYTES);
}

static void test_slots(void)
{
    check_slots("tiny");
    check_slots("noisy");
}

static void test_busy(void)
{
    g_autoptr(GError) error = NULL;
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = 2;
    guint8 in[BYTES], out[2][BYTES];
    waves(in, BYTES);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, &options);
    IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
    from.planes[0] = in;
    from.strides[0] = to.strides[0] = 4 * W;
    for (guint i = 0; i < 2; i++) {
        to.planes[0] = out[i];
        g_assert_true(idiom_renderer_send(renderer, &from, &to, NULL, &error));
    }
    g_assert_false(idiom_renderer_send(renderer, &from, &to, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_BUSY);
    g_clear_error(&error);
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.width = info.height = 8;
    g_assert_false(idiom_renderer_configure(renderer, &info, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_clear_error(&error);
    idiom_renderer_flush(renderer);
    g_assert_cmpuint(idiom_renderer_in_flight(renderer), ==, 0);
    g_assert_true(idiom_renderer_configure(renderer, &info, &error));
}

/* --- changes -------------------------------------------------------------------------------------- */

typedef struct {
    GMutex lock;
    guint count;
    char *last;
} Warnings;

static void on_warning(const GError *error, gpointer user)
{
    Warnings *warnings = user;
    g_mutex_lock(&warnings->lock);
    g_atomic_int_inc(&warnings->count);
    g_free(warnings->last);
    warnings->last = g_strdup(error->message);
    g_mutex_unlock(&warnings->lock);
}

static void wait_for_warning(Warnings *warnings, guint count, const char *text)
{
    for (guint i = 0; i < 5000 && g_atomic_int_get(&warnings->count) < (int)count; i++)
        g_usleep(1000);
    g_mutex_lock(&warnings->lock);
    g_assert_cmpuint(warnings->count, ==, count);
    g_assert_nonnull(strstr(warnings->last, text));
    g_mutex_unlock(&warnings->lock);
}

/* A wrong word while frames flow: a warning that says what there is, and the old look stays. */
static void test_wrong_words(void)
{
    g_autoptr(GError) error = NULL;
    Warnings warnings = {.count = 0};
    g_mutex_init(&warnings.lock);
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = 1;
    options.warning = on_warning;
    options.user = &warnings;
    guint8 in[BYTES], out[BYTES], expected[BYTES];
    waves(in, BYTES);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, &options);
    const IdiomFrameParams params = by_itself(1);
    stage_render_rgba(renderer, W, in, expected, &params);

    idiom_renderer_change(renderer, "nonsense", NULL, 0);
    wait_for_warning(&warnings, 1, "nonsense");
    g_assert_nonnull(strstr(warnings.last, "tiny2"));
    idiom_renderer_set_mix(renderer, "nobody:1");
    wait_for_warning(&warnings, 2, "nobody");
    idiom_renderer_change(renderer, "broken", NULL, 0);
    wait_for_warning(&warnings, 3, "broken");
    g_assert_false(idiom_renderer_show(renderer, "nonsense", NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_clear_error(&error);
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, BYTES, expected, BYTES);

    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT; /* and new caps find it */
    info.width = W;
    info.height = H;
    idiom_renderer_configure(renderer, &info, &error);
    g_assert_no_error(error);
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, BYTES, expected, BYTES);

    idiom_renderer_change(renderer, "moods", "nobody:1", 0); /* the style, though not the mix */
    wait_for_warning(&warnings, 4, "nobody");
    alone("moods", in, expected);
    IdiomFrameParams later = params;
    for (guint i = 0; i < 5000 && memcmp(out, expected, BYTES) != 0; i++) {
        stage_render_rgba(renderer, W, in, out, &later);
        g_usleep(1000);
    }
    g_assert_cmpmem(out, BYTES, expected, BYTES);
    g_free(warnings.last);
    g_mutex_clear(&warnings.lock);
}

static void wait_until_loaded(IdiomRenderer *renderer)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    do {
        g_usleep(1000);
        idiom_renderer_get_stats(renderer, &stats);
    } while (stats.loading);
}

/* A style that is asked for before frames come, or while their size changes, is not forgotten. */
static void test_change_meanwhile(void)
{
    guint8 in[BYTES], out[BYTES], expected[BYTES];
    waves(in, BYTES);
    alone("tiny2", in, expected);
    const IdiomFrameParams params = by_itself(1);
    for (guint wait = 0; wait < 4; wait++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(IdiomRenderer) renderer = idiom_renderer_new(device, NULL, &error);
        idiom_renderer_show(renderer, "tiny", NULL, &error);
        g_assert_no_error(error);
        for (guint round = 0; round < 2; round++) {
            IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
            info.width = round ? W : 8;
            info.height = round ? H : 8;
            if (round == wait / 2)
                idiom_renderer_change(renderer, "tiny2", NULL, 0);
            if (wait % 2) /* it is ready, and no frame has taken it */
                wait_until_loaded(renderer);
            idiom_renderer_configure(renderer, &info, &error);
            g_assert_no_error(error);
        }
        for (guint i = 0; i < 5000; i++) {
            stage_render_rgba(renderer, W, in, out, &params);
            if (memcmp(out, expected, BYTES) == 0)
                break;
            g_usleep(1000);
        }
        g_assert_cmpmem(out, BYTES, expected, BYTES);
    }
}

/* Many changes of style and size: what is no longer seen is given back. */
static void test_memory(void)
{
    enum { ROUNDS = 100 };
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *in = g_malloc(BYTES), *out = g_malloc(BYTES);
    waves(in, BYTES);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    guint64 before = 0;
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    for (guint i = 0; i < ROUNDS; i++) {
        IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
        info.width = i % 10 == 9 ? W : 8 + i % 10 * 9;
        info.height = i % 10 == 9 ? H : 60 - i % 10 * 5;
        idiom_renderer_change(renderer, i % 2 ? "tiny" : "moods", NULL, i % 3 * STEP);
        for (guint k = 0; k < 4; k++) {
            const gint64 time = params.time == IDIOM_TIME_NONE ? 0 : params.time + STEP;
            params.time = time;
            stage_render_rgba(renderer, i ? 1 : W, in, out, &params);
        }
        idiom_renderer_configure(renderer, &info, &error);
        g_assert_no_error(error);
        if (i == 19)
            before = idiom_device_allocated(device);
    }
    idiom_renderer_show(renderer, "tiny", NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(llabs((gint64)before - (gint64)idiom_device_allocated(device)), <, 64 << 20);
}

/* A second one on the device adds what it keeps from frame to frame; what it works in, and weights, they have in common. */
static void test_together(void)
{
    enum { WIDTH = 320, HEIGHT = 180, FRAMES = 3 };
    const gsize bytes = (gsize)WIDTH * HEIGHT * 4;
    g_autofree guint8 *in = g_malloc(bytes), *alone = g_malloc(FRAMES * bytes), *out = g_malloc(bytes);
    IdiomRenderer *renderers[3];
    guint64 allocated[4] = {idiom_device_allocated(device)};
    waves(in, bytes);
    for (guint i = 0; i < 3; i++) {
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        renderers[i] = stage_new(device, "small", IDIOM_VIDEO_RGBA, WIDTH, HEIGHT, NULL);
        for (guint k = 0; k < FRAMES && i == 0; k++) {
            params.time = k * STEP;
            stage_render_rgba(renderers[i], WIDTH, in, alone + k * bytes, &params);
        }
        allocated[i + 1] = idiom_device_allocated(device);
    }
    const guint64 first = allocated[1] - allocated[0], third = allocated[3] - allocated[2];
    g_test_message("%.1f MiB for the first, %.1f for the third", (double)first / (1 << 20),
                   (double)third / (1 << 20));
    g_assert_cmpuint(third, <, first * 2 / 3);
    for (guint k = 0; k < FRAMES; k++) /* in turns */
        for (guint i = 1; i < 3; i++) {
            IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
            params.time = k * STEP;
            stage_render_rgba(renderers[i], WIDTH, in, out, &params);
            g_assert_cmpmem(out, bytes, alone + k * bytes, bytes);
        }
    for (guint i = 0; i < 3; i++)
        g_clear_pointer(&renderers[i], idiom_renderer_free);
    g_assert_cmpuint(idiom_device_allocated(device), ==, allocated[0]);
}

static void test_in_place(void)
{
    guint8 in[BYTES], out[BYTES];
    waves(in, BYTES);
    const IdiomFrameParams params = by_itself(1);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_BGRX, W, H, NULL);
    stage_render_rgba(renderer, W, in, out, &params);
    stage_render_rgba(renderer, W, in, in, &params);
    g_assert_cmpmem(in, BYTES, out, BYTES);
}

/* Parts of a frame are measured by the device, where it can; of one that is not painted there are none. */
static void test_stages(void)
{
    guint8 in[BYTES], out[BYTES];
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    waves(in, BYTES);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    stage_render_rgba(renderer, W, in, out, NULL);
    idiom_renderer_get_stats(renderer, &stats);
    const double sum = stats.in_seconds + stats.scene_seconds + stats.style_seconds + stats.finish_seconds +
                       stats.out_seconds;
    g_assert_cmpfloat(sum, <=, stats.last_seconds);
    g_assert_true((stats.style_seconds > 0) == idiom_device_has_clock(device));
    const IdiomFrameParams passing = by_itself(0);
    stage_render_rgba(renderer, W, in, out, &passing);
    idiom_renderer_get_stats(renderer, &stats);
    g_assert_cmpfloat(stats.style_seconds, ==, 0);
}

/* A caller who knows only the first fields. */
static void test_old_caller(void)
{
    guint8 in[BYTES], out[BYTES], expected[BYTES];
    waves(in, BYTES);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    stage_render_rgba(renderer, W, in, expected, NULL);
    idiom_renderer_flush(renderer);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.struct_size = G_STRUCT_OFFSET(IdiomFrameParams, strength);
    params.strength = 0; /* not looked at */
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, BYTES, expected, BYTES);
}

/* --- strokes and colours --------------------------------------------------------------------------- */

/* Frames go on until what was asked for is in view. */
static IdiomRendererStats render_settled(IdiomRenderer *renderer, const guint8 *in, guint8 *out)
{
    const IdiomFrameParams params = by_itself(1);
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    do {
        stage_render_rgba(renderer, W, in, out, &params);
        g_usleep(1000);
        idiom_renderer_get_stats(renderer, &stats);
    } while (stats.loading);
    stage_render_rgba(renderer, W, in, out, &params);
    idiom_renderer_get_stats(renderer, &stats);
    return stats;
}

/* Strokes of another size, while frames go on: the style works on less, and comes back to the same bits. */
static void test_stroke_size(void)
{
    guint8 in[BYTES], out[4][BYTES] = {{0}};
    waves(in, BYTES);
    const IdiomFrameParams params = by_itself(1);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    static const double sizes[] = {1, 10, 5, 1};
    guint64 memory[4];
    for (guint i = 0; i < 4; i++) {
        guint8 next[BYTES];
        idiom_renderer_set_stroke_size(renderer, sizes[i]);
        stage_render_rgba(renderer, W, in, next, &params); /* does not wait for it */
        g_assert_cmpmem(next, BYTES, i ? out[i - 1] : next, BYTES);
        memory[i] = render_settled(renderer, in, out[i]).memory;
    }
    g_assert_cmpmem(out[0], BYTES, out[3], BYTES);
    g_assert_cmpmem(out[0], BYTES, out[2], BYTES); /* hardly smaller is not worth it */
    g_assert_true(memcmp(out[0], out[1], BYTES) != 0);
    g_assert_cmpuint(memory[1], <, memory[3]);
}

/* What has no detail looks the same with any strokes. */
static double mean_difference(const guint8 *a, const guint8 *b)
{
    double sum = 0;
    for (guint i = 0; i < BYTES; i++)
        sum += abs(a[i] - b[i]);
    return sum / BYTES;
}

/* What a changed quality makes of the picture comes bit by bit: no frame jumps. */
static void test_handover(void)
{
    enum { BEFORE = 20, AFTER = 100 };
    guint8 in[BYTES], last[BYTES], next[BYTES], first[BYTES];
    for (guint i = 0; i < BYTES;
         i++) /* smooth: a picture in another size has less detail, which is no jump */
        in[i] = (guint8)(128 + 60 * sin(i / 4 % W / 5.0 + i % 4) + 60 * cos(i / 4 / W / 4.0));
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    double largest = 0;
    guint faded = 0;
    params.duration = STEP;
    params.time = 0;
    for (guint i = 0; i < BEFORE; i++, params.time += STEP)
        stage_render_rgba(renderer, W, in, first, &params);
    memcpy(last, first, BYTES);
    idiom_renderer_set_quality(renderer, 0.5);
    for (guint i = 0; i < AFTER || stats.quality > 0.5 || stats.styles > 1; i++, params.time += STEP) {
        stage_render_rgba(renderer, W, in, next, &params);
        largest = MAX(largest, mean_difference(last, next));
        memcpy(last, next, BYTES);
        idiom_renderer_get_stats(renderer, &stats);
        faded += stats.styles > 1;
        g_usleep(1000);
    }
    const double all = mean_difference(first, last);
    g_test_message("changed by %.2f levels in %u frames, at most by %.2f in one", all, faded, largest);
    g_assert_cmpfloat(all, >, 1);
    g_assert_cmpuint(faded, >=, 20);
    g_assert_cmpfloat(largest, <, 0.15 * all);

    idiom_renderer_set_quality(renderer, 1); /* one that comes while nothing moves on is shown at once */
    params.temporal = 0;
    render_settled(renderer, in, next);
    params.time += 10 * STEP;
    stage_render_rgba(renderer, W, in, next, &params);
    idiom_renderer_get_stats(renderer, &stats);
    g_assert_cmpuint(stats.styles, ==, 1);
}

static void test_flat_strokes(void)
{
    guint8 in[BYTES], out[2][BYTES];
    for (guint i = 0; i < BYTES; i++)
        in[i] = (guint8)(60 * (i % 4 + 1));
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    for (guint i = 0; i < 2; i++) {
        idiom_renderer_set_stroke_size(renderer, i ? 10 : 1);
        render_settled(renderer, in, out[i]);
    }
    for (guint i = 0; i < BYTES; i++)
        g_assert_cmpint(abs(out[0][i] - out[1][i]), <=,
                        3); /* norms amplify what rounding leaves of nothing */
}

/* Without the style's colours, a pixel's channels differ as the source's do. */
static void test_colour(void)
{
    guint8 in[BYTES], out[3][BYTES];
    waves(in, BYTES);
    for (guint i = 0; i < BYTES; i++)
        in[i] = (guint8)(112 + in[i] / 8); /* grey enough to be in range whatever the style's luma is */
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    static const double colours[] = {1, 0, 0.5};
    for (guint i = 0; i < 3; i++) {
        IdiomFrameParams params = by_itself(1);
        params.colour = colours[i];
        stage_render_rgba(renderer, W, in, out[i], &params);
    }
    const double allowed = 1.01 + 2 * (tolerance() > 1);
    for (guint i = 0; i < BYTES; i += 4)
        for (guint c = 0; c < 2; c++) {
            const guint8 *o = out[1] + i, *s = in + i;
            if (o[c] > 0 && o[c] < 255 && o[c + 1] > 0 && o[c + 1] < 255)
                g_assert_cmpfloat_with_epsilon((double)o[c] - o[c + 1], (double)s[c] - s[c + 1], allowed);
            g_assert_cmpfloat_with_epsilon(out[2][i + c], 0.5 * (out[0][i + c] + out[1][i + c]),
                                           1.01 + allowed);
        }
}

/* --- continuity ----------------------------------------------------------------------------------- */

static void test_continuity(void)
{
    static const struct {
        gint64 ms, duration;
        gboolean discontinuity, continues;
    } frames[] = {
        {0, 40, FALSE, FALSE},  {40, 40, FALSE, TRUE},   {80, 40, FALSE, TRUE},
        {120, 40, TRUE, FALSE}, {160, 40, FALSE, TRUE},  {260, 40, FALSE, FALSE}, /* left two out */
        {360, 40, FALSE, TRUE},                          /* a camera in the dark: such steps have been seen */
        {400, 40, FALSE, TRUE}, {390, 40, FALSE, FALSE}, /* went back */
        {430, 0, FALSE, TRUE},  {5000, 0, FALSE, FALSE}, {5030, 0, FALSE, TRUE},
    };
    IdiomContinuity c;
    idiom_continuity_reset(&c);
    for (guint i = 0; i < G_N_ELEMENTS(frames); i++) {
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        params.time = frames[i].ms * 1000000;
        params.duration = frames[i].duration * 1000000;
        params.discontinuity = frames[i].discontinuity;
        g_test_message("frame %u", i);
        g_assert_cmpint(idiom_continuity_next(&c, &params), ==, frames[i].continues);
    }
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT; /* without times, frames follow each other */
    idiom_continuity_reset(&c);
    g_assert_false(idiom_continuity_next(&c, &params));
    g_assert_true(idiom_continuity_next(&c, &params));
}

/* --- limits --------------------------------------------------------------------------------------- */

static void expect_too_large(IdiomRenderer *renderer, guint width, guint height)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *size = g_strdup_printf("%ux%u", width, height);
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.format = IDIOM_VIDEO_I420;
    info.width = width;
    info.height = height;
    g_assert_false(idiom_renderer_configure(renderer, &info, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, size));
}

static void test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "small", IDIOM_VIDEO_I420, 16, 16, NULL);
    const IdiomDeviceInfo *info = idiom_device_info(device);
    expect_too_large(renderer, info->max_plane_dim + 1, 1);
    expect_too_large(renderer, 1, info->max_plane_dim + 1);
    expect_too_large(renderer, 40000, 40000);
    expect_too_large(renderer, 0, 5);
    if (info->family == IDIOM_FAMILY_LANE) /* its planes hold the channels one below the other */
        expect_too_large(renderer, 9000, 9000);
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    g_assert_false(idiom_renderer_send(renderer, &picture, &picture, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/renderer/same-as-network", test_same_as_network);
    g_test_add_func("/renderer/mix", test_mix);
    g_test_add_func("/renderer/fade", test_fade);
    g_test_add_func("/renderer/cut-in-fade", test_cut_in_fade);
    g_test_add_func("/renderer/slots", test_slots);
    g_test_add_func("/renderer/busy", test_busy);
    g_test_add_func("/renderer/wrong-words", test_wrong_words);
    g_test_add_func("/renderer/change-meanwhile", test_change_meanwhile);
    g_test_add_func("/renderer/memory", test_memory);
    g_test_add_func("/renderer/in-place", test_in_place);
    g_test_add_func("/renderer/old-caller", test_old_caller);
    g_test_add_func("/renderer/stages", test_stages);
    g_test_add_func("/renderer/together", test_together);
    g_test_add_func("/renderer/handover", test_handover);
    g_test_add_func("/renderer/stroke-size", test_stroke_size);
    g_test_add_func("/renderer/flat-strokes", test_flat_strokes);
    g_test_add_func("/renderer/colour", test_colour);
    g_test_add_func("/renderer/continuity", test_continuity);
    g_test_add_func("/renderer/too-large", test_too_large);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    test_styles_remove(folder);
    return status;
}
