/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-bench subject: what a subject costs: frames of a clip with a mask, with people that are looked for and with a style
 * of the subject's own, in turns with frames without, by processor time, which a busy machine changes little.
 */
#include "bench.h"
#include "median.h"
#include "output.h"

#include <idiom/renderer.h>
#include <media/clip.h>
#include <stdio.h>
#include <time.h>

enum {
    ROUND = 6
}; /* frames of one kind before it is the next one's turn: people are looked for in two of them */

typedef enum { PLAIN, MASK, PEOPLE, STYLES, N_KINDS } Kind;

static const char *const kinds[N_KINDS] = {
    [PLAIN] = "without a subject",
    [MASK] = "a mask, the source in it",
    [PEOPLE] = "people looked for, the source in them",
    [STYLES] = "a mask, a style of its own in it",
};

typedef struct {
    IdiomRenderer *renderer; /* NULL: this kind is not measured */
    GArray *seconds;         /* double: of a frame, in each round */
} Runner;

typedef struct {
    Runner runners[N_KINDS];
    GPtrArray *frames; /* Picture */
    guint8 *rgba, *result;
    guint next;
} Bench;

static double processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_clear(Bench *b)
{
    for (Kind kind = 0; kind < N_KINDS; kind++) {
        g_clear_pointer(&b->runners[kind].renderer, idiom_renderer_free);
        g_clear_pointer(&b->runners[kind].seconds, g_array_unref);
    }
    g_clear_pointer(&b->frames, g_ptr_array_unref);
    g_free(b->rgba);
    g_free(b->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

static gboolean load_frames(Bench *b, const char *path, guint count, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(Clip) clip = clip_open(path, 0, 0, error);
    b->frames = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    while (clip && b->frames->len < count) {
        Picture *frame = clip_next(clip, &failed);
        if (!frame)
            break;
        g_ptr_array_add(b->frames, frame);
    }
    if (!failed)
        return clip && b->frames->len > 0;
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
}

static IdiomRenderer *open_renderer(IdiomDevice *device, const Picture *frame, const char *style,
                                    const char *inside, const char *people, guint every, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    options.slots = 1;
    info.format = IDIOM_VIDEO_RGBA;
    info.width = frame->w;
    info.height = frame->h;
    g_autoptr(IdiomRenderer) r = idiom_renderer_new(device, &options, error);
    return r && idiom_renderer_show(r, style, NULL, error) &&
                   (!inside || idiom_renderer_show_subject(r, inside, NULL, error)) &&
                   (!people || idiom_renderer_find_people(r, people, every, error)) &&
                   idiom_renderer_configure(r, &info, error)
               ? g_steal_pointer(&r)
               : NULL;
}

/* A round of frames, each the next of the clip. @counts: FALSE: to get going */
static gboolean run(Bench *b, Kind kind, gboolean counts, GError **error)
{
    static const guint8 halves[] = {0, 255};
    Runner *runner = &b->runners[kind];
    IdiomPicture source = IDIOM_PICTURE_INIT, result = IDIOM_PICTURE_INIT;
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomMask mask = IDIOM_MASK_INIT;
    double seconds = 0;
    source.planes[0] = b->rgba;
    result.planes[0] = b->result;
    mask.pixels = halves;
    mask.width = mask.stride = 2;
    mask.height = 1;
    params.mask = kind == MASK || kind == STYLES ? &mask : NULL;
    params.people = kind == PEOPLE;
    params.subject_strength = kind == STYLES ? 1 : 0;
    for (guint i = 0; i < ROUND; i++) {
        const Picture *frame = b->frames->pdata[(b->next + i) % b->frames->len];
        source.strides[0] = result.strides[0] = 4 * (gssize)frame->w;
        for (gsize k = 0; k < (gsize)frame->w * frame->h; k++)
            for (guint c = 0; c < 3; c++)
                b->rgba[4 * k + c] = frame->rgb[3 * k + c];
        const double begin = processor_time();
        if (!idiom_renderer_send(runner->renderer, &source, &result, &params, error) ||
            idiom_renderer_get(runner->renderer, TRUE, NULL, error) != IDIOM_GET_FRAME)
            return FALSE;
        seconds += (processor_time() - begin) / ROUND;
    }
    if (counts)
        g_array_append_val(runner->seconds, seconds);
    return TRUE;
}

static gboolean run_all(Bench *b, guint rounds, GError **error)
{
    for (guint round = 0; round <= rounds; round++) {
        for (guint i = 0; i < N_KINDS; i++) { /* none is always the first */
            const Kind kind = (Kind)((i + round) % N_KINDS);
            if (b->runners[kind].renderer && !run(b, kind, round > 0, error))
                return FALSE;
        }
        b->next += ROUND;
    }
    return TRUE;
}

/* Of the rounds' shares of what the frames of the same round take without a subject. */
static double median_share(const Bench *b, Kind kind)
{
    g_autoptr(GArray) shares = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < b->runners[kind].seconds->len; i++) {
        const double share = g_array_index(b->runners[kind].seconds, double, i) /
                             g_array_index(b->runners[PLAIN].seconds, double, i);
        g_array_append_val(shares, share);
    }
    return median(shares);
}

static gboolean open_all(Bench *b, IdiomDevice *device, const char *style, const char *inside,
                         const char *people, guint every, GError **error)
{
    const Picture *first = b->frames->pdata[0];
    b->rgba = g_malloc0(4 * (gsize)first->w * first->h);
    b->result = g_malloc0(4 * (gsize)first->w * first->h);
    for (Kind kind = 0; kind < N_KINDS; kind++) {
        Runner *runner = &b->runners[kind];
        runner->seconds = g_array_new(FALSE, FALSE, sizeof(double));
        if ((kind == PEOPLE && !people) || (kind == STYLES && !inside))
            continue;
        runner->renderer = open_renderer(device, first, style, kind == STYLES ? inside : NULL,
                                         kind == PEOPLE ? people : NULL, every, error);
        if (!runner->renderer)
            return FALSE;
    }
    return TRUE;
}

static gboolean report(const Bench *b, IdiomDevice *device, const Output *output, GError **error)
{
    const double frame = median(b->runners[PLAIN].seconds);
    g_autoptr(JsonBuilder) json = output_begin("subject");
    output_add_text(json, "device", idiom_device_info(device)->name);
    output_add_number(json, "frame_ms", 1000 * frame);
    json_builder_set_member_name(json, "costs");
    json_builder_begin_array(json);
    for (Kind kind = MASK; kind < N_KINDS; kind++) {
        if (!b->runners[kind].renderer)
            continue;
        const double share = median_share(b, kind) - 1;
        g_print("%-60s %+.1f %%\n", kinds[kind], 100 * share);
        json_builder_begin_object(json);
        output_add_text(json, "kind", kinds[kind]);
        output_add_number(json, "share", share);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    g_print("%-60s %.1f ms of processor time a frame\n", kinds[PLAIN], 1000 * frame);
    return output_end(output, json, error);
}

int bench_subject(int argc, char **argv)
{
    g_autofree char *style = NULL, *device_name = NULL, *inside = NULL, *people = NULL;
    g_auto(Output) output = {NULL};
    int rounds = 10, every = 3;
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device_name, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"people", 0, 0, G_OPTION_ARG_STRING, &people, "Also with people, found by this network", "NETWORK"},
        {"every", 0, 0, G_OPTION_ARG_INT, &every, "Frames from one in which it looks to the next (default 3)",
         "N"},
        {"subject-style", 0, 0, G_OPTION_ARG_STRING, &inside, "Also with this style in the mask", "STYLE"},
        {"rounds", 'n', 0, G_OPTION_ARG_INT, &rounds, "Rounds of six frames of each kind (default 10)", "N"},
        OUTPUT_OPTIONS(output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("CLIP - what a subject costs");
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2 || rounds < 1 || every < 1) {
        g_printerr("idiom-bench subject: %s\n",
                   error ? error->message : "a clip and at least one round are needed");
        return 2;
    }
    g_auto(Bench) b = {0};
    g_autoptr(IdiomDevice) device = idiom_device_open(device_name, &error);
    if (!device || !load_frames(&b, argv[1], (guint)rounds * ROUND, &error) ||
        !open_all(&b, device, style, inside, people, (guint)every, &error) ||
        !run_all(&b, (guint)rounds, &error)) {
        g_printerr("idiom-bench subject: %s\n", error ? error->message : "the clip has no frame");
        return 1;
    }
    if (report(&b, device, &output, &error))
        return 0;
    g_printerr("idiom-bench subject: %s\n", error->message);
    return 1;
}
