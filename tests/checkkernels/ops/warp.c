/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <math.h>

static void warp_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    const Ref *t = in[0], *flow = in[1];
    int w = (int)t->shape.w, h = (int)t->shape.h;
    FOR_SHAPE(t->shape, n, c, y, x)
    {
        double px = x + flow->v[at(flow, n, 0, y, x)], py = y + flow->v[at(flow, n, 1, y, x)];
        for (int sy = (int)floor(py) - 1; sy <= floor(py) + 2; sy++)
            for (int sx = (int)floor(px) - 1; sx <= floor(px) + 2; sx++)
                emit(s, 0, at(t, n, c, y, x),
                     at(t, n, c, (guint)CLAMP(sy, 0, h - 1), (guint)CLAMP(sx, 0, w - 1)),
                     ref_catmull_rom(px - sx) * ref_catmull_rom(py - sy));
    }
}

static const RefRule ref_warp = {same_shape, warp_entries, .linear = 1};

/* clang-format off */
OP(warp, "warp", ref_warp, idiom_warp(g, in[0], in[1]), {"x", "flow"})
/* clang-format on */

static void add_warp(Checks *checks, IdiomShape s)
{
    add_case(checks, &check_warp, (RefArgs){0}, "",
             OPERANDS(FIXED_PLANES(s, FILL_SIGNED), FIXED_PLANES(IDIOM_SHAPE(s.n, 2, s.h, s.w), FILL_FLOW)));
}

CASES(warp)
{
    FOR_SHAPES(s)
    add_warp(checks, *s);
    FOR_RANDOM(checks, 3, i)
    add_warp(checks, random_shape(checks, 12, 30, 70));
}
