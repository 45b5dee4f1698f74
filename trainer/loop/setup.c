/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/training.h"

#include "tool/console.h"
#include "data/reference.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define STYLE_SIDE 384 /* shorter side of the style's pictures; decides how large the strokes become */
#define MAX_SHIFT 6
#define NOISE 0.03f
#define CLIPS 0.3 /* of the crops from videos that are followed by their next frame */
#define SAMPLES 4
/* Layers in which a student is compared with its teacher. */
#define TAUGHT_STYLE_LAYERS "v11:1,v12@2:1,v21@2:1,q3:1,q5:1"
#define TAUGHT_CONTENT_LAYERS "q5:1,v21@2:1"

/* --- features and losses -------------------------------------------------------------------------- */

static gboolean prepare_features(Training *t, GError **error)
{
    char **files = t->options->features;
    if (!files) {
        t->style_layers = g_strdup(IDIOM_BUILTIN_STYLE_LAYERS);
        t->content_layers = g_strdup(IDIOM_BUILTIN_CONTENT_LAYERS);
        t->features = idiom_features_builtin(t->device);
        return TRUE;
    }
    t->features = idiom_features_load((const char *const *)files, g_strv_length(files), t->device, error);
    if (!t->features)
        return FALSE;
    g_autoptr(GString) missing = g_string_new(NULL);
    t->style_layers =
        available_layers(t->features, t->teacher ? TAUGHT_STYLE_LAYERS : loss_defaults.style_layers, missing);
    t->content_layers = available_layers(
        t->features, t->teacher ? TAUGHT_CONTENT_LAYERS : loss_defaults.content_layers, missing);
    if (missing->len)
        say("not in the feature files, so left out of the losses:%s", missing->str);
    if (!*t->style_layers || !*t->content_layers) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--features: needed are layers of VGG (at least the first "
                    "three convolutions) or SqueezeNet 1.0");
        return FALSE;
    }
    return TRUE;
}

static gboolean prepare_losses(Training *t, GError **error)
{
    const double *weights = t->options->weights;
    t->loss_config = (LossConfig){
        .style_layers = t->style_layers,
        .content_layers = t->content_layers,
        .style = weights[TERM_STYLE],
        .content = weights[TERM_CONTENT],
        .luma = weights[TERM_LUMA],
        .tv = weights[TERM_TV],
        .hf = weights[TERM_HF],
        .temporal = weights[TERM_TEMPORAL],
    };
    t->losses = losses_new(&t->loss_config, t->features, t->device, error);
    return t->losses != NULL;
}

/* --- the styles ----------------------------------------------------------------------------------- */

/* Adds the picture @path of a style; it counts by @weight times its quality: poor ones less. */
static gboolean load_reference(Training *t, const char *path, double weight, GError **error)
{
    Picture *picture;
    double quality;
    if (!reference_load(path, MAX(STYLE_SIDE, (guint)t->options->crop), &picture, &quality, error))
        return FALSE;
    const double share = weight * quality;
    g_ptr_array_add(t->references, picture);
    g_array_append_val(t->reference_weights, share);
    return TRUE;
}

static gboolean load_references(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    t->references = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    t->reference_weights = g_array_new(FALSE, FALSE, sizeof(double));
    t->styles = g_new0(DataStyle, t->config.styles);
    for (guint s = 0; s < o->n_styles; s++) {
        const guint first = t->references->len;
        for (guint i = 0; o->styles[s].references[i]; i++)
            if (!load_reference(t, o->styles[s].references[i], o->styles[s].weights[i], error))
                return FALSE;
        double *weights = (double *)t->reference_weights->data, sum = 0;
        for (guint i = first; i < t->references->len; i++)
            sum += weights[i];
        for (guint i = first; i < t->references->len; i++)
            weights[i] /= sum;
        t->styles[s].n_references = t->references->len - first;
    }
    guint next = 0;
    for (guint s = 0; s < o->n_styles; s++) { /* the arrays do not move any more */
        t->styles[s].references = (Picture *const *)t->references->pdata + next;
        t->styles[s].reference_weights = (const double *)t->reference_weights->data + next;
        next += t->styles[s].n_references;
    }
    return TRUE;
}

Reference *training_references(const Training *t, guint style, GPtrArray *arrays)
{
    const DataStyle *s = &t->styles[style];
    Reference *references = g_new(Reference, s->n_references);
    g_ptr_array_add(arrays, references);
    for (guint i = 0; i < s->n_references; i++) {
        const Picture *picture = s->references[i];
        float *values = g_new(float, (gsize)3 * picture->w * picture->h);
        g_ptr_array_add(arrays, values);
        picture_to_floats(picture, values);
        references[i] = (Reference){values, picture->w, picture->h, s->reference_weights[i]};
    }
    return references;
}

static gboolean measure_references(Training *t, GError **error)
{
    for (guint s = 0; s < t->options->n_styles && !t->teacher; s++) {
        g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
        Reference *references = training_references(t, s, arrays);
        if (!losses_add_style(t->losses, references, t->styles[s].n_references, error)) {
            if (t->options->crop > STYLE_SIDE)
                g_prefix_error(
                    error, "--crop %d (the style's pictures are seen at that size, too): ", t->options->crop);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean load_teacher(Training *t, GError **error)
{
    if (t->options->teacher && !(t->teacher = teacher_open(t->options, error)))
        return FALSE;
    if (t->teacher)
        t->names = g_strdupv((char **)teacher_names(t->teacher));
    return TRUE;
}

static gboolean paint_taught(Training *t, GError **error)
{
    if (!t->teacher)
        return TRUE;
    const gint64 start = g_get_monotonic_time();
    if (!teacher_paint(t->teacher, t->device, error))
        return FALSE;
    t->seconds_before = (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
    for (guint s = 0; s < t->config.styles; s++)
        t->styles[s].pairs = teacher_pairs(t->teacher, s);
    return TRUE;
}

/* --- the networks --------------------------------------------------------------------------------- */

static gboolean prepare_generator(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    t->generator = idiom_params_new(t->device);
    t->average = idiom_params_new(t->device);
    idiom_generator_declare(t->generator, &t->config, (guint32)o->seed);
    idiom_generator_declare(t->average, &t->config, (guint32)o->seed);
    return optimizer_init(&t->generator_adam, t->device, t->generator, &o->generator_adam, t->average,
                          o->average, error);
}

static gboolean prepare_discriminator(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    if (o->weights[TERM_ADVERSARIAL] <= 0 && o->weights[TERM_MATCHING] <= 0)
        return TRUE;
    t->discriminator = idiom_params_new(t->device);
    t->spectral = idiom_params_new(t->device);
    discriminator_declare(t->discriminator, t->spectral, t->config.styles, t->teacher != NULL,
                          (guint64)o->seed);
    return optimizer_init(&t->discriminator_adam, t->device, t->discriminator, &o->discriminator_adam, NULL,
                          0, error);
}

/* --- sample pictures ------------------------------------------------------------------------------ */

static gboolean prepare_samples(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    t->samples = data_samples(t->data, SAMPLES);
    if (!o->preview)
        return TRUE;
    if (g_mkdir_with_parents(o->preview, 0777) != 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "--preview: the folder %s cannot be made: %s",
                    o->preview, g_strerror(errno));
        return FALSE;
    }
    for (guint i = 0; i < t->samples->len; i++) {
        g_autofree char *name = g_strdup_printf("photo-%u.png", i + 1);
        g_autofree char *path = g_build_filename(o->preview, name, NULL);
        if (!picture_write_png(t->samples->pdata[i], path, error))
            return FALSE;
    }
    return TRUE;
}

/* --- all ------------------------------------------------------------------------------------------ */

static gboolean prepare_data(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    DataParams data = {
        .seed = (guint64)o->seed,
        .batch = (guint)o->batch,
        .crop = (guint)o->crop,
        .max_shift = MAX_SHIFT,
        .moved = o->weights[TERM_TEMPORAL] > 0,
        .noise = NOISE,
        .clips = CLIPS,
        .captions = o->captions,
        .field = o->noise,
        .styles = t->styles,
        .n_styles = t->config.styles,
    };
    return (t->data = data_new((const char *const *)o->content, &data, error)) != NULL;
}

gboolean training_prepare(Training *t, GError **error)
{
    const TrainOptions *o = t->options;
    t->rate_scale = 1;
    if (!load_teacher(t, error))
        return FALSE;
    if (!t->teacher) {
        t->names = g_new0(char *, o->n_styles + 1);
        for (guint s = 0; s < o->n_styles; s++)
            t->names[s] = g_strdup(o->styles[s].name);
    }
    if (!idiom_generator_preset(o->size, g_strv_length(t->names), &t->config, error)) {
        g_prefix_error(error, "--size: ");
        return FALSE;
    }
    t->config.noise = o->noise ? IDIOM_NOISE_CHANNELS : 0;
    if (!load_references(t, error) || !(t->device = idiom_device_open(o->device, error)) ||
        !paint_taught(t, error) || !prepare_data(t, error))
        return FALSE;
    return prepare_features(t, error) && prepare_losses(t, error) && measure_references(t, error) &&
           prepare_generator(t, error) && prepare_discriminator(t, error) && prepare_samples(t, error) &&
           training_start_from(t, error);
}

void training_clear(Training *t)
{
    if (t->log)
        fclose(t->log);
    data_free(t->data);
    generator_step_clear(&t->generator_step);
    discriminator_step_clear(&t->discriminator_step);
    optimizer_clear(&t->generator_adam);
    optimizer_clear(&t->discriminator_adam);
    g_clear_pointer(&t->samples, g_ptr_array_unref);
    g_clear_pointer(&t->generator, idiom_params_unref);
    g_clear_pointer(&t->average, idiom_params_unref);
    g_clear_pointer(&t->discriminator, idiom_params_unref);
    g_clear_pointer(&t->spectral, idiom_params_unref);
    g_clear_pointer(&t->teacher, teacher_free);
    g_clear_pointer(&t->losses, losses_free);
    g_clear_pointer(&t->features, idiom_features_free);
    g_clear_pointer(&t->style_layers, g_free);
    g_clear_pointer(&t->content_layers, g_free);
    g_clear_pointer(&t->references, g_ptr_array_unref);
    g_clear_pointer(&t->styles, g_free);
    g_clear_pointer(&t->reference_weights, g_array_unref);
    g_clear_pointer(&t->names, g_strfreev);
    g_clear_pointer(&t->start, g_free);
    g_clear_pointer(&t->device, idiom_device_unref);
}
