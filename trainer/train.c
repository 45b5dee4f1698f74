/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "train.h"

#include "checkpoint.h"
#include "console.h"
#include "discriminator.h"
#include "optimizer.h"
#include "painter.h"
#include "steps.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <idiom/style.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define STYLE_SIDE 384 /* shorter side of the style's pictures; decides how large the strokes become */
#define MAX_SHIFT 6
#define NOISE 0.02f
#define PREVIEWS 4

#define WARM_UP_STEPS 20
#define DECAY_FROM 0.6 /* of all steps: from here the learning rate falls */
#define DECAY_TO 0.05
/* The discriminator is of use once the generator paints already; it joins after this part of all steps. */
#define ADVERSARIAL_FROM 0.4
#define DISCRIMINATOR_RATE 4e-4

#define MAX_BAD_STEPS 3
#define AVERAGE_OVER 50 /* steps, for the losses in the style file */

typedef struct {
    IdiomPicture *photo;
    IdiomPainter *painter;
} Preview;

typedef struct {
    const IdiomTrainOptions *options;
    IdiomDevice *device;
    GPtrArray *references; /* IdiomPicture */
    IdiomFeatures *features;
    char *style_layers, *content_layers;
    IdiomLossConfig loss_config;
    IdiomLosses *losses;
    IdiomData *data;
    GArray *previews; /* Preview */

    IdiomGeneratorConfig config;
    IdiomParams *generator, *discriminator;
    IdiomOptimizer generator_adam, discriminator_adam;
    IdiomGeneratorStep generator_step;
    IdiomDiscriminatorStep discriminator_step;
    gboolean prepared, adversarial; /* generator_step is there; with the discriminator */

    /* together with the parameters and the optimizers, the whole state of a training */
    guint64 step;
    guint bad_steps; /* in a row */
    double rate_scale;
    double average[IDIOM_N_TERMS]; /* exponential, of the weighted terms */

    double terms[IDIOM_N_TERMS]; /* of the last step */
    double total, gradient_norm, discriminator_real, discriminator_fake;

    FILE *log;
    gint64 started, spoken; /* monotonic time */
    guint64 started_at_step;
} Training;

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* --- before --------------------------------------------------------------------------------------- */

/* Those of @layers ("NAME:WEIGHT,...") that the feature files have. */
static char *available_layers(const IdiomFeatures *features, const char *term, const char *layers)
{
    g_autoptr(GString) found = g_string_new(NULL), missing = g_string_new(NULL);
    g_auto(GStrv) list = g_strsplit(layers, ",", -1);
    for (char **layer = list; *layer; layer++) {
        g_autofree char *name = g_strndup(*layer, strcspn(*layer, ":"));
        if (idiom_features_check(features, name, NULL))
            g_string_append_printf(found, "%s%s", found->len ? "," : "", *layer);
        else
            g_string_append_printf(missing, " %s", name);
    }
    if (missing->len)
        idiom_say("not in the feature files, so left out of the %s loss:%s", term, missing->str);
    return g_string_free(g_steal_pointer(&found), FALSE);
}

static gboolean prepare_losses(Training *t, GError **error)
{
    const double *weights = t->options->weights;
    t->style_layers = available_layers(t->features, "style", idiom_loss_defaults.style_layers);
    t->content_layers = available_layers(t->features, "content", idiom_loss_defaults.content_layers);
    if (!*t->style_layers || !*t->content_layers) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--features: needed are layers of VGG (at least the first "
                    "three convolutions) or SqueezeNet 1.0");
        return FALSE;
    }
    t->loss_config = (IdiomLossConfig){
        .style_layers = t->style_layers,
        .content_layers = t->content_layers,
        .style = weights[IDIOM_TERM_STYLE],
        .content = weights[IDIOM_TERM_CONTENT],
        .luma = weights[IDIOM_TERM_LUMA],
        .tv = weights[IDIOM_TERM_TV],
        .hf = weights[IDIOM_TERM_HF],
        .temporal = weights[IDIOM_TERM_TEMPORAL],
    };
    t->losses = idiom_losses_new(&t->loss_config, t->features, t->device, error);
    return t->losses != NULL;
}

static gboolean load_references(Training *t, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    guint side = MAX(STYLE_SIDE, (guint)o->crop);
    t->references = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_picture_free);
    for (guint i = 0; o->references[i]; i++) {
        IdiomPicture *picture = idiom_picture_load(o->references[i], 0, side, side, error);
        if (!picture)
            return FALSE;
        g_ptr_array_add(t->references, picture);
    }
    return TRUE;
}

static gboolean measure_references(Training *t, GError **error)
{
    g_autofree IdiomReference *references = g_new(IdiomReference, t->references->len);
    g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < t->references->len; i++) {
        const IdiomPicture *picture = t->references->pdata[i];
        float *values = g_new(float, (gsize)3 * picture->w * picture->h);
        g_ptr_array_add(arrays, values);
        idiom_picture_to_floats(picture, values);
        references[i] = (IdiomReference){values, picture->w, picture->h, t->options->reference_weights[i]};
    }
    return idiom_losses_add_style(t->losses, references, t->references->len, error);
}

static void preview_clear(gpointer pointer)
{
    Preview *preview = pointer;
    idiom_picture_free(preview->photo);
    idiom_painter_free(preview->painter);
}

static gboolean prepare_previews(Training *t, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    if (!o->preview)
        return TRUE;
    if (g_mkdir_with_parents(o->preview, 0777) != 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "--preview: the folder %s cannot be made: %s",
                    o->preview, g_strerror(errno));
        return FALSE;
    }
    g_autoptr(GPtrArray) samples = idiom_data_samples(t->data, PREVIEWS);
    while (samples->len) {
        Preview preview = {.photo = g_ptr_array_steal_index(samples, 0)};
        preview.painter = idiom_painter_new(t->device, &t->config, t->generator, 0, preview.photo->w,
                                            preview.photo->h, error);
        g_array_append_val(t->previews, preview);
        g_autofree char *name = g_strdup_printf("photo-%u.png", t->previews->len);
        g_autofree char *path = g_build_filename(o->preview, name, NULL);
        if (!preview.painter || !idiom_picture_write_png(preview.photo, path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean prepare(Training *t, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    gboolean adversarial = o->weights[IDIOM_TERM_ADVERSARIAL] > 0;
    t->previews = g_array_new(FALSE, FALSE, sizeof(Preview));
    g_array_set_clear_func(t->previews, preview_clear);
    t->rate_scale = 1;

    /* what can be wrong with files and options is said before the device is asked to work */
    if (!idiom_generator_preset(o->size, 1, &t->config, error)) {
        g_prefix_error(error, "--size: ");
        return FALSE;
    }
    if (!load_references(t, error))
        return FALSE;
    IdiomDataParams data = {
        .seed = (guint64)o->seed,
        .batch = (guint)o->batch,
        .crop = (guint)o->crop,
        .max_shift = MAX_SHIFT,
        .noise = NOISE,
        .references = (IdiomPicture *const *)t->references->pdata,
        .reference_weights = o->reference_weights,
        .n_references = adversarial ? t->references->len : 0,
    };
    if (!(t->data = idiom_data_new((const char *const *)o->content, &data, error)))
        return FALSE;

    if (!(t->device = idiom_device_open(o->device, error)))
        return FALSE;
    t->features =
        idiom_features_load((const char *const *)o->features, g_strv_length(o->features), t->device, error);
    if (!t->features || !prepare_losses(t, error) || !measure_references(t, error))
        return FALSE;
    t->generator = idiom_params_new(t->device);
    idiom_generator_declare(t->generator, &t->config, (guint32)o->seed);
    if (!idiom_optimizer_init(&t->generator_adam, t->device, t->generator, 0.9, 0.99, error))
        return FALSE;
    if (adversarial) {
        t->discriminator = idiom_params_new(t->device);
        idiom_discriminator_declare(t->discriminator, (guint64)o->seed);
        if (!idiom_optimizer_init(&t->discriminator_adam, t->device, t->discriminator, 0.5, 0.99, error))
            return FALSE;
    }
    return prepare_previews(t, error);
}

/* The programs of a step: made at the start, and again when the discriminator joins. */
static gboolean prepare_step(Training *t, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    gboolean adversarial = t->discriminator && t->step >= ADVERSARIAL_FROM * o->steps;
    if (t->prepared && t->adversarial == adversarial)
        return TRUE;
    idiom_generator_step_clear(&t->generator_step);
    t->prepared = TRUE;
    t->adversarial = adversarial;
    gboolean ok =
        idiom_generator_step_init(&t->generator_step, t->device, o, t->losses, &t->config, t->generator,
                                  adversarial ? t->discriminator : NULL, MAX_SHIFT, error);
    if (ok && adversarial)
        ok = idiom_discriminator_step_init(&t->discriminator_step, t->device, (guint)o->batch, (guint)o->crop,
                                           t->discriminator, error);
    if (!ok) {
        g_prefix_error(error, "batch of %d crops of %d (smaller ones need less): ", o->batch, o->crop);
        return FALSE;
    }
    guint64 bytes = idiom_program_memory(t->generator_step.program);
    if (adversarial)
        bytes += idiom_program_memory(t->discriminator_step.program);
    idiom_say("step %" G_GUINT64_FORMAT ": %s; a step takes %.0f MiB of device memory", t->step,
              adversarial ? "the discriminator joins" : "training begins", (double)bytes / (1 << 20));
    return TRUE;
}

/* --- a step --------------------------------------------------------------------------------------- */

static double learning_rate(const Training *t)
{
    double progress = (double)t->step / t->options->steps;
    double rate = t->options->learning_rate * t->rate_scale * MIN(1, (t->step + 1.0) / WARM_UP_STEPS);
    if (progress > DECAY_FROM)
        rate *= 1 - (1 - DECAY_TO) * (progress - DECAY_FROM) / (1 - DECAY_FROM);
    return rate;
}

static double norm(const float *values, gsize n)
{
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)values[i] * values[i];
    return sqrt(sum);
}

/*
 * One step on @batch. Nothing changes before all numbers are known; @finite is FALSE if one is not finite, and then
 * nothing has changed.
 */
static gboolean take_step(Training *t, const IdiomBatch *batch, gboolean *finite, GError **error)
{
    IdiomGeneratorStep *g = &t->generator_step;
    if (!idiom_generator_step_run(g, batch, error))
        return FALSE;
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        t->terms[i] = idiom_objective_value(g->objective, g->program, idiom_term_name(i));
    t->total = idiom_objective_value(g->objective, g->program, NULL);
    t->gradient_norm = norm(g->gradient, g->n_gradient);
    *finite = isfinite(t->total) && isfinite(t->gradient_norm);

    IdiomDiscriminatorStep *d = &t->discriminator_step;
    if (t->adversarial && *finite) {
        if (!idiom_discriminator_step_run(d, batch->reference, g->painted, error))
            return FALSE;
        t->discriminator_real = *d->real;
        t->discriminator_fake = *d->fake;
        *finite = isfinite(*d->real) && isfinite(*d->fake) && isfinite(norm(d->gradient, d->n_gradient));
    }
    if (!*finite)
        return TRUE;
    if (!idiom_optimizer_step(&t->generator_adam, g->gradient, learning_rate(t), error))
        return FALSE;
    if (t->adversarial &&
        !idiom_optimizer_step(&t->discriminator_adam, d->gradient, DISCRIMINATOR_RATE * t->rate_scale, error))
        return FALSE;
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        t->average[i] += (t->terms[i] - t->average[i]) / MIN(t->generator_adam.steps, AVERAGE_OVER);
    return TRUE;
}

/* --- checkpoints ---------------------------------------------------------------------------------- */

static guint checkpoint_sets(const Training *t, IdiomCheckpointSet sets[6])
{
    guint n = 0;
    sets[n++] = (IdiomCheckpointSet){"generator", t->generator};
    sets[n++] = (IdiomCheckpointSet){"generator.m", t->generator_adam.m};
    sets[n++] = (IdiomCheckpointSet){"generator.v", t->generator_adam.v};
    if (t->discriminator) {
        sets[n++] = (IdiomCheckpointSet){"discriminator", t->discriminator};
        sets[n++] = (IdiomCheckpointSet){"discriminator.m", t->discriminator_adam.m};
        sets[n++] = (IdiomCheckpointSet){"discriminator.v", t->discriminator_adam.v};
    }
    return n;
}

/* Numbers of the state, as they stand in a checkpoint's metadata. */
typedef struct {
    const char *name;
    guint64 *whole;
    guint *small;
    double *real;
} Field;

static guint state_fields(Training *t, Field fields[8 + IDIOM_N_TERMS])
{
    guint n = 0;
    fields[n++] = (Field){"step", .whole = &t->step};
    fields[n++] = (Field){"generator-steps", .whole = &t->generator_adam.steps};
    fields[n++] = (Field){"discriminator-steps", .whole = &t->discriminator_adam.steps};
    fields[n++] = (Field){"bad-steps", .small = &t->bad_steps};
    fields[n++] = (Field){"rate-scale", .real = &t->rate_scale};
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        fields[n++] = (Field){idiom_term_name(i), .real = &t->average[i]};
    return n;
}

static gboolean save_checkpoint(Training *t, const char *path, GError **error)
{
    IdiomCheckpointSet sets[6];
    guint n_sets = checkpoint_sets(t, sets);
    g_autoptr(GHashTable) metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(metadata, g_strdup("format"), g_strdup("idiom-checkpoint"));
    g_hash_table_insert(metadata, g_strdup("version"), g_strdup("1"));

    Field fields[8 + IDIOM_N_TERMS];
    guint n_fields = state_fields(t, fields);
    for (guint i = 0; i < n_fields; i++) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        if (fields[i].real)
            g_ascii_dtostr(text, sizeof text, *fields[i].real);
        else
            g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT,
                       fields[i].whole ? *fields[i].whole : *fields[i].small);
        g_hash_table_insert(metadata, g_strconcat("state.", fields[i].name, NULL), g_strdup(text));
    }
    g_autoptr(GHashTable) options = idiom_train_options_describe(t->options);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_hash_table_insert(metadata, g_strconcat("option.", key, NULL), g_strdup(value));
    return idiom_checkpoint_write(path, sets, n_sets, metadata, error);
}

static gboolean load_checkpoint(Training *t, const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "--resume: there is no checkpoint %s", path);
        return FALSE;
    }
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, error);
    if (!file)
        return FALSE;
    GHashTable *metadata = idiom_tensor_file_metadata(file);
    if (g_strcmp0(g_hash_table_lookup(metadata, "format"), "idiom-checkpoint") != 0 ||
        g_strcmp0(g_hash_table_lookup(metadata, "version"), "1") != 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: not a checkpoint of this version", path);
        return FALSE;
    }
    g_autoptr(GHashTable) options = idiom_train_options_describe(t->options);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, options);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        g_autofree char *name = g_strconcat("option.", key, NULL);
        const char *old = g_hash_table_lookup(metadata, name);
        if (g_strcmp0(old, value) != 0) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "--resume: %s was made with --%s %s, not %s", path, (char *)key, old ? old : "(none)",
                        (char *)value);
            return FALSE;
        }
    }
    Field fields[8 + IDIOM_N_TERMS];
    guint n_fields = state_fields(t, fields);
    for (guint i = 0; i < n_fields; i++) {
        g_autofree char *name = g_strconcat("state.", fields[i].name, NULL);
        const char *text = g_hash_table_lookup(metadata, name);
        char *end = NULL;
        if (text && fields[i].real)
            *fields[i].real = g_ascii_strtod(text, &end);
        else if (text && fields[i].whole)
            *fields[i].whole = g_ascii_strtoull(text, &end, 10);
        else if (text)
            *fields[i].small = (guint)g_ascii_strtoull(text, &end, 10);
        if (!text || end == text || *end) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s is missing or not a number", path,
                        name);
            return FALSE;
        }
    }
    IdiomCheckpointSet sets[6];
    return idiom_checkpoint_read(file, sets, checkpoint_sets(t, sets), error);
}

/* --- what is told --------------------------------------------------------------------------------- */

/* Opens the log; a resumed training keeps the rows before its first step. */
static gboolean open_log(Training *t, GError **error)
{
    g_autofree char *path = idiom_train_options_beside(t->options, ".csv");
    g_autofree char *old = NULL;
    if (t->step)
        g_file_get_contents(path, &old, NULL, NULL);
    t->log = g_fopen(path, "w");
    if (!t->log) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: cannot be written: %s", path,
                    g_strerror(errno));
        return FALSE;
    }
    fprintf(t->log, "step,seconds,rate,gradient_norm,total");
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        fprintf(t->log, ",%s", idiom_term_name(i));
    fprintf(t->log, ",discriminator_real,discriminator_fake\n");
    g_auto(GStrv) rows = g_strsplit(old ? old : "", "\n", -1);
    for (char **row = rows; *row; row++)
        if (g_ascii_isdigit(**row) && g_ascii_strtoull(*row, NULL, 10) < t->step)
            fprintf(t->log, "%s\n", *row);
    return TRUE;
}

static void log_step(Training *t)
{
    fprintf(t->log, "%" G_GUINT64_FORMAT ",%.2f,%.3g,%.4g,%.6g", t->step,
            (double)(g_get_monotonic_time() - t->started) / 1e6, learning_rate(t), t->gradient_norm,
            t->total);
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        fprintf(t->log, ",%.6g", t->terms[i]);
    fprintf(t->log, ",%.4g,%.4g\n", t->discriminator_real, t->discriminator_fake);
}

static void say_step(Training *t)
{
    gint64 now = g_get_monotonic_time();
    gboolean last = t->step + 1 == (guint64)t->options->steps;
    if (!last && now - t->spoken < (idiom_console_is_terminal() ? G_USEC_PER_SEC / 5 : 10 * G_USEC_PER_SEC))
        return;
    t->spoken = now;
    guint64 done = t->step + 1 - t->started_at_step;
    double seconds = (double)(now - t->started) / 1e6 / done;
    guint64 left = (guint64)(seconds * (t->options->steps - t->step - 1));
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_printf(
        line, "step %" G_GUINT64_FORMAT "/%d  %.2f s/step  ETA %" G_GUINT64_FORMAT ":%02u:%02u  loss %.3f",
        t->step + 1, t->options->steps, seconds, left / 3600, (guint)(left / 60 % 60), (guint)(left % 60),
        t->total);
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        if (t->options->weights[i] > 0 && (i != IDIOM_TERM_ADVERSARIAL || t->adversarial))
            g_string_append_printf(line, "  %s %.3f", idiom_term_name(i), t->terms[i]);
    if (t->adversarial)
        g_string_append_printf(line, "  discriminator %.2f+%.2f", t->discriminator_real,
                               t->discriminator_fake);
    idiom_say_progress("%s  [%s]", line->str, idiom_device_info(t->device)->name);
}

static gboolean write_previews(Training *t, GError **error)
{
    for (guint i = 0; i < t->previews->len; i++) {
        Preview *preview = &g_array_index(t->previews, Preview, i);
        g_autoptr(IdiomPicture) picture = idiom_painter_run(preview->painter, preview->photo, error);
        g_autofree char *name = g_strdup_printf("step-%06" G_GUINT64_FORMAT "-%u.png", t->step, i + 1);
        g_autofree char *path = g_build_filename(t->options->preview, name, NULL);
        if (!picture || !idiom_picture_write_png(picture, path, error))
            return FALSE;
    }
    return TRUE;
}

/* --- the loop ------------------------------------------------------------------------------------- */

static gboolean run_steps(Training *t, const char *checkpoint, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    idiom_data_start(t->data, t->step);
    t->started = t->spoken = g_get_monotonic_time();
    t->started_at_step = t->step;
    while (t->step < (guint64)o->steps) {
        const IdiomBatch *batch = idiom_data_next(t->data, error);
        gboolean finite = FALSE;
        if (!batch || !prepare_step(t, error) || !take_step(t, batch, &finite, error))
            return FALSE;
        log_step(t);
        say_step(t);
        t->step++;
        t->bad_steps = finite ? 0 : t->bad_steps + 1;
        if (!finite) {
            t->rate_scale /= 2;
            idiom_say("step %" G_GUINT64_FORMAT
                      ": a loss or gradient is not finite; step discarded, learning rate halved",
                      t->step);
        }
        gboolean stop = interrupted || t->bad_steps == MAX_BAD_STEPS;
        if (t->step % (guint64)o->checkpoint_every == 0 || t->step == (guint64)o->steps || stop) {
            if (fflush(t->log) != 0)
                idiom_say("the log cannot be written: %s", g_strerror(errno));
            if (!save_checkpoint(t, checkpoint, error) || !write_previews(t, error))
                return FALSE;
        }
        if (stop) {
            g_set_error(error, IDIOM_ERROR, interrupted ? IDIOM_ERROR_ARGUMENT : IDIOM_ERROR_NOT_FINITE,
                        "%s after step %" G_GUINT64_FORMAT "; the last good weights are in %s%s",
                        interrupted ? "interrupted" : "three steps in a row were not finite: stopped",
                        t->step, checkpoint, interrupted ? ", --resume goes on" : "");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean save_style(Training *t, GError **error)
{
    const IdiomTrainOptions *o = t->options;
    g_autoptr(GHashTable) metadata = idiom_train_options_describe(o);
    g_autoptr(GString) losses = g_string_new(NULL);
    g_autoptr(GString) references = g_string_new(NULL);
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        g_string_append_printf(losses, "%s%s %.4f", i ? ", " : "", idiom_term_name(i), t->average[i]);
    for (guint i = 0; o->references[i]; i++) {
        g_autofree char *name = g_path_get_basename(o->references[i]);
        g_string_append_printf(references, "%s%s (weight %.3f)", i ? ", " : "", name,
                               o->reference_weights[i]);
    }
    g_hash_table_insert(metadata, g_strdup("losses"), g_string_free(g_steal_pointer(&losses), FALSE));
    g_hash_table_insert(metadata, g_strdup("references"), g_string_free(g_steal_pointer(&references), FALSE));
    g_hash_table_insert(metadata, g_strdup("command"), g_strdup(o->command));
    g_hash_table_insert(metadata, g_strdup("device"), g_strdup(idiom_device_info(t->device)->name));
    g_hash_table_insert(metadata, g_strdup("made-with"), g_strdup("idiom-train " IDIOM_VERSION));
    const char *const names[] = {o->style, NULL};
    return idiom_style_save(o->out, &t->config, names, t->generator, NULL, metadata, error);
}

static void training_clear(Training *t)
{
    if (t->log)
        fclose(t->log);
    idiom_data_free(t->data);
    idiom_generator_step_clear(&t->generator_step);
    idiom_discriminator_step_clear(&t->discriminator_step);
    idiom_optimizer_clear(&t->generator_adam);
    idiom_optimizer_clear(&t->discriminator_adam);
    g_clear_pointer(&t->previews, g_array_unref);
    g_clear_pointer(&t->generator, idiom_params_unref);
    g_clear_pointer(&t->discriminator, idiom_params_unref);
    g_clear_pointer(&t->losses, idiom_losses_free);
    g_clear_pointer(&t->features, idiom_features_free);
    g_clear_pointer(&t->style_layers, g_free);
    g_clear_pointer(&t->content_layers, g_free);
    g_clear_pointer(&t->references, g_ptr_array_unref);
    g_clear_pointer(&t->device, idiom_device_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Training, training_clear)

gboolean idiom_train(const IdiomTrainOptions *options, GError **error)
{
    g_auto(Training) t = {.options = options};
    g_autofree char *checkpoint = idiom_train_options_beside(options, ".checkpoint.safetensors");
    if (!prepare(&t, error) || (options->resume && !load_checkpoint(&t, checkpoint, error)) ||
        !open_log(&t, error))
        return FALSE;

    interrupted = 0;
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, old_int, old_term;
    sigaction(SIGINT, &action, &old_int);
    sigaction(SIGTERM, &action, &old_term);
    gboolean ok = run_steps(&t, checkpoint, error) && save_style(&t, error);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    if (ok)
        idiom_say("%s: written after %d steps; %u of %u content files could not be used", options->out,
                  options->steps, idiom_data_skipped(t.data), idiom_data_files(t.data));
    return ok;
}
