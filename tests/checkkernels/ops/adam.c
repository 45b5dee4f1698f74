/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "steps.h"

#include <idiom-unstable/program.h>

#include <math.h>
#include <string.h>

static char *adam_steps(IdiomDevice *device, IdiomPrecision precision)
{
    (void)precision;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = steps_params(device), m = steps_params(device), v = steps_params(device);
    gsize count = idiom_params_elements(params);
    IdiomShape all = {1, 1, 1, (guint)count};
    g_autoptr(Ref) p_ref = ref_new(all), m_ref = ref_new(all), v_ref = ref_new(all);
    const float hyper[4] = {0.01F, 0.9F, 0.999F, 1e-8F};
    GRand *random = g_rand_new_with_seed(7);

    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *gradient_in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, all);
    IdiomTensor *hyper_in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 5, 1, 1));
    idiom_adam(g, params, gradient_in, m, v, hyper_in);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, NULL, 0, &error);

    for (guint step = 1; program && step <= 3; step++) {
        float *gradient = idiom_program_map(program, gradient_in), *h = idiom_program_map(program, hyper_in);
        memcpy(h, hyper, sizeof hyper);
        h[4] = (float)step;
        for (gsize i = 0; i < count; i++) {
            double d = gradient[i] = (float)g_rand_double_range(random, -1, 1);
            m_ref->v[i] = hyper[1] * m_ref->v[i] + (1 - hyper[1]) * d;
            v_ref->v[i] = hyper[2] * v_ref->v[i] + (1 - hyper[2]) * d * d;
            double mean = m_ref->v[i] / (1 - pow(hyper[1], step));
            double square = v_ref->v[i] / (1 - pow(hyper[2], step));
            p_ref->v[i] -= hyper[0] * mean / (sqrt(square) + hyper[3]);
        }
        if (!idiom_program_run(program, &error))
            break;
    }
    g_rand_free(random);
    if (error)
        return g_strdup(error->message);
    char *message = steps_compare(params, "parameter", p_ref);
    if (!message)
        message = steps_compare(m, "first moment", m_ref);
    if (!message)
        message = steps_compare(v, "second moment", v_ref);
    return message;
}

CASES(adam)
{
    static const OpCheck adam = {"adam", .fp32_only = TRUE, .check = adam_steps};
    add_case(checks, &adam, (RefArgs){0}, "three steps", 0, NULL);
}
