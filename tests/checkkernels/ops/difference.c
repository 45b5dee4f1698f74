/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static IdiomShape difference_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint dx = a->n[0] == 0 ? a->n[1] : 0, dy = a->n[0] == 1 ? a->n[1] : 0;
    return IDIOM_SHAPE(s.n, s.c, s.h - dy, s.w - dx);
}

static void difference_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    static const double factors[3][3] = {{0}, {-1, 1}, {1, -2, 1}};
    const Ref out = {.shape = difference_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    for (guint k = 0; k <= a->n[1]; k++)
        emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, a->n[0] ? y + k : y, a->n[0] ? x : x + k),
             factors[a->n[1]][k]);
}

static const RefRule ref_difference = {difference_shape, difference_entries, .linear = 1};

/* clang-format off */
OP(difference, "difference", ref_difference, idiom_difference(g, in[0], a->n[0], a->n[1]), {"x"},
   .fp32_only = TRUE)
/* clang-format on */

static void add_difference(Checks *checks, guint axis, guint order, IdiomShape x)
{
    g_autofree char *text = g_strdup_printf("axis %u order %u", axis, order);
    add_case(checks, &check_difference, (RefArgs){.n = {axis, order}}, text,
             OPERANDS(PLANES(x, FILL_SIGNED)));
}

CASES(difference)
{
    for (guint axis = 0; axis < 2; axis++)
        for (guint order = 1; order <= 2; order++)
            for (guint i = 1; i < 3; i++)
                add_difference(checks, axis, order, common_shapes[i]);
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape x = random_shape(checks, 20, 20, 60);
        x.h += 2;
        x.w += 2;
        add_difference(checks, random_uint(checks, 0, 1), random_uint(checks, 1, 2), x);
    }
}
