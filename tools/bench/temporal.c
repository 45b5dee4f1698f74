/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench temporal: a clip stylized frame by frame and once more with smoothing over time: how steady both are, how
 * much of the picture smoothing costs, and how much of the time; and the two side by side to look at. Or the same for
 * smoothing as it is and with the parts kept that are still.
 */
#include "bench.h"

#include "media/clip.h"
#include "output.h"
#include "judge/warping.h"

#include <idiom/renderer.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/temporal.h>
#include <idiom-unstable/video.h>
#include <libavutil/log.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STRIP_FRAMES 4

typedef struct {
    char *style, *device, *size, *save, *strip;
    Output output;
    double temporal, statistics;
    gboolean still; /* both are smoothed, and the second keeps what is still */
    int frames;
    guint w, h;
} Options;

enum { SINGLE, SMOOTH, RUNS };

/* The confidence that smoothing has in the motion it finds, for whom wants to see it: the same ops once more. */
typedef struct {
    IdiomProgram *program;
    guint8 *in;             /* mapped */
    float *continues_in;    /* mapped */
    const float *flow;      /* mapped: flat [1,4,h,w], see IdiomMotion */
    const float *continues; /* mapped */
    IdiomShape shape;
    guint cell;
} Confidence;

typedef struct {
    const Options *options;
    IdiomFrame frame;
    gint64 duration; /* of a frame, nanoseconds */
    IdiomDevice *device;
    IdiomRenderer *renderers[RUNS];
    Confidence confidence;
    Warping *warping;
    ClipWriter *writer;
    GArray *seconds[RUNS];         /* of every frame: double */
    Picture *panels[STRIP_FRAMES]; /* of the last frames, the newest at frames % STRIP_FRAMES */
    guint frames;
} Job;

static void options_clear(Options *o)
{
    g_free(o->style);
    g_free(o->device);
    g_free(o->size);
    g_free(o->save);
    g_free(o->strip);
    output_clear(&o->output);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void job_clear(Job *job)
{
    for (guint i = 0; i < RUNS; i++) {
        g_clear_pointer(&job->renderers[i], idiom_renderer_free);
        g_clear_pointer(&job->seconds[i], g_array_unref);
    }
    for (guint i = 0; i < STRIP_FRAMES; i++)
        g_clear_pointer(&job->panels[i], picture_free);
    g_clear_pointer(&job->confidence.program, idiom_program_free);
    g_clear_pointer(&job->device, idiom_device_unref);
    g_clear_pointer(&job->warping, warping_free);
    g_clear_pointer(&job->writer, clip_writer_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

/* --- the two runs --------------------------------------------------------------------------------- */

static gboolean prepare_confidence(Job *job, GError **error)
{
    Confidence *c = &job->confidence;
    IdiomGraph *g = idiom_graph_new(job->device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&job->frame));
    IdiomTensor *continues_in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomMotion motion = idiom_motion(g, idiom_import(g, in, &job->frame), continues_in);
    IdiomTensor *outputs[] = {idiom_to_flat(g, motion.flow), motion.continues};
    c->program = idiom_program_new(g, outputs, G_N_ELEMENTS(outputs), error);
    if (!c->program)
        return FALSE;
    c->in = idiom_program_map(c->program, in);
    c->continues_in = idiom_program_map(c->program, continues_in);
    c->flow = idiom_program_map(c->program, outputs[0]);
    c->continues = idiom_program_map(c->program, outputs[1]);
    c->shape = idiom_tensor_shape(outputs[0]);
    c->cell = motion.cell;
    return TRUE;
}

static IdiomRenderer *open_renderer(const Job *job, guint run, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    options.slots = 1;
    info.format = job->frame.format;
    info.width = job->frame.width;
    info.height = job->frame.height;
    g_autoptr(IdiomRenderer) renderer = idiom_renderer_new(job->device, &options, error);
    if (renderer)
        idiom_renderer_set_still(renderer, run == SMOOTH && job->options->still);
    return renderer && idiom_renderer_show(renderer, job->options->style, NULL, error) &&
                   idiom_renderer_configure(renderer, &info, error)
               ? g_steal_pointer(&renderer)
               : NULL;
}

static gboolean prepare(Job *job, const Clip *clip, GError **error)
{
    const Options *o = job->options;
    job->device = idiom_device_open(o->device, error);
    job->frame = (IdiomFrame){.format = IDIOM_VIDEO_RGBX, .width = o->w, .height = o->h};
    if (!job->device || !idiom_frame_layout(&job->frame, error))
        return FALSE;
    for (guint i = 0; i < RUNS; i++) {
        job->seconds[i] = g_array_new(FALSE, FALSE, sizeof(double));
        job->renderers[i] = open_renderer(job, i, error);
        if (!job->renderers[i])
            return FALSE;
    }
    job->warping = warping_new(o->w, o->h, RUNS);
    int numerator, denominator;
    clip_rate(clip, &numerator, &denominator);
    job->duration = 1000000000 * (gint64)denominator / MAX(numerator, 1);
    if (o->save) {
        job->writer = clip_writer_new(o->save, 2 * o->w, 2 * o->h, numerator, denominator, error);
    }
    return (!o->save || job->writer) && (!(o->save || o->strip) || prepare_confidence(job, error));
}

/* One frame through one of the renderers. */
static Picture *stylize(Job *job, guint run, guint8 *in, GError **error)
{
    g_autofree guint8 *out = g_malloc(job->frame.size);
    IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
    from.planes[0] = in;
    to.planes[0] = out;
    from.strides[0] = to.strides[0] = (gssize)job->frame.stride[0];
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    const gboolean smooth = run == SMOOTH || job->options->still;
    params.temporal = smooth ? job->options->temporal : 0;
    params.statistics = smooth ? job->options->statistics : 0;
    params.time = job->frames * job->duration;
    params.duration = job->duration;
    gint64 begin = g_get_monotonic_time();
    if (!idiom_renderer_send(job->renderers[run], &from, &to, &params, error) ||
        idiom_renderer_get(job->renderers[run], TRUE, NULL, error) != IDIOM_GET_FRAME)
        return NULL;
    double seconds = (g_get_monotonic_time() - begin) / 1e6;
    g_array_append_val(job->seconds[run], seconds);
    Picture *picture = picture_new(job->frame.width, job->frame.height);
    for (guint y = 0; y < picture->h; y++)
        for (guint x = 0; x < picture->w; x++)
            memcpy(picture->rgb + 3 * ((gsize)y * picture->w + x),
                   out + y * job->frame.stride[0] + (gsize)4 * x, 3);
    return picture;
}

static guint8 *to_frame(const Job *job, const Picture *picture)
{
    guint8 *bytes = g_malloc0(job->frame.size);
    for (guint y = 0; y < picture->h; y++)
        for (guint x = 0; x < picture->w; x++)
            memcpy(bytes + y * job->frame.stride[0] + (gsize)4 * x,
                   picture->rgb + 3 * ((gsize)y * picture->w + x), 3);
    return bytes;
}

/* --- side by side --------------------------------------------------------------------------------- */

/* Grey, white where motion is trusted in full; black all over where the frame does not follow the last one. */
static Picture *confidence(Job *job, const guint8 *bytes, GError **error)
{
    const Confidence *c = &job->confidence;
    memcpy(c->in, bytes, job->frame.size);
    *c->continues_in = job->frames > 0;
    if (!idiom_program_run(c->program, error))
        return NULL;
    const float *trust = c->flow + (gsize)2 * c->shape.h * c->shape.w; /* the third channel */
    Picture *picture = picture_new(job->frame.width, job->frame.height);
    for (guint y = 0; y < picture->h; y++)
        for (guint x = 0; x < picture->w; x++) {
            const guint patch =
                MIN(y / c->cell, c->shape.h - 1) * c->shape.w + MIN(x / c->cell, c->shape.w - 1);
            memset(picture->rgb + 3 * ((gsize)y * picture->w + x),
                   (int)(255 * *c->continues * trust[patch] + 0.5f), 3);
        }
    return picture;
}

static void place(Picture *into, const Picture *picture, guint x, guint y)
{
    for (guint row = 0; row < picture->h; row++)
        memcpy(into->rgb + 3 * ((gsize)(y + row) * into->w + x), picture->rgb + (gsize)3 * row * picture->w,
               (gsize)3 * picture->w);
}

/* Above source and frame by frame, below smoothed and the confidence in the motion. */
static Picture *panel_of(const Picture *source, Picture *const *outputs, const Picture *trust)
{
    const Picture *parts[] = {source, outputs[SINGLE], outputs[SMOOTH], trust};
    Picture *panel = picture_new(2 * source->w, 2 * source->h);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        place(panel, parts[i], i % 2 * source->w, i / 2 * source->h);
    return panel;
}

/* The last frames one below the other, their four pictures in a row. */
static gboolean write_strip(const Job *job, GError **error)
{
    guint w = job->options->w, h = job->options->h, count = MIN(job->frames, STRIP_FRAMES);
    g_autoptr(Picture) strip = picture_new(4 * w, count * h);
    for (guint i = 0; i < count; i++) {
        const Picture *panel = job->panels[(job->frames - count + i) % STRIP_FRAMES];
        for (guint part = 0; part < 4; part++) {
            g_autoptr(Picture) piece = picture_crop(panel, part % 2 * w, part / 2 * h, w, h);
            place(strip, piece, part * w, i * h);
        }
    }
    return picture_write_png(strip, job->options->strip, error);
}

static gboolean show(Job *job, const Picture *source, const guint8 *bytes, Picture *const *outputs,
                     GError **error)
{
    g_autoptr(Picture) trust = confidence(job, bytes, error);
    if (!trust)
        return FALSE;
    Picture **panel = &job->panels[job->frames % STRIP_FRAMES];
    g_clear_pointer(panel, picture_free);
    *panel = panel_of(source, outputs, trust);
    return !job->writer || clip_writer_add(job->writer, *panel, error);
}

/* --- the whole clip ------------------------------------------------------------------------------- */

static gboolean run_frame(Job *job, const Picture *source, GError **error)
{
    Picture *outputs[RUNS] = {NULL};
    g_autofree guint8 *bytes = to_frame(job, source);
    gboolean ok = TRUE;
    for (guint i = 0; i < RUNS && ok; i++) {
        guint run = (job->frames + i) % RUNS; /* whichever comes second finds the caches warm */
        outputs[run] = stylize(job, run, bytes, error);
        ok = outputs[run] != NULL;
    }
    if (ok)
        warping_add(job->warping, source, (const Picture *const *)outputs);
    ok = ok && (!(job->writer || job->options->strip) || show(job, source, bytes, outputs, error));
    for (guint i = 0; i < RUNS; i++)
        g_clear_pointer(&outputs[i], picture_free);
    job->frames++;
    return ok;
}

static gboolean run_clip(Job *job, const char *path, GError **error)
{
    g_autoptr(Clip) clip = clip_open(path, job->options->w, job->options->h, error);
    if (!clip || !prepare(job, clip, error))
        return FALSE;
    guint limit = job->options->frames > 0 ? (guint)job->options->frames : G_MAXUINT;
    while (job->frames < limit) {
        GError *failure = NULL;
        g_autoptr(Picture) source = clip_next(clip, &failure);
        if (failure) {
            g_propagate_error(error, failure);
            return FALSE;
        }
        if (!source)
            break;
        if (!run_frame(job, source, error))
            return FALSE;
    }
    return (!job->writer || clip_writer_finish(job->writer, error)) &&
           (!job->options->strip || write_strip(job, error));
}

/* --- the figures ---------------------------------------------------------------------------------- */

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(GArray *values)
{
    g_array_sort(values, compare_doubles);
    return g_array_index(values, double, values->len / 2);
}

typedef struct {
    WarpingScores scores;
    double frame_ms; /* of a frame by itself */
    double cost_ms;  /* of smoothing: median of the differences of runs that followed each other */
    guint64 memory;  /* device bytes of one renderer, which has the parts for both */
} Result;

static void take_result(const Job *job, Result *result)
{
    warping_scores(job->warping, &result->scores);
    g_autoptr(GArray) differences = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < job->frames; i++) {
        double seconds =
            g_array_index(job->seconds[SMOOTH], double, i) - g_array_index(job->seconds[SINGLE], double, i);
        g_array_append_val(differences, seconds);
    }
    result->frame_ms = 1000 * median(job->seconds[SINGLE]);
    result->cost_ms = 1000 * median(differences);
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(job->renderers[SMOOTH], &stats);
    result->memory = stats.memory;
}

static void print_result(const Job *job, const Result *r)
{
    const WarpingScores *s = &r->scores;
    const WarpingScore *single = &s->outputs[SINGLE], *smooth = &s->outputs[SMOOTH];
    g_print("device           %s\n", idiom_device_info(job->device)->name);
    g_print("frames           %u of %ux%u; %u pairs judged, %u cuts; %.0f %% of the pixels counted, %.0f %% "
            "move\n",
            s->frames, job->options->w, job->options->h, s->pairs, s->cuts, 100 * s->counted,
            100 * s->moving);
    const gboolean still = job->options->still;
    const char *first = still ? "all painted" : "frame by frame", *second = still ? "still kept" : "smoothed";
    g_print("E_warp           source %.6f, %s %.6f, %s %.6f: %.1f %% of %s, %.2f x the source\n",
            s->source_error, first, single->error, second, smooth->error, 100 * smooth->error / single->error,
            first, smooth->error / s->source_error);
    g_print("%s against %s\n", second, first);
    g_print("  SSIM           %.4f where the source moves, %.4f elsewhere\n", smooth->ssim_moving,
            smooth->ssim_still);
    g_print("  gradients      %.1f %% of the energy\n", 100 * smooth->gradient_ratio);
    g_print("  cost           %.1f ms a frame, %.1f %% of the %.1f ms without\n", r->cost_ms,
            100 * r->cost_ms / r->frame_ms, r->frame_ms);
    g_print("memory           %.1f MiB on the device\n", r->memory / 1048576.0);
}

static gboolean hand_out(const Job *job, const Result *r, GError **error)
{
    const WarpingScores *s = &r->scores;
    const WarpingScore *single = &s->outputs[SINGLE], *smooth = &s->outputs[SMOOTH];
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"width", job->options->w},
                   {"height", job->options->h},
                   {"temporal", job->options->temporal},
                   {"scene_statistics", job->options->statistics},
                   {"still", job->options->still},
                   {"frames", s->frames},
                   {"pairs", s->pairs},
                   {"cuts", s->cuts},
                   {"counted", s->counted},
                   {"moving", s->moving},
                   {"e_warp_source", s->source_error},
                   {"e_warp_frame_by_frame", single->error},
                   {"e_warp_smoothed", smooth->error},
                   {"e_warp_ratio", smooth->error / single->error},
                   {"ssim_moving", smooth->ssim_moving},
                   {"ssim_still", smooth->ssim_still},
                   {"gradient_ratio", smooth->gradient_ratio},
                   {"frame_ms", r->frame_ms},
                   {"cost_ms", r->cost_ms},
                   {"cost_share", r->cost_ms / r->frame_ms},
                   {"memory_bytes", (double)r->memory}};
    g_autoptr(JsonBuilder) json = output_begin("temporal");
    output_add_text(json, "device", idiom_device_info(job->device)->name);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        output_add_number(json, numbers[i].name, numbers[i].value);
    return output_end(&job->options->output, json, error);
}

/* --- the command ---------------------------------------------------------------------------------- */

int bench_temporal(int argc, char **argv)
{
    g_auto(Options) o = {.temporal = 1, .w = 640, .h = 360};
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &o.style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"temporal", 't', 0, G_OPTION_ARG_DOUBLE, &o.temporal, "Smoothing, 0 to 1 (default 1)", "T"},
        {"scene-statistics", 0, 0, G_OPTION_ARG_DOUBLE, &o.statistics,
         "Share of the scene's statistics, 0 to 1 (default 0)", "S"},
        {"still", 0, 0, G_OPTION_ARG_NONE, &o.still,
         "Smoothed both times, and the second time what is still is kept", NULL},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &o.device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o.size, "Scale the clip to this (default 640x360)", "WxH"},
        {"frames", 'n', 0, G_OPTION_ARG_INT, &o.frames, "Frames from the start (default: all)", "N"},
        {"save", 0, 0, G_OPTION_ARG_FILENAME, &o.save,
         "Also write a lossless video: above source and frame by frame, below smoothed and the "
         "confidence in the motion",
         "MKV"},
        {"strip", 0, 0, G_OPTION_ARG_FILENAME, &o.strip, "Also write the same of the last four frames",
         "PNG"},
        OUTPUT_OPTIONS(o.output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("CLIP");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench temporal: %s\n", error->message);
        return 2;
    }
    if (argc != 2 || o.frames < 0 || !(o.temporal >= 0 && o.temporal <= 1) ||
        !(o.statistics >= 0 && o.statistics <= 1) || (o.size && sscanf(o.size, "%ux%u", &o.w, &o.h) != 2) ||
        o.w < 1 || o.h < 1 || MAX(o.w, o.h) > PICTURE_MAX_SIDE) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    av_log_set_level(AV_LOG_QUIET); /* what is wrong with a file is said once, by us */
    g_auto(Job) job = {.options = &o};
    Result result;
    gboolean ok = run_clip(&job, argv[1], &error);
    if (ok) {
        take_result(&job, &result);
        print_result(&job, &result);
        ok = hand_out(&job, &result, &error);
    }
    if (!ok)
        g_printerr("idiom-bench temporal: %s\n", error->message);
    return ok ? 0 : 1;
}
