/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "reference/activation.h"

#include <math.h>

/* Weight of style @s for picture @n. */
static double style_weight(Ref *const *in, guint n, guint s)
{
    if (!in[3])
        return 1;
    return in[3]->v[(in[3]->shape.n == 1 ? 0 : n) * in[3]->shape.c + s];
}

/* Normalized values, slope of the normalization and mixed parameters of plane (n, c). */
static void normalize_plane(Ref *const *in, guint n, guint c, double *normal, double *inverse, double *gamma,
                            double *beta)
{
    const Ref *x = in[0];
    gsize hw = (gsize)x->shape.h * x->shape.w;
    const double *v = x->v + at(x, n, c, 0, 0);
    double mean = ref_plane_mean(v, hw);
    *inverse = 1 / sqrt(ref_plane_variance(v, hw) + 1e-5);
    for (gsize i = 0; i < hw; i++)
        normal[i] = (v[i] - mean) * *inverse;
    *gamma = *beta = 0;
    for (guint s = 0; s < in[1]->shape.n; s++) {
        *gamma += style_weight(in, n, s) * in[1]->v[s * x->shape.c + c];
        *beta += style_weight(in, n, s) * in[2]->v[s * x->shape.c + c];
    }
}

static void instance_norm_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    IdiomShape shape = in[0]->shape;
    gsize hw = (gsize)shape.h * shape.w;
    g_autofree double *normal = g_new(double, hw);
    out->pre = g_new(double, elements(out));
    for (guint n = 0; n < shape.n; n++)
        for (guint c = 0; c < shape.c; c++) {
            double inverse, gamma, beta;
            gsize first = at(out, n, c, 0, 0);
            normalize_plane(in, n, c, normal, &inverse, &gamma, &beta);
            for (gsize i = 0; i < hw; i++) {
                out->pre[first + i] = gamma * normal[i] + beta;
                out->v[first + i] =
                    ref_activate(out->pre[first + i], a->act) + (in[4] ? in[4]->v[first + i] : 0);
            }
        }
}

static void instance_norm_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    IdiomShape shape = in[0]->shape;
    gsize hw = (gsize)shape.h * shape.w;
    g_autofree double *normal = g_new(double, hw), *d = g_new(double, hw);
    for (guint n = 0; n < shape.n; n++)
        for (guint c = 0; c < shape.c; c++) {
            double inverse, gamma, beta, sum = 0, sum_normal = 0;
            gsize first = at(out_gradient, n, c, 0, 0);
            normalize_plane(in, n, c, normal, &inverse, &gamma, &beta);
            for (gsize i = 0; i < hw; i++) {
                d[i] = out_gradient->v[first + i] * ref_activate_slope(gamma * normal[i] + beta, a->act);
                sum += d[i];
                sum_normal += d[i] * normal[i];
            }
            for (gsize i = 0; i < hw; i++) {
                if (in_gradient[0])
                    in_gradient[0]->v[first + i] +=
                        gamma * inverse * (d[i] - (sum + normal[i] * sum_normal) / (double)hw);
                if (in_gradient[4])
                    in_gradient[4]->v[first + i] += out_gradient->v[first + i];
            }
            for (guint s = 0; s < in[1]->shape.n; s++) {
                if (in_gradient[1])
                    in_gradient[1]->v[s * shape.c + c] += style_weight(in, n, s) * sum_normal;
                if (in_gradient[2])
                    in_gradient[2]->v[s * shape.c + c] += style_weight(in, n, s) * sum;
            }
        }
}

static const RefRule ref_instance_norm = {same_shape, .forward = instance_norm_forward,
                                          .backward = instance_norm_backward};

/* clang-format off */
/* a picture of few pixels may be nearly constant: its deviation from the mean is scaled up */
OP(instance_norm, "instance_norm", ref_instance_norm,
   idiom_instance_norm(g, in[0], in[1], in[2], in[3], in[4], a->act, NULL),
   {"x", "gamma", "beta", "mix", "residual"}, .loose = 10)
/* clang-format on */

typedef struct {
    IdiomShape x;
    guint styles, mix_n; /* mix_n 0: no mix */
    gboolean residual;
    IdiomActivation act;
    Fill fill;
} Norm;

static void add_norm(Checks *checks, const Norm *norm)
{
    const IdiomShape x = norm->x, row = {norm->styles, x.c, 1, 1}, mix = {norm->mix_n, norm->styles, 1, 1};
    add_case(checks, &check_instance_norm, (RefArgs){.act = norm->act}, ref_activation_name(norm->act),
             OPERANDS(PLANES(x, norm->fill), PARAM(row, FILL_SIGNED), PARAM(row, FILL_SIGNED),
                      norm->mix_n ? FIXED(mix, FILL_POSITIVE) : NONE,
                      norm->residual ? PLANES(x, FILL_SIGNED) : NONE));
}

CASES(instance_norm)
{
    static const Norm norms[] = {
        {{1, 1, 1, 1}, 1, 0, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{1, 3, 5, 7}, 1, 0, FALSE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 3, 1, 2}, 1, 0, TRUE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{3, 5, 9, 33}, 1, 0, TRUE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 32, 45, 83}, 1, 0, FALSE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 32, 17, 40}, 1, 0, TRUE, IDIOM_ACT_NONE, FILL_SHIFTED},
        {{3, 19, 8, 9}, 4, 1, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{3, 16, 8, 9}, 2, 3, TRUE, IDIOM_ACT_LEAKY, FILL_SIGNED},
        {{2, 47, 3, 165}, 3, 2, FALSE, IDIOM_ACT_TANH, FILL_SHIFTED},
        {{2, 4, 6, 6}, 1, 1, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{2, 7, 6, 37}, 1, 0, TRUE, IDIOM_ACT_HARDSWISH, FILL_SIGNED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(norms); i++)
        add_norm(checks, &norms[i]);
    FOR_RANDOM(checks, 4, i)
    {
        Norm norm = {.x = random_shape(checks, 40, 30, 60), .styles = random_uint(checks, 1, 3)};
        norm.mix_n = norm.styles == 1 ? 0 : random_uint(checks, 0, 1) ? norm.x.n : 1;
        norm.residual = random_uint(checks, 0, 1) != 0;
        norm.act = random_uint(checks, 0, ref_activations_count - 1);
        norm.x.w += 8; /* the deviation of a few pixels may be near zero */
        add_norm(checks, &norm);
    }
    const Operand x = PLANES(IDIOM_SHAPE(1, 32, 90, 160), FILL_SIGNED);
    const Operand row = PARAM(IDIOM_SHAPE(1, 32, 1, 1), FILL_SIGNED);
    add_bench(checks, &check_instance_norm, (RefArgs){.act = IDIOM_ACT_RELU}, "relu",
              OPERANDS(x, row, row, NONE, NONE));
    add_bench(checks, &check_instance_norm, (RefArgs){0}, "", OPERANDS(x, row, row, NONE, x));
}
