/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <math.h>

/* n: w, h */
static IdiomShape shrink_shape(const RefArgs *a, Ref *const *in)
{
    return IDIOM_SHAPE(in[0]->shape.n, in[0]->shape.c, a->n[1], a->n[0]);
}

/* How much of pixel @i lies in the @k-th of @count equal parts of @size pixels, as a share of the part. */
static double covered(guint i, guint k, guint count, guint size)
{
    const double ratio = (double)size / count;
    return fmax(fmin((k + 1) * ratio, i + 1.0) - fmax(k * ratio, i), 0) / ratio;
}

static void shrink_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *t = in[0], out = {.shape = shrink_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    for (guint sy = 0; sy < t->shape.h; sy++)
        for (guint sx = 0; sx < t->shape.w; sx++) {
            const double share =
                covered(sy, y, out.shape.h, t->shape.h) * covered(sx, x, out.shape.w, t->shape.w);
            if (share > 0)
                emit(s, 0, at(&out, n, c, y, x), at(t, n, c, sy, sx), share);
        }
}

static const RefRule ref_shrink = {shrink_shape, shrink_entries, .linear = 1};

/* clang-format off */
OP(shrink, "shrink", ref_shrink, idiom_shrink(g, in[0], a->n[0], a->n[1]), {"x"})
/* clang-format on */

static void add_shrink(Checks *checks, IdiomShape x, guint w, guint h)
{
    g_autofree char *text = g_strdup_printf("to %ux%u", w, h);
    add_case(checks, &check_shrink, (RefArgs){.n = {w, h}}, text, OPERANDS(FIXED_PLANES(x, FILL_SIGNED)));
}

CASES(shrink)
{
    add_shrink(checks, IDIOM_SHAPE(1, 1, 1, 1), 1, 1);
    add_shrink(checks, IDIOM_SHAPE(1, 3, 9, 12), 4, 3);
    add_shrink(checks, IDIOM_SHAPE(2, 5, 17, 31), 31, 5);
    add_shrink(checks, IDIOM_SHAPE(1, 3, 40, 60), 1, 1);
    FOR_RANDOM(checks, 3, i)
    {
        const IdiomShape x = random_shape(checks, 8, 40, 70);
        add_shrink(checks, x, random_uint(checks, 1, x.w), random_uint(checks, 1, x.h));
    }
}
