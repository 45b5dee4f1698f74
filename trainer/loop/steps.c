/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/steps.h"

#include <idiom-unstable/ops.h>
#include <string.h>

/* --- the generator's half ------------------------------------------------------------------------- */

/* The tensors that a generator's step is about: host inputs are flat, what follows from them is planes. */
typedef struct {
    IdiomTensor *content, *moved, *flow, *mask, *reference, *teacher, *mix; /* inputs */
    IdiomTensor *noise, *moved_noise;                                       /* inputs, too */
    IdiomTensor *picture;                                                   /* what is painted, */
    IdiomTensor *picture_mask;                                              /* where text is in it, */
    IdiomTensor *painted, *taught;
} Tensors;

static IdiomShape picture_shape(const TrainOptions *o)
{
    return IDIOM_SHAPE((guint)o->batch, 3, (guint)o->crop, (guint)o->crop);
}

static IdiomShape noise_shape(const TrainOptions *o)
{
    const guint cells = (guint)o->crop / IDIOM_NOISE_CELL;
    return IDIOM_SHAPE((guint)o->batch, IDIOM_NOISE_CHANNELS, cells, cells);
}

static gboolean needs_reference(const StepParts *parts)
{
    return parts->discriminator && !parts->taught && parts->options->weights[TERM_MATCHING] > 0;
}

static void declare_inputs(IdiomGraph *g, const StepParts *parts, Tensors *t)
{
    const TrainOptions *o = parts->options;
    const IdiomShape s = picture_shape(o);
    const guint styles = parts->config->styles;
    t->content = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
    if (parts->temporal) {
        t->moved = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
        t->flow = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 2, s.h, s.w));
    }
    if (parts->config->noise)
        t->noise = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, noise_shape(o));
    if (parts->config->noise && parts->temporal)
        t->moved_noise = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, noise_shape(o));
    if (o->captions > 0 && o->weights[TERM_LEGIBILITY] > 0)
        t->mask = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, s.h, s.w));
    if (needs_reference(parts))
        t->reference = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
    if (parts->taught)
        t->teacher = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
    if (styles > 1)
        t->mix = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, styles, 1, 1));
}

/* Terms that need a discriminator; it does not learn here. */
static void add_adversary(IdiomGraph *g, const StepParts *parts, const Tensors *t, Objective *objective)
{
    const double *weights = parts->options->weights;
    if (!parts->discriminator)
        return;
    IdiomTensor *maps[DISCRIMINATOR_MAPS], *wanted[DISCRIMINATOR_MAPS];
    IdiomTensor *logits = discriminator_build(g, parts->discriminator, parts->spectral, t->painted,
                                              parts->taught ? t->picture : NULL, t->mix, FALSE, maps);
    if (weights[TERM_ADVERSARIAL] > 0)
        objective_add(objective, term_name(TERM_ADVERSARIAL),
                      adversarial_loss(g, parts->options->gan, logits), weights[TERM_ADVERSARIAL]);
    if (weights[TERM_MATCHING] > 0) {
        discriminator_build(g, parts->discriminator, parts->spectral,
                            t->taught ? t->taught : idiom_to_planes(g, t->reference),
                            t->taught ? t->picture : NULL, t->mix, FALSE, wanted);
        objective_add(objective, term_name(TERM_MATCHING), discriminator_feature_loss(g, maps, wanted),
                      weights[TERM_MATCHING]);
    }
}

/* @noise: flat, or NULL where the generator takes none */
static IdiomTensor *paint(IdiomGraph *g, const StepParts *parts, IdiomTensor *picture, IdiomTensor *noise,
                          IdiomTensor *mix)
{
    return idiom_generator_build(g, parts->generator, parts->config, picture,
                                 noise ? idiom_to_planes(g, noise) : NULL, mix, NULL, TRUE);
}

static Objective *build_objective(IdiomGraph *g, const StepParts *parts, Tensors *t)
{
    const double *weights = parts->options->weights;
    IdiomTensor *first = idiom_to_planes(g, t->content);
    IdiomTensor *mask = t->mask ? idiom_to_planes(g, t->mask) : NULL, *flow = NULL;
    IdiomTensor *before = NULL;
    t->picture = first;
    t->picture_mask = mask;
    if (t->moved) {
        t->picture = idiom_to_planes(g, t->moved);
        flow = idiom_to_planes(g, t->flow);
        if (mask)
            t->picture_mask = idiom_warp(g, mask, flow);
        before = paint(g, parts, first, t->noise, t->mix);
    }
    t->painted = paint(g, parts, t->picture, t->moved ? t->moved_noise : t->noise, t->mix);
    t->taught = t->teacher ? idiom_to_planes(g, t->teacher) : NULL;

    IdiomTensor *content = t->taught ? t->taught : t->picture;
    Objective *objective = objective_new(parts->losses, g, t->picture, t->painted, t->taught);
    if (t->taught && weights[TERM_PIXEL] > 0)
        objective_add(objective, term_name(TERM_PIXEL), idiom_mae(g, t->painted, t->taught),
                      weights[TERM_PIXEL]);
    if (t->picture_mask)
        objective_add_legibility(objective, t->picture, t->painted, t->picture_mask,
                                 weights[TERM_LEGIBILITY]);
    objective_add_edges(objective, content, t->painted, weights[TERM_EDGES]);
    if (!t->taught)
        objective_add_strokes(objective, t->painted, weights[TERM_STROKES]);
    objective_add_line(objective, t->picture, t->painted, weights[TERM_LINE]);
    objective_add_palette(objective, t->painted, t->taught, weights[TERM_PALETTE]);
    objective_add_faces(objective, t->picture, t->painted, weights[TERM_FACES]);
    objective_add_chroma(objective, t->picture, t->painted, t->taught, weights[TERM_CHROMA]);
    if (before)
        objective_add_temporal(objective, before, flow);
    add_adversary(g, parts, t, objective);
    return objective;
}

static float *map(IdiomProgram *program, IdiomTensor *tensor)
{
    return tensor ? idiom_program_map(program, tensor) : NULL;
}

/* The generator's half, not allocated yet, and what of it matters. */
typedef struct {
    IdiomProgram *program;
    Objective *objective;
    Tensors tensors;
    IdiomTensor *gradient, *painted;
} GeneratorPlan;

static void generator_plan_clear(GeneratorPlan *plan)
{
    g_clear_pointer(&plan->objective, objective_free);
    g_clear_pointer(&plan->program, idiom_program_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GeneratorPlan, generator_plan_clear)

static gboolean plan_generator(GeneratorPlan *plan, IdiomDevice *device, const StepParts *parts,
                               GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    Tensors *t = &plan->tensors;
    declare_inputs(g, parts, t);
    plan->objective = build_objective(g, parts, t);
    plan->gradient = objective_differentiate(plan->objective, parts->generator);
    plan->painted = idiom_to_flat(g, t->painted);

    guint n_terms;
    const LossTerm *terms = objective_terms(plan->objective, &n_terms);
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, n_terms + 2);
    for (guint i = 0; i < n_terms; i++)
        outputs[i] = terms[i].value;
    outputs[n_terms] = plan->gradient;
    outputs[n_terms + 1] = plan->painted;
    plan->program = idiom_program_plan(g, outputs, n_terms + 2, error);
    return plan->program != NULL;
}

gboolean generator_step_init(GeneratorStep *step, IdiomDevice *device, const StepParts *parts, GError **error)
{
    g_auto(GeneratorPlan) plan = {0};
    *step = (GeneratorStep){0};
    if (!plan_generator(&plan, device, parts, error) || !idiom_program_allocate(plan.program, error))
        return FALSE;
    const Tensors *t = &plan.tensors;
    IdiomProgram *program = step->program = g_steal_pointer(&plan.program);
    step->objective = g_steal_pointer(&plan.objective);
    step->n_values = idiom_shape_elements(picture_shape(parts->options));
    step->n_noise = idiom_shape_elements(noise_shape(parts->options));
    step->n_styles = parts->config->styles;
    step->n_gradient = idiom_params_elements(parts->generator);
    step->content = map(program, t->content);
    step->moved = map(program, t->moved);
    step->flow = map(program, t->flow);
    step->mask = map(program, t->mask);
    step->reference = map(program, t->reference);
    step->taught = map(program, t->teacher);
    step->noise = map(program, t->noise);
    step->moved_noise = map(program, t->moved_noise);
    step->mix = map(program, t->mix);
    step->gradient = map(program, plan.gradient);
    step->painted = map(program, plan.painted);
    return TRUE;
}

void generator_step_clear(GeneratorStep *step)
{
    g_clear_pointer(&step->objective, objective_free);
    g_clear_pointer(&step->program, idiom_program_free);
}

/* The style alone. */
static void set_mix(float *mix, guint n_styles, guint style)
{
    for (guint s = 0; mix && s < n_styles; s++)
        mix[s] = s == style;
}

gboolean generator_step_run(GeneratorStep *step, const Batch *batch, GError **error)
{
    const gsize pixels = step->n_values / 3;
    memcpy(step->content, batch->content, step->n_values * sizeof(float));
    if (step->moved) {
        memcpy(step->moved, batch->moved, step->n_values * sizeof(float));
        memcpy(step->flow, batch->flow, 2 * pixels * sizeof(float));
    }
    if (step->mask)
        memcpy(step->mask, batch->mask, pixels * sizeof(float));
    if (step->reference)
        memcpy(step->reference, batch->reference, step->n_values * sizeof(float));
    if (step->taught)
        memcpy(step->taught, step->moved ? batch->taught_moved : batch->taught,
               step->n_values * sizeof(float));
    if (step->noise)
        memcpy(step->noise, batch->field, step->n_noise * sizeof(float));
    if (step->moved_noise)
        memcpy(step->moved_noise, batch->field_moved, step->n_noise * sizeof(float));
    set_mix(step->mix, step->n_styles, batch->style);
    objective_set_style(step->objective, step->program, batch->style);
    idiom_program_refresh(step->program); /* the discriminator has learned */
    return idiom_program_run(step->program, error);
}

/* --- the discriminator's half --------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    IdiomTensor *real_pictures, *fake_pictures, *photos, *mix;
    IdiomTensor *gradient, *losses[2], *winning;
} DiscriminatorPlan;

static gboolean plan_discriminator(DiscriminatorPlan *plan, IdiomDevice *device, const StepParts *parts,
                                   GError **error)
{
    const Gan gan = parts->options->gan;
    const IdiomShape shape = picture_shape(parts->options);
    const guint styles = parts->config->styles;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    plan->real_pictures = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    plan->fake_pictures = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    if (parts->taught)
        plan->photos = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    if (styles > 1)
        plan->mix = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, styles, 1, 1));
    IdiomTensor *photos = plan->photos ? idiom_to_planes(g, plan->photos) : NULL;
    IdiomTensor *inputs[] = {plan->real_pictures, plan->fake_pictures}, *logits[2];
    for (guint i = 0; i < 2; i++)
        logits[i] = discriminator_build(g, parts->discriminator, parts->spectral,
                                        idiom_to_planes(g, inputs[i]), photos, plan->mix, TRUE, NULL);
    plan->losses[0] = discriminator_loss_real(g, gan, logits[0]);
    plan->losses[1] = discriminator_loss_fake(g, gan, logits[1]);
    plan->winning = discriminator_winning(g, logits[0], logits[1]);
    const double weights[] = {1, 1};
    plan->gradient = idiom_graph_differentiate(g, plan->losses, weights, 2, parts->discriminator);
    IdiomTensor *outputs[] = {plan->losses[0], plan->losses[1], plan->gradient, plan->winning};
    plan->program = idiom_program_plan(g, outputs, G_N_ELEMENTS(outputs), error);
    return plan->program != NULL;
}

gboolean discriminator_step_init(DiscriminatorStep *step, IdiomDevice *device, const StepParts *parts,
                                 GError **error)
{
    DiscriminatorPlan plan = {0};
    *step = (DiscriminatorStep){0};
    if (!plan_discriminator(&plan, device, parts, error))
        return FALSE;
    IdiomProgram *program = step->program = plan.program;
    if (!idiom_program_allocate(program, error))
        return FALSE;
    step->n_values = idiom_shape_elements(picture_shape(parts->options));
    step->n_styles = parts->config->styles;
    step->n_gradient = idiom_params_elements(parts->discriminator);
    step->real_pictures = map(program, plan.real_pictures);
    step->fake_pictures = map(program, plan.fake_pictures);
    step->photos = map(program, plan.photos);
    step->mix = map(program, plan.mix);
    step->gradient = map(program, plan.gradient);
    step->real = map(program, plan.losses[0]);
    step->fake = map(program, plan.losses[1]);
    step->winning = map(program, plan.winning);
    return TRUE;
}

void discriminator_step_clear(DiscriminatorStep *step)
{
    g_clear_pointer(&step->program, idiom_program_free);
}

gboolean discriminator_step_run(DiscriminatorStep *step, const float *real, const float *fake,
                                const float *photos, guint style, GError **error)
{
    memcpy(step->real_pictures, real, step->n_values * sizeof(float));
    memcpy(step->fake_pictures, fake, step->n_values * sizeof(float));
    if (step->photos)
        memcpy(step->photos, photos, step->n_values * sizeof(float));
    set_mix(step->mix, step->n_styles, style);
    return idiom_program_run(step->program, error);
}

/* --- both ----------------------------------------------------------------------------------------- */

gboolean steps_cost(IdiomDevice *device, const StepParts *parts, StepCost *cost, GError **error)
{
    g_auto(GeneratorPlan) generator = {0};
    if (!plan_generator(&generator, device, parts, error))
        return FALSE;
    *cost = (StepCost){idiom_program_memory(generator.program), idiom_program_flops(generator.program)};
    if (!parts->discriminator)
        return TRUE;
    DiscriminatorPlan discriminator = {0};
    if (!plan_discriminator(&discriminator, device, parts, error))
        return FALSE;
    cost->memory += idiom_program_memory(discriminator.program);
    cost->flops += idiom_program_flops(discriminator.program);
    idiom_program_free(discriminator.program);
    return TRUE;
}
