/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static void mean_hw_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i / hw, i, 1.0 / (double)hw);
}

static const RefRule ref_mean_hw = {channel_shape, mean_hw_entries, .linear = 1};

static void variance_hw_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize plane = 0; plane < elements(in[0]) / hw; plane++) {
        const double *v = in[0]->v + plane * hw;
        double mean = ref_plane_mean(v, hw);
        for (gsize i = 0; i < hw; i++)
            emit(s, 0, plane, plane * hw + i, 2 * (v[i] - mean) / (double)hw);
    }
}

static void variance_hw_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize plane = 0; plane < elements(out); plane++)
        out->v[plane] = ref_plane_variance(in[0]->v + plane * hw, hw);
}

static const RefRule ref_variance_hw = {channel_shape, variance_hw_entries, .value = variance_hw_value};

/* clang-format off */
OP(mean_hw, "mean_hw", ref_mean_hw, idiom_mean_hw(g, in[0]), {"x"})
OP(variance_hw, "variance_hw", ref_variance_hw, idiom_variance_hw(g, in[0]), {"x"}, .loose = 10)
/* clang-format on */

CASES(moments)
{
    static const OpCheck *const statistics[] = {&check_mean_hw, &check_variance_hw};
    static const IdiomShape pictures[] = {{1, 1, 1, 1},  {1, 3, 5, 7},  {3, 5, 9, 33},
                                          {1, 4, 2, 40}, {2, 47, 3, 3}, {1, 16, 67, 131}};
    for (guint k = 0; k < G_N_ELEMENTS(statistics); k++)
        for (guint i = 0; i < G_N_ELEMENTS(pictures); i++)
            add_case(checks, statistics[k], (RefArgs){0}, i % 2 ? "shifted" : "",
                     OPERANDS(PLANES(pictures[i], i % 2 ? FILL_SHIFTED : FILL_SIGNED)));
    FOR_RANDOM(checks, 3, i)
    {
        const Operand x = PLANES(random_shape(checks, 20, 60, 90), i % 2 ? FILL_SHIFTED : FILL_SIGNED);
        for (guint k = 0; k < G_N_ELEMENTS(statistics); k++)
            add_case(checks, statistics[k], (RefArgs){0}, "", OPERANDS(x));
    }
}
