/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "run.h"

#include <idiom-unstable/program.h>

#include <math.h>

/* sigma = |W^T u|; v, of as many elements as W has columns, is W^T u / sigma */
static double singular_value(const Ref *weight, const Ref *u, double *v)
{
    const gsize rows = weight->shape.n, columns = elements(weight) / rows;
    double square = 0;
    for (gsize j = 0; j < columns; j++) {
        v[j] = 0;
        for (gsize i = 0; i < rows; i++)
            v[j] += weight->v[i * columns + j] * u->v[i];
        square += v[j] * v[j];
    }
    for (gsize j = 0; j < columns; j++)
        v[j] /= sqrt(square);
    return sqrt(square);
}

static void spectral_norm_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    g_autofree double *v = g_new(double, elements(in[0]) / in[0]->shape.n);
    double sigma = singular_value(in[0], in[1], v);
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = in[0]->v[i] / sigma;
}

/* The derivative of W[i] / sigma by W[j] is [i = j] / sigma - W[i] / sigma^2 u v^T[j]. */
static void spectral_norm_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    (void)a;
    const gsize columns = elements(in[0]) / in[0]->shape.n;
    g_autofree double *v = g_new(double, columns);
    double sigma = singular_value(in[0], in[1], v), dot = 0;
    for (gsize i = 0; i < elements(in[0]); i++)
        dot += out_gradient->v[i] * in[0]->v[i];
    for (gsize i = 0; i < elements(in[0]); i++)
        in_gradient[0]->v[i] +=
            out_gradient->v[i] / sigma - dot / (sigma * sigma) * in[1]->v[i / columns] * v[i % columns];
}

static const RefRule ref_spectral_norm = {same_shape, .forward = spectral_norm_forward,
                                          .backward = spectral_norm_backward};

/* clang-format off */
OP(spectral_norm, "spectral_norm", ref_spectral_norm, idiom_spectral_norm(g, in[0], in[1]), {"weight", "u"},
   .fp32_only = TRUE)
/* clang-format on */

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

static char *iterate_steps(IdiomDevice *device, IdiomPrecision precision)
{
    (void)precision;
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
    for (guint step = 0; program && step < 3; step++) {
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

static const OpCheck check_iterate = {"spectral_iterate", .fp32_only = TRUE, .check = iterate_steps};

CASES(spectral_norm)
{
    static const IdiomShape weights[] = {
        {1, 1, 1, 1}, {1, 96, 3, 3}, {24, 3, 4, 4}, {5, 7, 1, 3}, {67, 1, 1, 1}, {130, 19, 3, 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(weights); i++) {
        add_case(
            checks, &check_spectral_norm, (RefArgs){0}, "",
            OPERANDS(PARAM(weights[i], FILL_SIGNED), FIXED(IDIOM_SHAPE(1, weights[i].n, 1, 1), FILL_SIGNED)));
        add_case(
            checks, &check_spectral_norm, (RefArgs){0}, "computed",
            OPERANDS(FLAT(weights[i], FILL_SIGNED), FIXED(IDIOM_SHAPE(1, weights[i].n, 1, 1), FILL_SIGNED)));
    }
    add_case(checks, &check_iterate, (RefArgs){0}, "three steps", 0, NULL);
}
