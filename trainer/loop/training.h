/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TRAINING_H
#define TRAINING_H

#include "loop/optimizer.h"
#include "media/picture.h"
#include "loop/steps.h"
#include "teacher/teacher.h"

#include <idiom-unstable/stylefile.h>
#include <stdio.h>

/*
 * A training at work: what the files of the trainer share.
 *   setup.c     makes it from the options
 *   start.c     finds the weights to start from
 *   schedule.c  knows what happens when, and how long it takes
 *   train.c     takes the steps
 *   state.c     keeps it in checkpoints
 *   progress.c  reports on it: console, log, sample pictures
 *   result.c    writes the style file and the report
 */
typedef struct {
    const TrainOptions *options;
    IdiomDevice *device;
    char **names; /* of the styles, NULL-terminated */
    char *start;  /* the style whose weights it started from, with its licence, or NULL */
    IdiomFeatures *features;
    char *style_layers, *content_layers;
    LossConfig loss_config;
    Losses *losses;
    GPtrArray *references;     /* Picture of all styles, in order */
    GArray *reference_weights; /* double, of each; of sum 1 in a style */
    DataStyle *styles;         /* which of them belong to which style: config.styles */
    Data *data;
    GPtrArray *samples; /* Picture: photos to show and measure the result with */

    IdiomGeneratorConfig config;
    IdiomParams *generator, *average, *discriminator, *spectral;
    Optimizer generator_adam, discriminator_adam;
    GeneratorStep generator_step;
    DiscriminatorStep discriminator_step;
    gboolean prepared, adversarial, temporal; /* generator_step is there; with these terms */

    Teacher *teacher; /* distillation only */

    /* together with the parameters and the optimizers, the whole state of a training */
    guint64 step;
    guint bad_steps; /* in a row */
    double rate_scale;
    double mean[N_TERMS]; /* exponential, of the weighted terms */
    double winning;       /* the same, of the discriminator's lead: -1..1 */

    double terms[N_TERMS]; /* of the last step */
    double total, gradient_norm;

    FILE *log;
    gint64 began, started, timed_from, spoken; /* monotonic time */
    double seconds_before; /* that it took before: the teacher, or until it was interrupted */
    guint64 started_at_step, warned_at_step;
} Training;

/* Makes the training; mistakes in files and options are found before the device has to work. */
gboolean training_prepare(Training *t, GError **error);
/* The references of style @style as the losses take them, in memory that @arrays (freeing with g_free()) holds. */
Reference *training_references(const Training *t, guint style, GPtrArray *arrays);
void training_clear(Training *t);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Training, training_clear)

/* Gives the generator the weights that it starts from. */
gboolean training_start_from(Training *t, GError **error);

/* Since the training began, with those before it was interrupted. */
double training_seconds(const Training *t);
/* The share that is done, 0 to 1, of the steps or of the time. */
double training_progress(const Training *t);
gboolean training_done(const Training *t);
/* The generator's learning rate in the next step. */
double training_rate(const Training *t);
/* The programs of the next step: made at the start, and again when a term joins. */
gboolean training_prepare_step(Training *t, GError **error);
/* After each step: says once, as soon as it can be known, how long the training will take. */
gboolean training_announce(Training *t, GError **error);

/* Writes the whole state to @path, or reads it from there. */
gboolean training_save(Training *t, const char *path, GError **error);
gboolean training_load(Training *t, const char *path, GError **error);

/* Opens the log; a resumed training keeps the rows before its first step. */
gboolean training_open_log(Training *t, GError **error);
/* Writes the last step's row. */
void training_log(Training *t);
/* Shows progress from time to time. */
void training_say(Training *t);
/* Paints the sample pictures into the preview folder, if there is one. */
gboolean training_write_previews(Training *t, GError **error);

/* Sample number @index, painted in the style that is shown with it. */
Picture *training_paint(Training *t, guint index, GError **error);
/* The style that sample number @index is shown in. */
guint training_sample_style(const Training *t, guint index);

/* Writes the style file as it is now: at every checkpoint, so that there is always one that can be used. */
gboolean training_write_style(Training *t, GError **error);
/* Writes the style file, and beside it the report. */
gboolean training_finish(Training *t, GError **error);

#endif
