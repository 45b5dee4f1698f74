/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_TRAINING_H
#define IDIOM_TRAINING_H

#include "loop/optimizer.h"
#include "media/picture.h"
#include "loop/steps.h"

#include <idiom-unstable/stylefile.h>
#include <stdio.h>

/*
 * A training at work: what the files of the trainer share.
 *   setup.c     makes it from the options
 *   train.c     takes the steps
 *   state.c     keeps it in checkpoints
 *   progress.c  tells about it: console, log, sample pictures
 *   result.c    writes the style file and the report
 */
typedef struct {
    const IdiomTrainOptions *options;
    IdiomDevice *device;
    char **names; /* of the styles, NULL-terminated */
    IdiomFeatures *features;
    char *style_layers, *content_layers;
    IdiomLossConfig loss_config;
    IdiomLosses *losses;
    GPtrArray *references;     /* IdiomPicture of all styles, in order */
    GArray *reference_weights; /* double, of each; of sum 1 in a style */
    IdiomDataStyle *styles;    /* which of them belong to which style: config.styles */
    IdiomData *data;
    GPtrArray *samples; /* IdiomPicture: photos to show and measure the result with */

    IdiomGeneratorConfig config;
    IdiomParams *generator, *average, *discriminator, *spectral;
    IdiomOptimizer generator_adam, discriminator_adam;
    IdiomGeneratorStep generator_step;
    IdiomDiscriminatorStep discriminator_step;
    gboolean prepared, adversarial; /* generator_step is there; with the discriminator */

    IdiomStyle *teacher; /* distillation only */
    IdiomParams *teacher_params;

    /* together with the parameters and the optimizers, the whole state of a training */
    guint64 step;
    guint bad_steps; /* in a row */
    double rate_scale;
    double mean[IDIOM_N_TERMS]; /* exponential, of the weighted terms */
    double winning;             /* the same, of how far the discriminator tells real from painted: -1..1 */

    double terms[IDIOM_N_TERMS]; /* of the last step */
    double total, gradient_norm;

    FILE *log;
    gint64 started, spoken; /* monotonic time */
    guint64 started_at_step, warned_at_step;
} IdiomTraining;

/* Makes the training; what can be wrong with files and options is said before the device is asked to work. */
gboolean idiom_training_prepare(IdiomTraining *t, GError **error);
/* The programs of the next step: made at the start, and again when the discriminator joins. */
gboolean idiom_training_prepare_step(IdiomTraining *t, GError **error);
/* The references of style @style as the losses take them, in memory that @arrays (freeing with g_free()) holds. */
IdiomReference *idiom_training_references(const IdiomTraining *t, guint style, GPtrArray *arrays);
void idiom_training_clear(IdiomTraining *t);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdiomTraining, idiom_training_clear)

/* The generator's learning rate in the next step. */
double idiom_training_rate(const IdiomTraining *t);

/* Writes the whole state to @path, or reads it from there. */
gboolean idiom_training_save(IdiomTraining *t, const char *path, GError **error);
gboolean idiom_training_load(IdiomTraining *t, const char *path, GError **error);

/* Opens the log; a resumed training keeps the rows before its first step. */
gboolean idiom_training_open_log(IdiomTraining *t, GError **error);
/* Writes the last step's row. */
void idiom_training_log(IdiomTraining *t);
/* Shows progress from time to time. */
void idiom_training_say(IdiomTraining *t);
/* Paints the sample pictures into the preview folder, if there is one. */
gboolean idiom_training_write_previews(IdiomTraining *t, GError **error);

/* Sample number @index, painted in the style that is shown with it. */
IdiomPicture *idiom_training_paint(IdiomTraining *t, guint index, GError **error);
/* The style that sample number @index is shown in. */
guint idiom_training_sample_style(const IdiomTraining *t, guint index);

/* Writes the style file, and beside it the report. */
gboolean idiom_training_finish(IdiomTraining *t, GError **error);

#endif
