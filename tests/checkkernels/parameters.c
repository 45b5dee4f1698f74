/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parameters.h"
#include "run.h"

#include <math.h>
#include <string.h>

#include <idiom-unstable/program.h>

#define STEPS 3

/* Two tensors, so that the whole array is longer than each and than a multiple of four. */
static const IdiomShape tensors[] = {{5, 3, 3, 3}, {1, 67, 1, 1}};

static IdiomParams *make_params(IdiomDevice *device)
{
    IdiomParams *params = idiom_params_new(device);
    for (guint i = 0; i < G_N_ELEMENTS(tensors); i++) {
        g_autofree char *name = g_strdup_printf("tensor%u", i);
        idiom_params_add(params, name, tensors[i], NULL);
    }
    return params;
}

static char *compare(IdiomParams *params, const char *what, const Ref *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree float *values = g_new(float, idiom_params_elements(params));
    if (!idiom_params_read(params, values, &error))
        return g_strdup(error->message);
    return run_compare(what, expected, values, 1, 1e-6);
}

char *check_adam_steps(IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = make_params(device), m = make_params(device), v = make_params(device);
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

    for (guint step = 1; program && step <= STEPS; step++) {
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
    char *message = compare(params, "parameter", p_ref);
    if (!message)
        message = compare(m, "first moment", m_ref);
    if (!message)
        message = compare(v, "second moment", v_ref);
    return message;
}

char *check_average_steps(IdiomDevice *device)
{
    static const float decays[STEPS] = {0, 0.999F, 0.5F};
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = make_params(device), average = make_params(device);
    gsize count = idiom_params_elements(params);
    IdiomShape all = {1, 1, 1, (guint)count};
    g_autoptr(Ref) p_ref = ref_new(all), a_ref = ref_new(all);
    g_autofree float *values = g_new(float, count);
    GRand *random = g_rand_new_with_seed(8);

    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *decay = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    idiom_average(g, average, params, decay);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, NULL, 0, &error);

    for (guint step = 0; program && step < STEPS; step++) {
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
    char *message = compare(average, "average", a_ref);
    return message ? message : compare(params, "parameter", p_ref);
}

/* u = W W^T u / |W W^T u| */
static void iterate(const Ref *weight, Ref *u)
{
    const gsize rows = weight->shape.n, columns = idiom_shape_elements(weight->shape) / rows;
    g_autofree double *v = g_new0(double, columns);
    double square = 0;
    for (gsize i = 0; i < rows; i++)
        for (gsize j = 0; j < columns; j++)
            v[j] += weight->v[i * columns + j] * u->v[i];
    for (gsize i = 0; i < rows; i++) {
        u->v[i] = 0;
        for (gsize j = 0; j < columns; j++)
            u->v[i] += weight->v[i * columns + j] * v[j];
        square += u->v[i] * u->v[i];
    }
    for (gsize i = 0; i < rows; i++)
        u->v[i] /= sqrt(square);
}

char *check_iterate_steps(IdiomDevice *device)
{
    const IdiomShape shape = {13, 5, 3, 3};
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    g_autoptr(Ref) weight = ref_new(shape), u = ref_new(IDIOM_SHAPE(1, shape.n, 1, 1));
    g_autofree float *values = g_new(float, idiom_shape_elements(shape));
    GRand *random = g_rand_new_with_seed(9);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++)
        weight->v[i] = values[i] = (float)g_rand_double_range(random, -1, 1);
    g_rand_free(random);
    idiom_params_add(params, "weight", shape, values);
    for (guint i = 0; i < shape.n; i++)
        u->v[i] = values[i] = 1 / sqrtf((float)shape.n);
    idiom_params_add(params, "u", u->shape, values);

    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *weight_in = idiom_graph_param(g, params, "weight", TRUE);
    IdiomTensor *u_in = idiom_graph_param(g, params, "u", FALSE);
    idiom_spectral_iterate(g, weight_in, u_in);
    idiom_spectral_iterate(g, weight_in, u_in); /* is the same step */
    IdiomTensor *normal = idiom_spectral_norm(g, weight_in, u_in);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &normal, 1, &error);

    g_autofree float *all = g_new(float, idiom_params_elements(params));
    g_autoptr(Ref) expected = NULL;
    for (guint step = 0; program && step < STEPS; step++) {
        iterate(weight, u);
        if (!idiom_program_run(program, &error) || !idiom_params_read(params, all, &error))
            break;
        char *message = run_compare("u", u, all + idiom_params_offset(params, 1), shape.n, 1e-5);
        g_clear_pointer(&expected, ref_free);
        expected = ref_forward(&ref_spectral_norm, NULL, (Ref *[]){weight, u});
        if (!message)
            message =
                run_compare("normalized weight", expected, idiom_program_map(program, normal), shape.c, 1e-5);
        if (message)
            return message;
    }
    return error ? g_strdup(error->message) : NULL;
}
