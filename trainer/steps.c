/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "steps.h"

#include "discriminator.h"

#include <idiom/ops.h>
#include <string.h>

gboolean idiom_generator_step_init(IdiomGeneratorStep *step, IdiomDevice *device,
                                   const IdiomTrainOptions *options, const IdiomLosses *losses,
                                   const IdiomGeneratorConfig *config, IdiomParams *generator,
                                   IdiomParams *discriminator, guint max_shift, GError **error)
{
    const double *weights = options->weights;
    IdiomShape shape = IDIOM_SHAPE((guint)options->batch, 3, (guint)options->crop, (guint)options->crop);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *content = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *planes = idiom_to_planes(g, content);
    IdiomTensor *painted = idiom_generator_build(g, generator, config, planes, NULL, TRUE);
    IdiomObjective *objective = idiom_objective_new(losses, g, planes, painted);

    IdiomTensor *moved = NULL, *offset = NULL;
    if (weights[IDIOM_TERM_TEMPORAL] > 0) {
        moved = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
        offset = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(shape.n, 2, 1, 1));
        IdiomTensor *again =
            idiom_generator_build(g, generator, config, idiom_to_planes(g, moved), NULL, TRUE);
        idiom_objective_add_temporal(objective, painted, again, offset, max_shift);
    }
    if (discriminator) {
        IdiomTensor *logits = idiom_discriminator_build(g, discriminator, painted, FALSE);
        idiom_objective_add(objective, idiom_term_name(IDIOM_TERM_ADVERSARIAL),
                            idiom_adversarial_loss(g, logits), weights[IDIOM_TERM_ADVERSARIAL]);
    }
    IdiomTensor *gradient = idiom_objective_differentiate(objective, generator);
    IdiomTensor *painted_flat = idiom_to_flat(g, painted);

    guint n_terms;
    const IdiomLossTerm *terms = idiom_objective_terms(objective, &n_terms);
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, n_terms + 2);
    for (guint i = 0; i < n_terms; i++)
        outputs[i] = terms[i].value;
    outputs[n_terms] = gradient;
    outputs[n_terms + 1] = painted_flat;
    IdiomProgram *program = idiom_program_new(g, outputs, n_terms + 2, error);
    *step = (IdiomGeneratorStep){.program = program, .objective = objective};
    if (!program)
        return FALSE;
    step->n_values = idiom_shape_elements(shape);
    step->n_gradient = idiom_params_elements(generator);
    step->content = idiom_program_map(program, content);
    step->moved = moved ? idiom_program_map(program, moved) : NULL;
    step->offset = offset ? idiom_program_map(program, offset) : NULL;
    step->gradient = idiom_program_map(program, gradient);
    step->painted = idiom_program_map(program, painted_flat);
    idiom_objective_set_style(objective, program, 0);
    return TRUE;
}

void idiom_generator_step_clear(IdiomGeneratorStep *step)
{
    g_clear_pointer(&step->objective, idiom_objective_free);
    g_clear_pointer(&step->program, idiom_program_free);
}

gboolean idiom_generator_step_run(IdiomGeneratorStep *step, const IdiomBatch *batch, GError **error)
{
    memcpy(step->content, batch->content, step->n_values * sizeof(float));
    if (step->moved) {
        memcpy(step->moved, batch->shifted, step->n_values * sizeof(float));
        memcpy(step->offset, batch->offset, 2 * batch->size * sizeof(float));
    }
    idiom_program_refresh(step->program); /* the discriminator has learned */
    return idiom_program_run(step->program, error);
}

gboolean idiom_discriminator_step_init(IdiomDiscriminatorStep *step, IdiomDevice *device, guint batch,
                                       guint crop, IdiomParams *discriminator, GError **error)
{
    IdiomShape shape = IDIOM_SHAPE(batch, 3, crop, crop);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *real_pictures = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *fake_pictures = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *real = idiom_discriminator_loss_real(
        g, idiom_discriminator_build(g, discriminator, idiom_to_planes(g, real_pictures), TRUE));
    IdiomTensor *fake = idiom_discriminator_loss_fake(
        g, idiom_discriminator_build(g, discriminator, idiom_to_planes(g, fake_pictures), TRUE));
    IdiomTensor *losses[] = {real, fake};
    const double weights[] = {1, 1};
    IdiomTensor *gradient =
        idiom_graph_differentiate(g, losses, weights, G_N_ELEMENTS(losses), discriminator);
    IdiomTensor *outputs[] = {real, fake, gradient};
    IdiomProgram *program = idiom_program_new(g, outputs, G_N_ELEMENTS(outputs), error);
    *step = (IdiomDiscriminatorStep){.program = program};
    if (!program)
        return FALSE;
    step->n_values = idiom_shape_elements(shape);
    step->n_gradient = idiom_params_elements(discriminator);
    step->real_pictures = idiom_program_map(program, real_pictures);
    step->fake_pictures = idiom_program_map(program, fake_pictures);
    step->gradient = idiom_program_map(program, gradient);
    step->real = idiom_program_map(program, real);
    step->fake = idiom_program_map(program, fake);
    return TRUE;
}

void idiom_discriminator_step_clear(IdiomDiscriminatorStep *step)
{
    g_clear_pointer(&step->program, idiom_program_free);
}

gboolean idiom_discriminator_step_run(IdiomDiscriminatorStep *step, const float *real, const float *fake,
                                      GError **error)
{
    memcpy(step->real_pictures, real, step->n_values * sizeof(float));
    memcpy(step->fake_pictures, fake, step->n_values * sizeof(float));
    return idiom_program_run(step->program, error);
}
