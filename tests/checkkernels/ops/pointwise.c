/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "reference/activation.h"

#include <math.h>

/* Index into @t, whose n, h, w may be 1 and are then repeated. */
static gsize repeated(const Ref *t, guint n, guint c, guint y, guint x)
{
    return at(t, t->shape.n == 1 ? 0 : n, c, t->shape.h == 1 ? 0 : y, t->shape.w == 1 ? 0 : x);
}

static void sum_entries(Ref *const *in, RefSink *s, double sign)
{
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x);
        emit(s, 0, i, i, 1);
        emit(s, 1, i, repeated(in[1], n, c, y, x), sign);
    }
}

static void add_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    sum_entries(in, s, 1);
}

static void sub_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    sum_entries(in, s, -1);
}

static void mul_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x), j = repeated(in[1], n, c, y, x);
        emit(s, 0, i, i, in[1]->v[j]);
        emit(s, 1, i, j, in[0]->v[i]);
    }
}

static const RefRule ref_add = {same_shape, add_entries, .linear = 3};
static const RefRule ref_sub = {same_shape, sub_entries, .linear = 3};
static const RefRule ref_mul = {same_shape, mul_entries, .linear = 1};

static void affine_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, a->f[0]);
}

static void affine_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = a->f[0] * in[0]->v[i] + a->f[1];
}

static const RefRule ref_affine = {same_shape, affine_entries, .value = affine_value};

static void channel_affine_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x);
        emit(s, 0, i, i, in[1]->v[c]);
        emit(s, 2, i, c, 1);
    }
}

static const RefRule ref_channel_affine = {same_shape, channel_affine_entries, .linear = 1 | 4};

static void mix_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double t = in[2]->v[0];
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, i, i, 1 - t);
        emit(s, 1, i, i, t);
    }
}

static const RefRule ref_mix = {same_shape, mix_entries, .linear = 3};

static void power_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, a->f[0] * pow(fmax(in[0]->v[i], 1e-20), a->f[0] - 1));
}

static void power_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = pow(fmax(in[0]->v[i], 1e-20), a->f[0]);
}

static const RefRule ref_power = {same_shape, power_entries, .value = power_value};

/* clang-format off */
OP(add, "add", ref_add, idiom_add(g, in[0], in[1]), {"a", "b"})
OP(sub, "sub", ref_sub, idiom_sub(g, in[0], in[1]), {"a", "b"})
OP(mul, "mul", ref_mul, idiom_mul(g, in[0], in[1]), {"a", "b"})
OP(affine, "affine", ref_affine, idiom_affine(g, in[0], a->f[0], a->f[1]), {"a"})
OP(channel_affine, "channel_affine", ref_channel_affine, idiom_channel_affine(g, in[0], in[1], in[2]),
   {"a", "scale", "offset"})
OP(mix, "mix", ref_mix, idiom_mix(g, in[0], in[1], in[2]), {"a", "b", "t"})
OP(activation, "activation", ref_identity, idiom_activation(g, in[0], a->act), {"a"})
OP(power, "power", ref_power, idiom_power(g, in[0], a->f[0]), {"a"})
/* clang-format on */

CASES(pointwise)
{
    static const OpCheck *const binary[] = {&check_add, &check_sub, &check_mul};

    for (guint i = 0; i < G_N_ELEMENTS(binary); i++) {
        FOR_SHAPES(s)
        add_case(checks, binary[i], (RefArgs){0}, "",
                 OPERANDS(PLANES(*s, FILL_SIGNED), PLANES(*s, FILL_SIGNED)));
        IdiomShape a = {3, 5, 9, 33};
        const IdiomShape b[] = {{1, 5, 9, 33}, {3, 5, 1, 1}, {1, 5, 1, 1}};
        for (guint k = 0; k < G_N_ELEMENTS(b); k++)
            add_case(checks, binary[i], (RefArgs){0}, "",
                     OPERANDS(PLANES(a, FILL_SIGNED), PLANES(b[k], FILL_SIGNED)));
    }
    FOR_SHAPES(s)
    add_case(checks, &check_affine, (RefArgs){.f = {-2.5, 0.75}}, "", OPERANDS(PLANES(*s, FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(checks, &check_channel_affine, (RefArgs){0}, "",
             OPERANDS(PLANES(*s, FILL_SIGNED), FIXED(IDIOM_SHAPE(1, s->c, 1, 1), FILL_SIGNED),
                      FIXED(IDIOM_SHAPE(1, s->c, 1, 1), FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(checks, &check_mix, (RefArgs){0}, "",
             OPERANDS(PLANES(*s, FILL_SIGNED), PLANES(*s, FILL_SIGNED),
                      FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_POSITIVE)));
    for (IdiomActivation act = IDIOM_ACT_NONE; act < ref_activations_count; act++)
        for (guint i = 0; i < 3; i++)
            add_case(checks, &check_activation, (RefArgs){.act = act}, ref_activation_name(act),
                     OPERANDS(PLANES(common_shapes[i], i == 1 ? FILL_SHIFTED : FILL_WIDE)));
    static const double exponents[] = {0.5, 2, -1};
    for (guint i = 0; i < G_N_ELEMENTS(exponents); i++) {
        g_autofree char *text = g_strdup_printf("exponent %g", exponents[i]);
        add_case(checks, &check_power, (RefArgs){.f = {exponents[i]}}, text,
                 OPERANDS(PLANES(common_shapes[2], FILL_POSITIVE)));
    }
    FOR_RANDOM(checks, 2, i)
    {
        IdiomShape s = random_shape(checks, 40, 30, 90);
        const Operand a = PLANES(s, FILL_SIGNED), b = PLANES(s, FILL_WIDE);
        IdiomActivation act = random_uint(checks, 1, ref_activations_count - 1);
        for (guint k = 0; k < G_N_ELEMENTS(binary); k++)
            add_case(checks, binary[k], (RefArgs){0}, "", OPERANDS(a, b));
        add_case(checks, &check_affine, (RefArgs){.f = {1.5, -0.25}}, "", OPERANDS(a));
        add_case(checks, &check_activation, (RefArgs){.act = act}, ref_activation_name(act), OPERANDS(b));
    }
    const Operand large = PLANES(IDIOM_SHAPE(1, 32, 180, 320), FILL_SIGNED);
    add_bench(checks, &check_add, (RefArgs){0}, "", OPERANDS(large, large));
    add_bench(checks, &check_activation, (RefArgs){.act = IDIOM_ACT_RELU}, "relu", OPERANDS(large));
}
