/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/training.h"

#include "tool/console.h"
#include "judge/evaluate.h"
#include "palette.h"
#include "report/report.h"

#include <idiom/version.h>
#include <math.h>

/* The hand in which the style writes and draws, in the colours of its references; NULL if it has none. */
static char *make_hand(const Training *t)
{
    g_autoptr(GByteArray) pixels = g_byte_array_new();
    g_auto(Hand) hand = {0};
    for (guint i = 0; t->references && i < t->references->len; i++) {
        const Picture *p = t->references->pdata[i];
        g_byte_array_append(pixels, p->rgb, 3 * p->w * p->h);
    }
    if (!pixels->len)
        return NULL;
    const Palette palette = palette_of(pixels->data, pixels->len / 3);
    hand_init(&hand);
    hand_take_palette(&hand, &palette);
    return hand_write(&hand);
}

/* How the style file was made, and how far; references and attribution of a teacher's file are passed on. */
static GHashTable *make_metadata(const Training *t)
{
    const TrainOptions *o = t->options;
    GHashTable *metadata = train_options_describe(o);
    GString *losses = g_string_new(NULL), *references = g_string_new(NULL);
    for (guint i = 0; i < N_TERMS; i++)
        if (o->weights[i] > 0)
            g_string_append_printf(losses, "%s%s %.4f", losses->len ? ", " : "", term_name(i), t->mean[i]);
    for (guint s = 0; s < o->n_styles; s++)
        for (guint i = 0; o->styles[s].references[i]; i++) {
            g_autofree char *name = g_path_get_basename(o->styles[s].references[i]);
            g_string_append_printf(references, "%s%s (%s, weight %.3f)", references->len ? ", " : "", name,
                                   o->styles[s].name, o->styles[s].weights[i]);
        }
    g_autofree char *steps = g_strdup_printf("%" G_GUINT64_FORMAT, t->step);
    g_autofree char *unfinished =
        training_done(t) ? NULL : g_strdup_printf("%.0f %% of the training", 100 * training_progress(t));
    g_autofree char *hand = make_hand(t);
    GHashTable *teacher = t->teacher ? teacher_metadata(t->teacher) : NULL;
    const struct {
        const char *key, *value;
    } fields[] = {
        {"steps", steps},
        {"unfinished", unfinished},
        {"init", t->start},
        {"losses", losses->str},
        {"expression", hand},
        {"references", teacher ? g_hash_table_lookup(teacher, "references") : references->str},
        {"attribution",
         teacher && !o->attribution ? g_hash_table_lookup(teacher, "attribution") : o->attribution},
        {"licence", teacher && !o->licence ? g_hash_table_lookup(teacher, "licence") : o->licence},
        {"command", o->command},
        {"device", idiom_device_info(t->device)->name},
        {"made-with", "idiom-train " IDIOM_VERSION},
    };
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].value)
            g_hash_table_insert(metadata, g_strdup(fields[i].key), g_strdup(fields[i].value));
    g_string_free(losses, TRUE);
    g_string_free(references, TRUE);
    return metadata;
}

/* --- figures -------------------------------------------------------------------------------------- */

/* Which measures stand in a report, and what they are called there. */
static const struct {
    Metric metric;
    const char *name;
} shown[] = {
    {METRIC_SSIM, "structure kept (SSIM 7x7)"},
    {METRIC_CONTENT, "distance of content"},
    {METRIC_VGG_PHOTO, "distance of style, VGG: photos"},
    {METRIC_VGG_OUTPUT, "distance of style, VGG: painted"},
    {METRIC_SQUEEZENET_PHOTO, "distance of style, SqueezeNet: photos"},
    {METRIC_SQUEEZENET_OUTPUT, "distance of style, SqueezeNet: painted"},
    {METRIC_BUILTIN_PHOTO, "distance of style, built-in features: photos"},
    {METRIC_BUILTIN_OUTPUT, "distance of style, built-in features: painted"},
};

/* Means over the samples, each against the style that it is painted in. */
static GHashTable *measure(Training *t, GError **error)
{
    double sums[N_METRICS] = {0};
    for (guint i = 0; i < t->samples->len; i++) {
        guint style = training_sample_style(t, i);
        g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Evaluation) evaluation =
            evaluation_new(t->device, t->features, training_references(t, style, arrays),
                           t->styles[style].n_references, error);
        g_autoptr(Picture) picture = evaluation ? training_paint(t, i, error) : NULL;
        Scores scores;
        if (!picture || !evaluation_run(evaluation, t->samples->pdata[i], picture, &scores, error))
            return NULL;
        for (guint m = 0; m < N_METRICS; m++)
            sums[m] += scores.value[m];
    }
    GHashTable *figures = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (guint i = 0; i < G_N_ELEMENTS(shown); i++) {
        double mean = sums[shown[i].metric] / t->samples->len;
        if (isfinite(mean))
            g_hash_table_insert(figures, (gpointer)shown[i].name, g_strdup_printf("%.3f", mean));
    }
    return figures;
}

static gboolean write_report(Training *t, GHashTable *metadata, GError **error)
{
    const TrainOptions *o = t->options;
    g_autoptr(GHashTable) figures = measure(t, error);
    if (!figures)
        return FALSE;
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(ReportReference));
    for (guint s = 0; s < o->n_styles; s++)
        for (guint i = 0; o->styles[s].references[i]; i++) {
            const ReportReference reference = {o->styles[s].references[i], o->styles[s].name,
                                               o->styles[s].weights[i]};
            g_array_append_val(references, reference);
        }
    g_autofree char *title = g_path_get_basename(o->out);
    g_autofree char *log = train_options_beside(o, ".csv");
    g_autofree char *path = train_options_beside(o, ".report.html");
    const Report report = {
        .title = title,
        .metadata = metadata,
        .figures = figures,
        .references = (const ReportReference *)references->data,
        .n_references = references->len,
        .log = log,
        .preview = o->preview,
    };
    if (!report_write(path, &report, error))
        return FALSE;
    say("%s: what to know about it", path);
    return TRUE;
}

gboolean training_write_style(Training *t, GError **error)
{
    g_autoptr(GHashTable) metadata = make_metadata(t);
    return idiom_style_save(t->options->out, &t->config, (const char *const *)t->names, t->average, NULL,
                            metadata, error);
}

gboolean training_finish(Training *t, GError **error)
{
    g_autoptr(GHashTable) metadata = make_metadata(t);
    return training_write_style(t, error) && write_report(t, metadata, error);
}
