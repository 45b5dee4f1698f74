/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The weights that a training starts from: those of --init, or of the style here whose pictures come nearest to what is to
 * be learned, which saves most of the steps, or none.
 */
#include "loop/training.h"

#include "judge/evaluate.h"
#include "judge/painter.h"
#include "tool/console.h"

#include <math.h>
#include <string.h>

#define SIDE 256         /* of the photo that the styles paint, at most */
#define MAX_REFERENCES 3 /* of a teacher's pictures */

/* Weights to start from, and for each style the row of them. */
typedef struct {
    char *name;
    IdiomStyle *file;
    guint rows[IDIOM_GENERATOR_MAX_STYLES];
} Start;

static void start_clear(Start *start)
{
    g_clear_pointer(&start->name, g_free);
    g_clear_pointer(&start->file, idiom_style_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

/*
 * Whether @network can start from @from: of one size, in how many styles does not matter; one that sees noise can start from
 * one that does not.
 */
static gboolean can_start_from(const IdiomGeneratorConfig *network, const IdiomGeneratorConfig *from)
{
    return network->channels == from->channels && network->blocks == from->blocks &&
           network->mid == from->mid && network->tail == from->tail && network->noise >= from->noise;
}

/* --- the nearest ------------------------------------------------------------------------------------ */

/* How far pictures in the style that @evaluation knows are from what row @row of @file makes of @photo. */
static gboolean measure(Training *t, Evaluation *evaluation, const IdiomStyle *file, guint row,
                        const Picture *photo, double *distance, GError **error)
{
    g_autoptr(IdiomParams) params = idiom_style_params(file, t->device);
    g_autoptr(Painter) painter = painter_of_style(t->device, file, params, row, photo->w, photo->h, error);
    g_autoptr(Picture) picture = painter ? painter_run(painter, photo, error) : NULL;
    Scores scores;
    if (!picture || !evaluation_run(evaluation, photo, picture, &scores, error))
        return FALSE;
    const Metric metrics[] = {METRIC_VGG_OUTPUT, METRIC_SQUEEZENET_OUTPUT, METRIC_BUILTIN_OUTPUT};
    double sum = 0;
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(metrics); i++)
        if (isfinite(scores.value[metrics[i]])) {
            sum += scores.value[metrics[i]];
            n++;
        }
    *distance = n ? sum / n : INFINITY;
    return TRUE;
}

/* What shows style @style: its references, or what the teacher painted. */
static Evaluation *wanted(Training *t, guint style, GError **error)
{
    g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
    if (!t->teacher)
        return evaluation_new(t->device, t->features, training_references(t, style, arrays),
                              t->styles[style].n_references, error);
    g_autoptr(GPtrArray) pictures = pairs_pictures(t->styles[style].pairs, MAX_REFERENCES);
    g_autofree Reference *references = g_new0(Reference, pictures->len);
    for (guint i = 0; i < pictures->len; i++) {
        const Picture *picture = pictures->pdata[i];
        float *values = g_new(float, (gsize)3 * picture->w * picture->h);
        g_ptr_array_add(arrays, values);
        picture_to_floats(picture, values);
        references[i] = (Reference){values, picture->w, picture->h, 1};
    }
    return evaluation_new(t->device, t->features, references, pictures->len, error);
}

/* The sum over the styles of the distance of the row of @start that is nearest to each, which is noted in @start. */
static gboolean measure_file(Training *t, GPtrArray *evaluations, const Picture *photo, Start *start,
                             double *sum, GError **error)
{
    const guint rows = idiom_style_config(start->file)->styles;
    *sum = 0;
    for (guint s = 0; s < t->config.styles; s++) {
        double least = INFINITY, distance;
        for (guint row = 0; row < rows; row++) {
            if (!measure(t, evaluations->pdata[s], start->file, row, photo, &distance, error))
                return FALSE;
            if (distance < least) {
                least = distance;
                start->rows[s] = row;
            }
        }
        *sum += least;
    }
    return TRUE;
}

/* Leaves @best empty where there is no style of this size. */
static gboolean find_nearest(Training *t, Start *best, GError **error)
{
    g_autoptr(GPtrArray) evaluations = g_ptr_array_new_with_free_func((GDestroyNotify)evaluation_free);
    g_auto(GStrv) names = idiom_style_list();
    g_autoptr(Picture) photo = NULL;
    double least = INFINITY, sum;
    guint candidates = 0;
    for (char **name = names; *name && t->samples->len; name++) {
        g_autofree char *path = idiom_style_find(*name, NULL);
        g_auto(Start) start = {g_strdup(*name), path ? idiom_style_load(path, NULL) : NULL, {0}};
        if (!start.file || !can_start_from(&t->config, idiom_style_config(start.file)))
            continue;
        if (!photo) {
            const Picture *sample = t->samples->pdata[0];
            photo = picture_crop(sample, 0, 0, MIN(SIDE, sample->w), MIN(SIDE, sample->h));
            for (guint s = 0; s < t->config.styles; s++)
                g_ptr_array_add(evaluations, wanted(t, s, error));
        }
        for (guint s = 0; s < t->config.styles; s++)
            if (!evaluations->pdata[s])
                return FALSE;
        if (!measure_file(t, evaluations, photo, &start, &sum, error))
            return FALSE;
        candidates++;
        if (sum < least) {
            least = sum;
            start_clear(best);
            *best = start;
            start = (Start){0};
        }
    }
    if (best->file)
        say("starts from the weights of %s: of the styles here that are of size %s (%u), what it paints "
            "comes "
            "nearest; --init none starts from nothing",
            best->name, t->options->size, candidates);
    else
        say("starts from nothing: no style of size %s is here; one given with --init saves most of the steps",
            t->options->size);
    return TRUE;
}

/* --- the file of --init ------------------------------------------------------------------------------ */

/* A style finds its scales and shifts under its own name, or takes those of the file's first style. */
static gboolean open_given(Training *t, Start *start, GError **error)
{
    const TrainOptions *o = t->options;
    g_autofree char *path = idiom_style_find(o->init, error);
    start->file = path ? idiom_style_load(path, error) : NULL;
    if (!start->file)
        return FALSE;
    start->name = g_strdup(o->init);
    const IdiomGeneratorConfig *from = idiom_style_config(start->file);
    if (from->noise > t->config.noise) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--init: %s sees noise: give --noise, too",
                    o->init);
        return FALSE;
    }
    if (!can_start_from(&t->config, from)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--init: %s holds a network of another size than --size %s", o->init, o->size);
        return FALSE;
    }
    for (guint s = 0; s < t->config.styles; s++)
        start->rows[s] = (guint)MAX(idiom_style_index(start->file, t->names[s]), 0);
    return TRUE;
}

/* --- all --------------------------------------------------------------------------------------------- */

/* Parameters of which each style has a row: those that another style makes longer. */
static gboolean *find_rows(const IdiomGeneratorConfig *config)
{
    IdiomGeneratorConfig more = *config;
    more.styles++;
    g_autoptr(GArray) tensors = idiom_generator_tensors(config);
    g_autoptr(GArray) longer = idiom_generator_tensors(&more);
    gboolean *rows = g_new(gboolean, tensors->len);
    for (guint i = 0; i < tensors->len; i++)
        rows[i] = g_array_index(tensors, IdiomGeneratorTensor, i).shape.n !=
                  g_array_index(longer, IdiomGeneratorTensor, i).shape.n;
    return rows;
}

/* Copies weights OIHW to those of more inputs; what the new ones bring counts nothing before it is learned. */
static void widen(float *to, IdiomShape shape, const float *from, guint inputs)
{
    const gsize taps = (gsize)shape.h * shape.w;
    memset(to, 0, idiom_shape_elements(shape) * sizeof *to);
    for (guint o = 0; o < shape.n; o++)
        memcpy(to + o * shape.c * taps, from + o * inputs * taps, inputs * taps * sizeof *to);
}

static gboolean take(Training *t, const Start *start, GError **error)
{
    g_autoptr(IdiomParams) from = idiom_style_params(start->file, t->device);
    g_autofree float *all = g_new(float, idiom_params_elements(from));
    g_autofree float *values = g_new(float, idiom_params_elements(t->generator));
    g_autofree gboolean *rows = find_rows(&t->config);
    if (!idiom_params_read(from, all, error))
        return FALSE;
    for (guint i = 0; i < idiom_params_count(t->generator); i++) {
        guint source = (guint)idiom_params_find(from, idiom_params_name(t->generator, i));
        float *to = values + idiom_params_offset(t->generator, i);
        const float *old = all + idiom_params_offset(from, source);
        IdiomShape shape = idiom_params_shape(t->generator, i);
        if (!rows[i])
            widen(to, shape, old, idiom_params_shape(from, source).c);
        for (guint s = 0; rows[i] && s < t->config.styles; s++)
            memcpy(to + (gsize)s * shape.c, old + (gsize)start->rows[s] * shape.c, shape.c * sizeof *to);
    }
    return idiom_params_write(t->generator, values, error) && idiom_params_write(t->average, values, error);
}

gboolean training_start_from(Training *t, GError **error)
{
    const char *init = t->options->init;
    g_auto(Start) start = {0};
    if (t->options->resume || g_strcmp0(init, "none") == 0)
        return TRUE;
    if (!(init ? open_given(t, &start, error) : find_nearest(t, &start, error)))
        return FALSE;
    if (!start.file)
        return TRUE;
    const char *licence = g_hash_table_lookup(idiom_style_metadata(start.file), "licence");
    t->start = licence ? g_strdup_printf("%s (%s)", start.name, licence) : g_strdup(start.name);
    if (t->config.noise && !idiom_style_config(start.file)->noise)
        say("%s sees no noise: the weights of it start at 0, and the first pictures are as without",
            start.name);
    return take(t, &start, error);
}
