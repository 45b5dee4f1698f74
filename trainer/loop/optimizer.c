/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/optimizer.h"

#include <idiom-unstable/ops.h>
#include <string.h>

#define WARM_UP_STEPS 20
#define DECAY_FROM 0.6 /* from here the learning rate falls */
#define DECAY_TO 0.05

double optimizer_rate(double rate, guint64 step, double progress)
{
    const double warm = rate * MIN(1, ((double)step + 1) / WARM_UP_STEPS);
    const double past = (progress - DECAY_FROM) / (1 - DECAY_FROM);
    return past > 0 ? warm * (1 - (1 - DECAY_TO) * past) : warm;
}

/* An empty set with the names and shapes of @params: a moment of Adam. */
static IdiomParams *zeros_like(IdiomDevice *device, const IdiomParams *params)
{
    IdiomParams *zeros = idiom_params_new(device);
    for (guint i = 0; i < idiom_params_count(params); i++)
        idiom_params_add(zeros, idiom_params_name(params, i), idiom_params_shape(params, i), NULL);
    return zeros;
}

gboolean optimizer_init(Optimizer *o, IdiomDevice *device, IdiomParams *params, const AdamOptions *adam,
                        IdiomParams *average, double decay, GError **error)
{
    *o = (Optimizer){.params = idiom_params_ref(params),
                     .m = zeros_like(device, params),
                     .v = zeros_like(device, params),
                     .beta1 = adam->beta1,
                     .beta2 = adam->beta2,
                     .average = average ? idiom_params_ref(average) : NULL,
                     .decay = decay};
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *gradient =
        idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, idiom_params_elements(params)));
    IdiomTensor *hyper = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 5, 1, 1));
    idiom_adam(g, o->params, gradient, o->m, o->v, hyper);
    IdiomTensor *keep = NULL;
    if (average) {
        keep = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
        idiom_average(g, o->average, o->params, keep);
    }
    o->program = idiom_program_new(g, NULL, 0, error);
    if (!o->program)
        return FALSE;
    o->gradient = idiom_program_map(o->program, gradient);
    o->hyper = idiom_program_map(o->program, hyper);
    o->keep = keep ? idiom_program_map(o->program, keep) : NULL;
    return TRUE;
}

void optimizer_clear(Optimizer *o)
{
    g_clear_pointer(&o->program, idiom_program_free);
    g_clear_pointer(&o->params, idiom_params_unref);
    g_clear_pointer(&o->m, idiom_params_unref);
    g_clear_pointer(&o->v, idiom_params_unref);
    g_clear_pointer(&o->average, idiom_params_unref);
}

gboolean optimizer_step(Optimizer *o, const float *gradient, double learning_rate, GError **error)
{
    memcpy(o->gradient, gradient, idiom_params_elements(o->params) * sizeof *gradient);
    const double hyper[5] = {learning_rate, o->beta1, o->beta2, 1e-8, (double)++o->steps};
    for (guint i = 0; i < G_N_ELEMENTS(hyper); i++)
        o->hyper[i] = (float)hyper[i];
    /* The weights move fast at first: the average then spans a tenth of the steps taken. */
    if (o->keep)
        *o->keep = (float)MIN(o->decay, (double)o->steps / (double)(o->steps + 10));
    return idiom_program_run(o->program, error);
}
