/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <math.h>

static IdiomShape upsample_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, 2 * s.h, 2 * s.w);
}

/* The two source positions of position @i of a doubled row of @n; the share of the second. */
static double doubled_source(guint i, guint n, guint mode, guint source[2])
{
    if (mode == IDIOM_UPSAMPLE_NEAREST) {
        source[0] = source[1] = i / 2;
        return 0;
    }
    double p = fmax((i + 0.5) / 2 - 0.5, 0);
    source[0] = (guint)p;
    source[1] = MIN(source[0] + 1, n - 1);
    return p - source[0];
}

static void upsample_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = upsample_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        guint sy[2], sx[2];
        double fy = doubled_source(y, in[0]->shape.h, a->n[0], sy);
        double fx = doubled_source(x, in[0]->shape.w, a->n[0], sx);
        for (guint k = 0; k < 4; k++)
            emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, sy[k / 2], sx[k % 2]),
                 (k / 2 ? fy : 1 - fy) * (k % 2 ? fx : 1 - fx));
    }
}

const RefRule ref_upsample2 = {upsample_shape, upsample_entries, .linear = 1};

/* clang-format off */
OP(upsample2, "upsample2", ref_upsample2, idiom_upsample2(g, in[0], (IdiomUpsample)a->n[0]), {"x"})
/* clang-format on */

CASES(upsample)
{
    static const char *const names[] = {
        [IDIOM_UPSAMPLE_NEAREST] = "nearest", [IDIOM_UPSAMPLE_BILINEAR] = "bilinear"};
    for (guint mode = 0; mode < G_N_ELEMENTS(names); mode++) {
        FOR_SHAPES(s)
        add_case(checks, &check_upsample2, (RefArgs){.n = {mode}}, names[mode],
                 OPERANDS(PLANES(*s, FILL_SIGNED)));
        FOR_RANDOM(checks, 2, i)
        add_case(checks, &check_upsample2, (RefArgs){.n = {mode}}, names[mode],
                 OPERANDS(PLANES(random_shape(checks, 20, 20, 60), FILL_SIGNED)));
        add_bench(checks, &check_upsample2, (RefArgs){.n = {mode}}, names[mode],
                  OPERANDS(PLANES(IDIOM_SHAPE(1, 32, 90, 160), FILL_SIGNED)));
    }
}
