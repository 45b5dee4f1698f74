/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_STEPS_H
#define IDIOM_STEPS_H

#include "data.h"
#include "losses.h"
#include "options.h"

#include <idiom/generator.h>

/*
 * The two halves of a training step, each a program that computes losses and their gradient and changes nothing:
 * whoever runs it looks at the numbers first, and then lets an optimizer apply the gradient.
 */

/* The generator's half. */
typedef struct {
    IdiomProgram *program;
    IdiomObjective *objective;
    float *content, *moved, *offset; /* inputs; moved and offset are NULL without the temporal term */
    gsize n_values;                  /* of content, moved and painted */
    gsize n_gradient;
    const float *gradient; /* result, of the generator's parameters */
    const float *painted;  /* result: the pictures that the generator made of content */
} IdiomGeneratorStep;

/*
 * @discriminator: its parameters, for the adversarial term; NULL leaves that out
 * @max_shift: as in the data
 */
gboolean idiom_generator_step_init(IdiomGeneratorStep *step, IdiomDevice *device,
                                   const IdiomTrainOptions *options, const IdiomLosses *losses,
                                   const IdiomGeneratorConfig *config, IdiomParams *generator,
                                   IdiomParams *discriminator, guint max_shift, GError **error);
void idiom_generator_step_clear(IdiomGeneratorStep *step);
gboolean idiom_generator_step_run(IdiomGeneratorStep *step, const IdiomBatch *batch, GError **error);

/* The discriminator's half. */
typedef struct {
    IdiomProgram *program;
    float *real_pictures, *fake_pictures; /* inputs */
    gsize n_values;
    gsize n_gradient;
    const float *gradient;
    const float *real, *fake; /* results: the two parts of the hinge loss */
} IdiomDiscriminatorStep;

gboolean idiom_discriminator_step_init(IdiomDiscriminatorStep *step, IdiomDevice *device, guint batch,
                                       guint crop, IdiomParams *discriminator, GError **error);
void idiom_discriminator_step_clear(IdiomDiscriminatorStep *step);

/* @real, @fake: [batch,3,crop,crop] */
gboolean idiom_discriminator_step_run(IdiomDiscriminatorStep *step, const float *real, const float *fake,
                                      GError **error);

#endif
