/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

#include <math.h>

double ref_luma(const Ref *t, int y, int x)
{
    return 0.2126 * t->v[at_clamped(t, 0, 0, y, x)] + 0.7152 * t->v[at_clamped(t, 0, 1, y, x)] +
           0.0722 * t->v[at_clamped(t, 0, 2, y, x)];
}

double ref_linear(const Ref *t, guint n, guint c, double y, double x)
{
    int iy = (int)floor(y), ix = (int)floor(x);
    double fy = y - iy, fx = x - ix;
    return (1 - fy) *
               ((1 - fx) * t->v[at_clamped(t, n, c, iy, ix)] + fx * t->v[at_clamped(t, n, c, iy, ix + 1)]) +
           fy * ((1 - fx) * t->v[at_clamped(t, n, c, iy + 1, ix)] +
                 fx * t->v[at_clamped(t, n, c, iy + 1, ix + 1)]);
}
