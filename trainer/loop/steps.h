/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STEPS_H
#define STEPS_H

#include "data/data.h"
#include "loss/losses.h"
#include "tool/options.h"

#include <idiom-unstable/generator.h>

/*
 * The two halves of a training step, each a program that computes losses and their gradient and changes no weights:
 * whoever runs it looks at the numbers first, and then lets an optimizer apply the gradient.
 */

/* What the halves are made of. */
typedef struct {
    const TrainOptions *options;
    const Losses *losses; /* with the styles' statistics, unless there is a teacher */
    const IdiomGeneratorConfig *config;
    IdiomParams *generator;
    IdiomParams *discriminator, *spectral; /* NULL leaves the terms out that need one */
    gboolean taught;   /* whether there is a teacher, whose pictures come with the batches */
    gboolean temporal; /* whether there are second views, and the temporal term */
} StepParts;

/*
 * The generator's half. With the temporal term the generator paints two views of a scene. All other losses look at the
 * second: then only one of the two pictures needs a backward pass, and it is the one whose noise the temporal term has
 * to make harmless.
 */
typedef struct {
    IdiomProgram *program;
    Objective *objective;
    float *content;      /* inputs: the pictures, where there is no second view; */
    float *moved, *flow; /* the second views and how they moved, or NULL; */
    float *mask;         /* where text is in content, or NULL; */
    float *reference;    /* pictures of the style, or NULL; */
    float *taught;       /* the teacher's pictures of what the losses look at, or NULL; */
    float *noise;        /* to paint content from, or NULL; */
    float *moved_noise;  /* to paint moved from, or NULL; */
    float *mix;          /* weights of the styles, or NULL where there is one */
    gsize n_values;      /* of a batch of pictures, */
    gsize n_noise;       /* of their noise */
    guint n_styles;
    gsize n_gradient;
    const float *gradient; /* result, of the generator's parameters */
    const float *painted;  /* result: the pictures that the generator made */
} GeneratorStep;

gboolean generator_step_init(GeneratorStep *step, IdiomDevice *device, const StepParts *parts,
                             GError **error);
void generator_step_clear(GeneratorStep *step);
gboolean generator_step_run(GeneratorStep *step, const Batch *batch, GError **error);

/* The discriminator's half. */
typedef struct {
    IdiomProgram *program;
    float *real_pictures, *fake_pictures, *photos, *mix; /* inputs */
    gsize n_values;
    guint n_styles;
    gsize n_gradient;
    const float *gradient;
    const float *real, *fake; /* results: the two parts of the discriminator's loss; */
    const float *winning;     /* discriminator_winning(), -1..1 */
} DiscriminatorStep;

gboolean discriminator_step_init(DiscriminatorStep *step, IdiomDevice *device, const StepParts *parts,
                                 GError **error);
void discriminator_step_clear(DiscriminatorStep *step);

/*
 * @real, @fake: [batch,3,crop,crop], both in the style @style
 * @photos: what @fake was made of; looked at where there is a teacher, which made @real of the same
 */
gboolean discriminator_step_run(DiscriminatorStep *step, const float *real, const float *fake,
                                const float *photos, guint style, GError **error);

/* What a step costs. */
typedef struct {
    guint64 memory; /* bytes on the device, parameters not counted */
    double flops;
} StepCost;

/* The cost of both halves (the generator's alone where parts->discriminator is NULL); no memory is taken here. */
gboolean steps_cost(IdiomDevice *device, const StepParts *parts, StepCost *cost, GError **error);

#endif
