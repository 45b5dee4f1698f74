/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "steps.h"

#include <idiom-unstable/program.h>

static char *average_steps(IdiomDevice *device, IdiomPrecision precision)
{
    (void)precision;
    static const float decays[] = {0, 0.999F, 0.5F};
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = steps_params(device), average = steps_params(device);
    gsize count = idiom_params_elements(params);
    IdiomShape all = {1, 1, 1, (guint)count};
    g_autoptr(Ref) p_ref = ref_new(all), a_ref = ref_new(all);
    g_autofree float *values = g_new(float, count);
    GRand *random = g_rand_new_with_seed(8);

    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *decay = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    idiom_average(g, average, params, decay);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, NULL, 0, &error);

    for (guint step = 0; program && step < G_N_ELEMENTS(decays); step++) {
        *(float *)idiom_program_map(program, decay) = decays[step];
        for (gsize i = 0; i < count; i++) {
            p_ref->v[i] = values[i] = (float)g_rand_double_range(random, -1, 1);
            a_ref->v[i] += (1 - (double)decays[step]) * (p_ref->v[i] - a_ref->v[i]);
        }
        if (!idiom_params_write(params, values, &error) || !idiom_program_run(program, &error))
            break;
    }
    g_rand_free(random);
    if (error)
        return g_strdup(error->message);
    char *message = steps_compare(average, "average", a_ref);
    return message ? message : steps_compare(params, "parameter", p_ref);
}

CASES(average)
{
    static const OpCheck average = {"average", .fp32_only = TRUE, .check = average_steps};
    add_case(checks, &average, (RefArgs){0}, "three steps", 0, NULL);
}
