/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/stylefile.h>
#include <idiom/renderer.h>
#include <string.h>

/* --- opening a device --------------------------------------------------------------------------------------------- */

static gpointer begin_nothing(IdiomDevice *device)
{
    (void)device;
    return g_new0(IdiomDevice *, 1);
}

static gboolean open_device(gpointer state, GError **error)
{
    IdiomDevice **device = state;
    g_clear_pointer(device, idiom_device_unref);
    *device = idiom_device_open(NULL, error);
    return *device != NULL;
}

static void close_device(gpointer state)
{
    IdiomDevice **device = state;
    idiom_device_unref(*device);
    g_free(device);
}

/* --- loading a style ---------------------------------------------------------------------------------------------- */

static IdiomStyle *load_style(const char *name, GError **error)
{
    g_autofree char *path = idiom_style_find(name, error);
    return path ? idiom_style_load(path, error) : NULL;
}

static gboolean copy_style(gpointer state, GError **error)
{
    g_autoptr(IdiomStyle) style = load_style("tiny", error);
    g_autoptr(IdiomParams) params = style ? idiom_style_params(style, state) : NULL;
    g_autofree float *values = params ? g_new(float, idiom_params_elements(params)) : NULL;
    return values && idiom_params_read(params, values, error);
}

static gpointer begin_device(IdiomDevice *device)
{
    return idiom_device_ref(device);
}

static void end_device(gpointer state)
{
    idiom_device_unref(state);
}

/* --- training ----------------------------------------------------------------------------------------------------- */

typedef struct {
    IdiomDevice *device;
    IdiomParams *params, *m, *v;
    IdiomProgram *program;
} Training;

static const IdiomGeneratorConfig tiny = {
    .channels = 4, .blocks = 1, .mid = 4, .tail = IDIOM_TAIL_NNX, .styles = 1};

static IdiomParams *declare(IdiomDevice *device)
{
    IdiomParams *params = idiom_params_new(device);
    idiom_generator_declare(params, &tiny, 7);
    return params;
}

static IdiomParams *zeros_like(IdiomDevice *device, const IdiomParams *like)
{
    IdiomParams *params = idiom_params_new(device);
    for (guint i = 0; i < idiom_params_count(like); i++)
        idiom_params_add(params, idiom_params_name(like, i), idiom_params_shape(like, i), NULL);
    return params;
}

static gpointer begin_training(IdiomDevice *device)
{
    Training *t = g_new0(Training, 1);
    t->device = idiom_device_ref(device);
    t->params = declare(device);
    t->m = zeros_like(device, t->params);
    t->v = zeros_like(device, t->params);
    return t;
}

static gboolean train(gpointer state, GError **error)
{
    Training *t = state;
    const float hyper[] = {1e-3F, 0.5F, 0.9F, 1e-8F, 1};
    IdiomGraph *graph = idiom_graph_new(t->device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 8, 8));
    IdiomTensor *result = idiom_generator_build(graph, t->params, &tiny, idiom_to_planes(graph, picture),
                                                NULL, NULL, NULL, TRUE);
    IdiomTensor *loss = idiom_mean_square(graph, result);
    IdiomTensor *gradient = idiom_graph_differentiate(graph, &loss, (double[]){1}, 1, t->params);
    idiom_adam(graph, t->params, gradient, t->m, t->v, idiom_constant(graph, IDIOM_SHAPE(1, 5, 1, 1), hyper));
    g_clear_pointer(&t->program, idiom_program_free);
    t->program = idiom_program_new(graph, &loss, 1, error);
    return t->program && idiom_program_profile(t->program, TRUE, error) &&
           idiom_program_run(t->program, error);
}

static void end_training(gpointer state)
{
    Training *t = state;
    g_clear_pointer(&t->program, idiom_program_free);
    idiom_params_unref(t->params);
    idiom_params_unref(t->m);
    idiom_params_unref(t->v);
    idiom_device_unref(t->device);
    g_free(t);
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

enum { WIDTH = 32, HEIGHT = 32, SLOTS = 2 }; /* a frame is a page, which a device may import */
#define STEP G_GINT64_CONSTANT(40000000)

typedef struct {
    IdiomDevice *device;
    IdiomRenderer *renderer;
    GError *warning; /* the first one; atomic */
    gint64 time;
    guint width; /* of the frames */
} Video;

static void on_warning(const GError *warning, gpointer user)
{
    Video *video = user;
    GError *copy = g_error_copy(warning);
    if (!g_atomic_pointer_compare_and_exchange(&video->warning, NULL, copy))
        g_error_free(copy);
}

/* What was only a warning is told here as well. */
static gboolean without_warning(Video *video, GError **error)
{
    GError *warning = g_atomic_pointer_get(&video->warning);
    if (!warning)
        return TRUE;
    g_atomic_pointer_set(&video->warning, NULL);
    g_propagate_error(error, warning);
    return FALSE;
}

/* As many frames as there are slots, together. */
static gboolean show_frames(Video *video, GError **error)
{
    guint8 in[4 * 2 * WIDTH * HEIGHT] = {0};
    _Alignas(4096) guint8 out[SLOTS][sizeof in];
    IdiomPicture source = IDIOM_PICTURE_INIT;
    source.planes[0] = in;
    source.strides[0] = 4 * video->width;
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < SLOTS; i++) {
        IdiomPicture result = source;
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        result.planes[0] = out[i];
        params.time = video->time += STEP;
        ok = idiom_renderer_send(video->renderer, &source, &result, &params, error);
    }
    while (ok && idiom_renderer_in_flight(video->renderer))
        ok = idiom_renderer_get(video->renderer, TRUE, NULL, error) != IDIOM_GET_FAILED;
    if (!ok)
        idiom_renderer_flush(video->renderer);
    return ok;
}

/* A frame by itself, at @time, is the same picture whatever failed before it. @expected: zeros before the first. */
static void check_frame(const Video *video, gint64 time, guint8 expected[4 * WIDTH * HEIGHT])
{
    g_autoptr(GError) error = NULL;
    guint8 in[4 * WIDTH * HEIGHT], out[4 * WIDTH * HEIGHT];
    for (guint i = 0; i < sizeof in; i++)
        in[i] = (guint8)(i / 4 % WIDTH * 7 + i / 4 / WIDTH * 5);
    IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    from.planes[0] = in;
    to.planes[0] = out;
    from.strides[0] = to.strides[0] = 4 * WIDTH;
    params.time = time;
    params.temporal = 0;
    idiom_renderer_send(video->renderer, &from, &to, &params, &error);
    g_assert_no_error(error);
    g_assert_cmpint(idiom_renderer_get(video->renderer, TRUE, NULL, &error), ==, IDIOM_GET_FRAME);
    if (!expected[3])
        memcpy(expected, out, sizeof out);
    g_assert_cmpmem(out, sizeof out, expected, sizeof out);
}

static void check_picture(gpointer state)
{
    static guint8 expected[4 * WIDTH * HEIGHT];
    check_frame(state, IDIOM_TIME_NONE, expected);
}

static gboolean configure(Video *video, guint width, GError **error)
{
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.format = IDIOM_VIDEO_RGBA;
    info.width = video->width = width;
    info.height = HEIGHT;
    return idiom_renderer_configure(video->renderer, &info, error);
}

static gpointer begin_video(IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    Video *video = g_new0(Video, 1);
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = SLOTS;
    options.warning = on_warning;
    options.user = video;
    video->device = idiom_device_ref(device);
    video->renderer = idiom_renderer_new(device, &options, &error);
    g_assert_no_error(error);
    idiom_renderer_show(video->renderer, "tiny", NULL, &error);
    g_assert_no_error(error);
    return video;
}

static gboolean show_first(gpointer state, GError **error)
{
    Video *video = state;
    return configure(video, WIDTH, error) && show_frames(video, error) && without_warning(video, error);
}

static gpointer begin_frames(IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    gpointer video = begin_video(device);
    show_first(video, &error);
    g_assert_no_error(error);
    return video;
}

static gboolean show_more(gpointer state, GError **error)
{
    Video *video = state;
    return show_frames(video, error) && show_frames(video, error) && without_warning(video, error);
}

static const guint64 FADE = STEP * 100000;

static gboolean is_loading(const Video *video)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(video->renderer, &stats);
    return stats.loading;
}

/* Until the new style has come into view. */
static gboolean change_style(gpointer state, GError **error)
{
    Video *video = state;
    idiom_renderer_change(video->renderer, "moods", NULL, FADE);
    while (is_loading(video))
        if (!show_frames(video, error) || !without_warning(video, error))
            return FALSE;
    return show_frames(video, error) && without_warning(video, error);
}

/* The new style alone. */
static void check_change(gpointer state)
{
    static guint8 expected[4 * WIDTH * HEIGHT];
    const Video *video = state;
    check_frame(state, video->time + 2 * (gint64)FADE, expected);
}

static gboolean change_size(gpointer state, GError **error)
{
    Video *video = state;
    return configure(video, 2 * WIDTH, error) && show_frames(video, error) && without_warning(video, error);
}

static void end_video(gpointer state)
{
    Video *video = state;
    idiom_renderer_free(video->renderer);
    g_clear_error(&video->warning);
    idiom_device_unref(video->device);
    g_free(video);
}

const Scenario scenarios[] = {
    {"open", begin_nothing, open_device, NULL, close_device, .reopens = TRUE},
    {"style", begin_device, copy_style, NULL, end_device, .on_device = TRUE},
    {"first-frame", begin_video, show_first, check_picture, end_video, .on_device = TRUE, .reopens = TRUE},
    {"frames", begin_frames, show_more, check_picture, end_video, .on_device = TRUE, .reopens = TRUE},
    {"style-change", begin_frames, change_style, check_change, end_video, .on_device = TRUE, .reopens = TRUE,
     .varies = TRUE},
    {"size-change", begin_frames, change_size, NULL, end_video, .on_device = TRUE, .reopens = TRUE},
    {"training", begin_training, train, NULL, end_training, .on_device = TRUE},
    {0},
};
