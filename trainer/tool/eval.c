/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train eval: measures a style on photos and videos. */
#include "media/clip.h"
#include "tool/command.h"
#include "tool/console.h"
#include "judge/evaluate.h"
#include "judge/look.h"
#include "judge/painter.h"
#include "data/references.h"
#include "judge/separate.h"
#include "judge/warping.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Photos are measured at this shorter side unless another is asked for, the style's pictures at the one that they are trained at. */
#define PHOTO_SIDE 320
#define MAX_PHOTO_SIDE 2160
#define REFERENCE_SIDE 384
#define MAX_STEPS 100000 /* of --separate */
#define SEED 1

typedef struct {
    char *style, *mix, *output, *json, *device_name;
    char **references, **features_files, **files;
    int separate; /* steps; 0: not asked for */
    int side;     /* shorter side, in pixels, at which photos are measured */
    gboolean look;

    IdiomDevice *device;
    IdiomStyle *file;
    IdiomParams *params;
    float weights[IDIOM_GENERATOR_MAX_STYLES]; /* of the file's styles */
    IdiomFeatures *features;
    Evaluation *evaluation;
    GPtrArray *pictures; /* of the style: Picture */
    Colours *colours;    /* of the style's pictures, for the look; NULL unless both are asked for */
    GPtrArray *outputs;  /* stylized photos: Picture; NULL unless needed */

    gboolean
        shown[N_METRICS]; /* which have a column: those that the first photo has, and those of the look */
    gboolean table;       /* on stdout, rather than JSON */
    JsonBuilder *builder;
} Eval;

static void eval_clear(Eval *e)
{
    g_free(e->style);
    g_free(e->mix);
    g_free(e->output);
    g_free(e->json);
    g_free(e->device_name);
    g_strfreev(e->references);
    g_strfreev(e->features_files);
    g_strfreev(e->files);
    g_clear_pointer(&e->pictures, g_ptr_array_unref);
    g_clear_pointer(&e->outputs, g_ptr_array_unref);
    g_free(e->colours);
    evaluation_free(e->evaluation);
    idiom_features_free(e->features);
    g_clear_pointer(&e->params, idiom_params_unref);
    idiom_style_free(e->file);
    g_clear_pointer(&e->device, idiom_device_unref);
    g_clear_object(&e->builder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Eval, eval_clear)

/* --- options -------------------------------------------------------------------------------------- */

static gboolean parse(Eval *e, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"style-file", 0, 0, G_OPTION_ARG_STRING, &e->style, "Style file, or name of an installed style",
         "STYLE"},
        {"mix", 0, 0, G_OPTION_ARG_STRING, &e->mix, "How much of each style of the file (the first)",
         "NAME:WEIGHT,..."},
        {"style", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &e->references,
         "Pictures that it was made from (repeat): distance of style", "FILE[:WEIGHT][,...]"},
        {"features", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &e->features_files,
         "VGG/SqueezeNet safetensors (repeat; built-in features)", "FILE"},
        {"output", 0, 0, G_OPTION_ARG_FILENAME, &e->output,
         "Measure this as the stylized version of the one photo or video given", "FILE"},
        {"separate", 0, 0, G_OPTION_ARG_INT, &e->separate,
         "Train a classifier for N steps (300 will do) to distinguish outputs from the style's pictures",
         "N"},
        {"side", 0, 0, G_OPTION_ARG_INT, &e->side, "Shorter side of the photos as they are measured (320)",
         "PIXELS"},
        {"look", 0, 0, G_OPTION_ARG_NONE, &e->look,
         "Measure of photos also what is drawn where they are flat, colours, and rings", NULL},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &e->json, "Write the figures as JSON; - is standard output",
         "FILE"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &e->device_name, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv, "PHOTO|VIDEO... - measure a style", entries, 1, G_MAXUINT, &e->files, error))
        return FALSE;
    if (e->output && e->files[1]) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--output goes with one photo or video, not %u",
                    g_strv_length(e->files));
        return FALSE;
    }
    if (e->side < EVALUATION_MIN_SIDE || e->side > MAX_PHOTO_SIDE) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--side: %d is not between %d and %d pixels",
                    e->side, EVALUATION_MIN_SIDE, MAX_PHOTO_SIDE);
        return FALSE;
    }
    if (e->separate < 0 || e->separate > MAX_STEPS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--separate: %d is not between 1 and %d steps",
                    e->separate, MAX_STEPS);
        return FALSE;
    }
    if (e->separate && !e->references) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--separate needs --style FILE: the pictures to distinguish the outputs from");
        return FALSE;
    }
    e->table = g_strcmp0(e->json, "-") != 0;
    g_autofree char *folder = e->json && e->table ? g_path_get_dirname(e->json) : NULL;
    if (folder && g_access(folder, W_OK) != 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE,
                    "--json: the folder %s does not exist or cannot be written to", folder);
        return FALSE;
    }
    return TRUE;
}

static gboolean load_style(Eval *e, GError **error)
{
    e->file = command_load_style(e->style, error);
    if (!e->file)
        return FALSE;
    if (!idiom_style_parse_mix(e->file, e->mix, e->weights, error))
        return FALSE;
    e->params = idiom_style_params(e->file, e->device);
    return TRUE;
}

static void add_colours(Eval *e, const Picture *picture, double weight)
{
    if (!e->look)
        return;
    if (!e->colours)
        e->colours = g_new0(Colours, 1);
    g_autofree Colours *colours = g_new(Colours, 1);
    colours_measure(picture, colours);
    colours_add(e->colours, colours, weight);
}

/* All pictures of --style, pooled, and the network that they are compared in. */
static gboolean prepare_evaluation(Eval *e, GError **error)
{
    e->features = e->features_files ? idiom_features_load((const char *const *)e->features_files,
                                                          g_strv_length(e->features_files), e->device, error)
                                    : idiom_features_builtin(e->device);
    if (!e->features)
        return FALSE;
    e->pictures = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(Reference));
    g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *list = e->references ? g_strjoinv(",", e->references) : NULL;
    g_auto(GStrv) paths = NULL;
    g_autofree double *weights = NULL;
    if (list && !parse_references(list, &paths, &weights, error))
        return FALSE;
    for (guint i = 0; paths && paths[i]; i++) {
        Picture *picture = picture_load(paths[i], 0, REFERENCE_SIDE, REFERENCE_SIDE, error);
        if (!picture)
            return FALSE;
        g_ptr_array_add(e->pictures, picture);
        float *values = g_new(float, (gsize)3 * picture->w * picture->h);
        g_ptr_array_add(arrays, values);
        picture_to_floats(picture, values);
        add_colours(e, picture, weights[i]);
        const Reference reference = {values, picture->w, picture->h, weights[i]};
        g_array_append_val(references, reference);
    }
    e->evaluation =
        evaluation_new(e->device, e->features, (const Reference *)references->data, references->len, error);
    return e->evaluation != NULL;
}

static Painter *make_painter(const Eval *e, guint w, guint h, GError **error)
{
    Painter *painter = painter_of_style(e->device, e->file, e->params, 0, w, h, error);
    if (painter)
        painter_set_mix(painter, e->weights);
    return painter;
}

/* --- output --------------------------------------------------------------------------------------- */

/* A number in a column, or a dash where there is none. */
static void print_number(int width, int digits, double value)
{
    if (isnan(value))
        printf("%*s", width, "-");
    else
        printf("%*.*f", width, digits, value);
}

static void add_number(Eval *e, const char *name, double value)
{
    if (isnan(value))
        return;
    json_builder_set_member_name(e->builder, name);
    json_builder_add_double_value(e->builder, value);
}

static void add_count(Eval *e, const char *name, guint value)
{
    json_builder_set_member_name(e->builder, name);
    json_builder_add_int_value(e->builder, value);
}

static void add_string(Eval *e, const char *name, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    json_builder_set_member_name(e->builder, name);
    json_builder_add_string_value(e->builder, valid);
}

static void begin_list(Eval *e, const char *name)
{
    json_builder_set_member_name(e->builder, name);
    json_builder_begin_array(e->builder);
}

#define NAME_COLUMNS 28

/* @name in the first column, which it fills or is cut to. */
static void print_name(const char *name)
{
    g_autofree char *shown = g_filename_display_name(name);
    g_autofree char *cut = g_utf8_substring(shown, 0, MIN(g_utf8_strlen(shown, -1), NAME_COLUMNS));
    printf("%s%*s", cut, NAME_COLUMNS - (int)g_utf8_strlen(cut, -1), "");
}

/* Of the table of photos; what has not been measured, on none of them, has no column. */
static const struct {
    const char *group; /* NULL: that of the column before */
    const char *name;
    int digits;
} columns[] = {
    [METRIC_SSIM] = {"SSIM", "7x7", 3},
    [METRIC_SSIM_GAUSSIAN] = {NULL, "Gauss", 3},
    [METRIC_SSIM_SKIN] = {NULL, "skin", 3},
    [METRIC_CONTENT] = {"content", "", 3},
    [METRIC_VGG_PHOTO] = {"VGG Gram", "before", 3},
    [METRIC_VGG_OUTPUT] = {NULL, "after", 3},
    [METRIC_SQUEEZENET_PHOTO] = {"SqueezeNet Gram", "before", 3},
    [METRIC_SQUEEZENET_OUTPUT] = {NULL, "after", 3},
    [METRIC_BUILTIN_PHOTO] = {"built-in Gram", "before", 3},
    [METRIC_BUILTIN_OUTPUT] = {NULL, "after", 3},
    [METRIC_PHASE_X] = {"phase", "x", 2},
    [METRIC_PHASE_Y] = {NULL, "y", 2},
    [METRIC_FLAT_PHOTO] = {"flat RMS", "before", 1},
    [METRIC_FLAT_OUTPUT] = {NULL, "after", 1},
    [METRIC_FORMS_PHOTO] = {"forms 16-40", "before", 0},
    [METRIC_FORMS_OUTPUT] = {NULL, "after", 0},
    [METRIC_WAVE] = {"waves", "px", 1},
    [METRIC_YELLOW_STYLE] = {"b* 99 %", "style", 0},
    [METRIC_YELLOW_PHOTO] = {NULL, "before", 0},
    [METRIC_YELLOW_OUTPUT] = {NULL, "after", 0},
    [METRIC_PALETTE_PHOTO] = {"palette", "before", 1},
    [METRIC_PALETTE_OUTPUT] = {NULL, "after", 1},
    [METRIC_HUE_PHOTO] = {"hues", "before", 2},
    [METRIC_HUE_OUTPUT] = {NULL, "after", 2},
    [METRIC_CHROMA_PHOTO] = {"chroma", "before", 1},
    [METRIC_CHROMA_OUTPUT] = {NULL, "after", 1},
    [METRIC_RINGS] = {"rings", "", 2},
};

#define COLUMN_WIDTH 9

/* Whether column @i is shown, where the first photo has the scores @s: figures of the look are, even if it has none. */
static gboolean is_shown(const Eval *e, guint i, const Scores *s)
{
    const gboolean of_style =
        i == METRIC_YELLOW_STYLE || (i >= METRIC_PALETTE_PHOTO && i <= METRIC_HUE_OUTPUT);
    const gboolean of_look = i == METRIC_SSIM_SKIN || i >= METRIC_FLAT_PHOTO;
    return !isnan(s->value[i]) || (e->look && of_look && (e->colours || !of_style));
}

static void print_photo_header(Eval *e, const Scores *s)
{
    for (guint i = 0; i < N_METRICS; i++)
        e->shown[i] = is_shown(e, i, s);
    printf("%-*s", NAME_COLUMNS, "");
    for (guint i = 0, next; i < N_METRICS; i = next) {
        int width = 0;
        for (next = i; next < N_METRICS && (next == i || !columns[next].group); next++)
            width += e->shown[next] ? COLUMN_WIDTH : 0;
        if (width)
            printf("%*s", width, columns[i].group);
    }
    printf("\n%-*s", NAME_COLUMNS, "photo");
    for (guint i = 0; i < N_METRICS; i++)
        if (e->shown[i])
            printf("%*s", COLUMN_WIDTH, columns[i].name);
    printf("\n");
}

static void print_scores(const Eval *e, const char *name, const Scores *s)
{
    print_name(name);
    for (guint i = 0; i < N_METRICS; i++)
        if (e->shown[i])
            print_number(COLUMN_WIDTH, columns[i].digits, s->value[i]);
    printf("\n");
    fflush(stdout);
}

static void add_scores(Eval *e, const Scores *s)
{
    for (guint i = 0; i < N_METRICS; i++)
        add_number(e, metric_name(i), s->value[i]);
}

/* --- photos --------------------------------------------------------------------------------------- */

static void add_look(const Eval *e, const Picture *photo, const Picture *output, Scores *scores)
{
    Look look;
    look_measure(photo, output, e->colours, &look);
    const struct {
        Metric metric;
        double value;
    } values[] = {
        {METRIC_FLAT_PHOTO, look.flat_photo},
        {METRIC_FLAT_OUTPUT, look.flat_output},
        {METRIC_FORMS_PHOTO, look.forms_photo},
        {METRIC_FORMS_OUTPUT, look.forms_output},
        {METRIC_WAVE, look.wave_output},
        {METRIC_YELLOW_STYLE, look.yellow_style},
        {METRIC_YELLOW_PHOTO, look.yellow_photo},
        {METRIC_YELLOW_OUTPUT, look.yellow_output},
        {METRIC_PALETTE_PHOTO, look.palette_photo},
        {METRIC_PALETTE_OUTPUT, look.palette_output},
        {METRIC_HUE_PHOTO, look.hue_photo},
        {METRIC_HUE_OUTPUT, look.hue_output},
        {METRIC_CHROMA_PHOTO, look.chroma_photo},
        {METRIC_CHROMA_OUTPUT, look.chroma_output},
        {METRIC_RINGS, look.rings},
    };
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        scores->value[values[i].metric] = values[i].value;
}

static gboolean eval_photo(Eval *e, const char *path, Scores *scores, GError **error)
{
    g_autoptr(Picture) photo = picture_load(path, 0.5, (guint)e->side, (guint)e->side, error);
    g_autoptr(Picture) output = NULL;
    if (photo && e->output) {
        output = picture_load(e->output, 0.5, (guint)e->side, (guint)e->side, error);
    } else if (photo) {
        g_autoptr(Painter) painter = make_painter(e, photo->w, photo->h, error);
        output = painter ? painter_run(painter, photo, error) : NULL;
    }
    if (!output)
        return FALSE;
    if (!evaluation_run(e->evaluation, photo, output, scores, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    if (e->look)
        add_look(e, photo, output, scores);
    if (e->outputs)
        g_ptr_array_add(e->outputs, g_steal_pointer(&output));
    return TRUE;
}

/* How well a discriminator, trained from scratch, distinguishes the outputs from the style's pictures. */
static gboolean separate(Eval *e, GError **error)
{
    Separation s;
    if (!separation_run(e->device, e->pictures, e->outputs, (guint)e->separate, SEED, &s, error)) {
        g_prefix_error(error, "--separate: ");
        return FALSE;
    }
    if (e->table)
        printf("distinguished from the style's pictures after %d steps (chance is 50 %%): %.1f %% of crops, "
               "%.1f %% of patches\n",
               e->separate, 100 * s.crops, 100 * s.patches);
    json_builder_set_member_name(e->builder, "separation");
    json_builder_begin_object(e->builder);
    add_count(e, "steps", (guint)e->separate);
    add_number(e, "crops", s.crops);
    add_number(e, "patches", s.patches);
    add_number(e, "references", s.references);
    add_number(e, "outputs", s.outputs);
    add_number(e, "seen", s.seen);
    json_builder_end_object(e->builder);
    return TRUE;
}

static gboolean eval_photos(Eval *e, const GPtrArray *paths, GError **error)
{
    if (paths->len == 0)
        return TRUE;
    Scores sum = {{0}};
    guint counts[N_METRICS] = {0};
    if (e->separate)
        e->outputs = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    begin_list(e, "photos");
    for (guint i = 0; i < paths->len; i++) {
        Scores scores;
        if (!eval_photo(e, paths->pdata[i], &scores, error))
            return FALSE;
        g_autofree char *name = g_path_get_basename(paths->pdata[i]);
        if (e->table && i == 0)
            print_photo_header(e, &scores);
        if (e->table)
            print_scores(e, name, &scores);
        json_builder_begin_object(e->builder);
        add_string(e, "file", paths->pdata[i]);
        add_scores(e, &scores);
        json_builder_end_object(e->builder);
        for (guint k = 0; k < N_METRICS; k++)
            if (!isnan(scores.value[k])) {
                sum.value[k] += scores.value[k];
                counts[k]++;
            }
    }
    json_builder_end_array(e->builder);
    Scores mean;
    for (guint k = 0; k < N_METRICS; k++)
        mean.value[k] = counts[k] ? sum.value[k] / counts[k] : NAN;
    if (e->table)
        print_scores(e, "mean", &mean);
    json_builder_set_member_name(e->builder, "mean");
    json_builder_begin_object(e->builder);
    add_scores(e, &mean);
    json_builder_end_object(e->builder);
    return !e->separate || separate(e, error);
}

/* --- videos --------------------------------------------------------------------------------------- */

/* The style's warping error: every frame painted and judged against the source's motion. */
static gboolean judge_painted(Eval *e, const char *path, WarpingScores *scores, GError **error)
{
    g_autoptr(Clip) clip = clip_open(path, 0, 0, error);
    g_autoptr(Picture) frame = clip ? clip_next(clip, error) : NULL;
    if (!frame)
        return FALSE;
    g_autoptr(Painter) painter = make_painter(e, frame->w, frame->h, error);
    if (!painter) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    g_autoptr(Warping) warping = warping_new(frame->w, frame->h, 1);
    GError *reading = NULL;
    for (guint n = 1; frame; n++) {
        g_autoptr(Picture) output = painter_run(painter, frame, error);
        if (!output)
            return FALSE;
        warping_add(warping, frame, (const Picture *const[]){output});
        if (console_is_terminal())
            say_progress("%s: frame %u", path, n);
        picture_free(frame);
        frame = clip_next(clip, &reading);
    }
    if (reading) {
        g_propagate_error(error, reading);
        return FALSE;
    }
    warping_scores(warping, scores);
    return TRUE;
}

static void print_video_header(void)
{
    printf("%-*s%8s%8s%6s%10s%22s\n%-*s%8s%8s%6s%10s%11s%11s\n", NAME_COLUMNS, "", "", "", "", "pixels",
           "warping error", NAME_COLUMNS, "video", "frames", "pairs", "cuts", "counted", "before", "after");
}

static void print_video(const char *path, const WarpingScores *s)
{
    g_autofree char *name = g_path_get_basename(path);
    print_name(name);
    printf("%8u%8u%6u%9.0f%%", s->frames, s->pairs, s->cuts, 100 * s->counted);
    print_number(11, 6, s->source_error);
    print_number(11, 6, s->outputs[0].error);
    printf("\n");
    fflush(stdout);
}

static gboolean eval_videos(Eval *e, const GPtrArray *paths, GError **error)
{
    if (paths->len == 0)
        return TRUE;
    begin_list(e, "videos");
    for (guint i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];
        WarpingScores s;
        if (!(e->output ? warping_compare_files(path, (const char *const[]){e->output}, 1, &s, error)
                        : judge_painted(e, path, &s, error)))
            return FALSE;
        if (e->table && i == 0)
            print_video_header();
        if (e->table)
            print_video(path, &s);
        json_builder_begin_object(e->builder);
        add_string(e, "file", path);
        add_count(e, "frames", s.frames);
        add_count(e, "pairs", s.pairs);
        add_count(e, "cuts", s.cuts);
        add_number(e, "counted", s.counted);
        add_number(e, "warping-error-video", s.source_error);
        add_number(e, "warping-error", s.outputs[0].error);
        json_builder_end_object(e->builder);
    }
    json_builder_end_array(e->builder);
    return TRUE;
}

/* --- all of it ------------------------------------------------------------------------------------ */

static gboolean write_json(Eval *e, GError **error)
{
    g_autoptr(JsonNode) root = json_builder_get_root(e->builder);
    g_autofree char *text = json_to_string(root, TRUE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (!e->table) {
        fputs(line, stdout);
        return TRUE;
    }
    return g_file_set_contents(e->json, line, -1, error);
}

gboolean command_eval(char **argv, GError **error)
{
    g_auto(Eval) e = {.side = PHOTO_SIDE};
    if (!parse(&e, argv, error))
        return FALSE;
    g_autoptr(GPtrArray) photos = g_ptr_array_new();
    g_autoptr(GPtrArray) videos = g_ptr_array_new();
    for (char **file = e.files; *file; file++) {
        gboolean video;
        if (!picture_is_video(*file, &video, error))
            return FALSE;
        g_ptr_array_add(video ? videos : photos, *file);
    }
    if (e.separate && !photos->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--separate needs photos, not only videos");
        return FALSE;
    }
    e.device = idiom_device_open(e.device_name, error);
    if (!e.device || (!e.output && !load_style(&e, error)) || !prepare_evaluation(&e, error))
        return FALSE;
    e.builder = json_builder_new();
    json_builder_begin_object(e.builder);
    if (e.output)
        add_string(&e, "output", e.output);
    else
        add_string(&e, "style", e.mix ? e.mix : idiom_style_names(e.file)[0]);
    add_string(&e, "device", idiom_device_info(e.device)->name);
    if (!eval_photos(&e, photos, error) || !eval_videos(&e, videos, error))
        return FALSE;
    json_builder_end_object(e.builder);
    return !e.json || write_json(&e, error);
}
