/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <math.h>

static void mean_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, 0, i, 1.0 / (double)elements(in[0]));
}

static const RefRule ref_mean = {scalar_shape, mean_entries, .linear = 1};

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

/* Element @i of the thing averaged: one tensor or the difference of two. */
static double residue(Ref *const *in, gsize i)
{
    return in[0]->v[i] - (in[1] ? in[1]->v[i] : 0);
}

static void square_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double count = (double)elements(in[0]);
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, 0, i, 2 * residue(in, i) / count);
        emit(s, 1, 0, i, -2 * residue(in, i) / count);
    }
}

static void square_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += residue(in, i) * residue(in, i) / (double)elements(in[0]);
}

static void abs_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double count = (double)elements(in[0]);
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, 0, i, sign(residue(in, i)) / count);
        emit(s, 1, 0, i, -sign(residue(in, i)) / count);
    }
}

static void abs_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += fabs(residue(in, i)) / (double)elements(in[0]);
}

static const RefRule ref_mean_square = {scalar_shape, square_entries, .value = square_value};
static const RefRule ref_mean_abs = {scalar_shape, abs_entries, .value = abs_value};
static const RefRule ref_mse = {scalar_shape, square_entries, .value = square_value};
static const RefRule ref_mae = {scalar_shape, abs_entries, .value = abs_value};

static double square_norm(const Ref *t)
{
    double sum = 0;
    for (gsize i = 0; i < elements(t); i++)
        sum += t->v[i] * t->v[i];
    return sum;
}

static void gram_distance_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize size = elements(in[1]);
    double scale = in[0]->shape.n * square_norm(in[1]);
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, 0, i, 2 * (in[0]->v[i] - in[1]->v[i % size]) / scale);
}

static void gram_distance_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    gsize size = elements(in[1]);
    double scale = in[0]->shape.n * square_norm(in[1]);
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += pow(in[0]->v[i] - in[1]->v[i % size], 2) / scale;
}

static const RefRule ref_gram_distance = {scalar_shape, gram_distance_entries, .value = gram_distance_value};

/* clang-format off */
OP(mean, "mean", ref_mean, idiom_mean(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mean_square, "mean_square", ref_mean_square, idiom_mean_square(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mean_abs, "mean_abs", ref_mean_abs, idiom_mean_abs(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mse, "mse", ref_mse, idiom_mse(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
OP(mae, "mae", ref_mae, idiom_mae(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
OP(gram_distance, "gram_distance", ref_gram_distance, idiom_gram_distance(g, in[0], in[1]),
   {"gram", "target"}, .fp32_only = TRUE)
/* clang-format on */

CASES(reduce)
{
    static const OpCheck *const one[] = {&check_mean, &check_mean_square, &check_mean_abs};
    static const OpCheck *const two[] = {&check_mse, &check_mae};
    static const IdiomShape pictures[] = {{1, 1, 1, 1}, {3, 5, 9, 33}, {1, 3, 37, 131}, {2, 47, 3, 3}};

    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++) {
        Operand x = PLANES(pictures[i], FILL_SIGNED);
        for (guint k = 0; k < G_N_ELEMENTS(one); k++)
            add_case(checks, one[k], (RefArgs){0}, "", OPERANDS(x));
        for (guint k = 0; k < G_N_ELEMENTS(two); k++)
            add_case(checks, two[k], (RefArgs){0}, "", OPERANDS(x, x));
    }
    static const guint channels[] = {1, 3, 19, 64};
    for (guint i = 0; i < G_N_ELEMENTS(channels); i++)
        add_case(checks, &check_gram_distance, (RefArgs){0}, "",
                 OPERANDS(FLAT(IDIOM_SHAPE(1 + i % 3, 1, channels[i], channels[i]), FILL_SIGNED),
                          FIXED(IDIOM_SHAPE(1, 1, channels[i], channels[i]), FILL_SIGNED)));
    FOR_RANDOM(checks, 3, i)
    {
        const Operand x = PLANES(random_shape(checks, 20, 40, 90), FILL_SIGNED);
        add_case(checks, one[random_uint(checks, 0, 2)], (RefArgs){0}, "", OPERANDS(x));
        add_case(checks, two[random_uint(checks, 0, 1)], (RefArgs){0}, "", OPERANDS(x, x));
    }
    const Operand large = PLANES(IDIOM_SHAPE(1, 32, 180, 320), FILL_SIGNED);
    add_bench(checks, &check_mse, (RefArgs){0}, "", OPERANDS(large, large));
}
