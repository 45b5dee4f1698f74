/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static IdiomShape gram_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(in[0]->shape.n, 1, in[0]->shape.c, in[0]->shape.c);
}

static void gram_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *x = in[0], *center = in[1], out = {.shape = gram_shape(a, in)};
    gsize hw = (gsize)x->shape.h * x->shape.w;
    for (guint n = 0; n < x->shape.n; n++)
        for (guint i = 0; i < x->shape.c; i++)
            for (guint j = 0; j < x->shape.c; j++)
                for (gsize p = 0; p < hw; p++) {
                    gsize xi = at(x, n, i, 0, 0) + p, xj = at(x, n, j, 0, 0) + p;
                    gsize o = at(&out, n, 0, i, j);
                    emit(s, 0, o, xi, (x->v[xj] - (center ? center->v[j] : 0)) / (double)hw);
                    emit(s, 0, o, xj, (x->v[xi] - (center ? center->v[i] : 0)) / (double)hw);
                }
}

static void gram_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    const Ref *x = in[0], *center = in[1];
    gsize hw = (gsize)x->shape.h * x->shape.w;
    FOR_SHAPE(out->shape, n, one, i, j)
    {
        const double *u = x->v + at(x, n, i, 0, 0), *v = x->v + at(x, n, j, 0, 0);
        double sum = 0, mu = center ? center->v[i] : 0, mv = center ? center->v[j] : 0;
        for (gsize p = 0; p < hw; p++)
            sum += (u[p] - mu) * (v[p] - mv);
        out->v[at(out, n, one, i, j)] = sum / (double)hw;
    }
}

static const RefRule ref_gram = {gram_shape, gram_entries, .value = gram_value};

static double gram_flops(const RefArgs *a, const Operand *in)
{
    (void)a;
    IdiomShape x = in[0].shape;
    return 2.0 * x.n * x.c * x.c * x.h * x.w;
}

/* clang-format off */
OP(gram, "gram", ref_gram, idiom_gram(g, in[0], in[1]), {"x", "center"}, .fp32_only = TRUE, .flops = gram_flops)
/* clang-format on */

static void add_gram(Checks *checks, IdiomShape x, gboolean center)
{
    add_case(checks, &check_gram, (RefArgs){0}, "",
             OPERANDS(PLANES(x, FILL_SIGNED), center ? FIXED(IDIOM_SHAPE(1, x.c, 1, 1), FILL_SIGNED) : NONE));
}

CASES(gram)
{
    static const IdiomShape grams[] = {{1, 1, 1, 1},  {1, 3, 5, 7},    {3, 5, 9, 33},  {1, 19, 17, 8},
                                       {2, 47, 3, 3}, {1, 64, 12, 33}, {1, 16, 47, 61}};
    for (guint i = 0; i < G_N_ELEMENTS(grams); i++)
        add_gram(checks, grams[i], i % 2);
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape x = random_shape(checks, 40, 20, 40);
        add_gram(checks, x, random_uint(checks, 0, 1) != 0);
    }
    add_bench(checks, &check_gram, (RefArgs){0}, "",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 64, 192, 192), FILL_SIGNED), NONE));
    add_bench(checks, &check_gram, (RefArgs){0}, "",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 128, 48, 48), FILL_SIGNED), NONE));
}
