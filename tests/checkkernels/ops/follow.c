/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mask that follows the motion of what it is a mask of. RefArgs.n: pixels per patch, width, height of the picture. */
#include "checks.h"

#include <idiom-unstable/temporal.h>

static void follow_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *mask = in[0], *flow = in[1];
    const double sx = (double)out->shape.w / a->n[1], sy = (double)out->shape.h / a->n[2];
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        const double px = (x + 0.5) / (sx * a->n[0]) - 0.5, py = (y + 0.5) / (sy * a->n[0]) - 0.5;
        const double vx = ref_linear(flow, 0, 0, py, px) * sx, vy = ref_linear(flow, 0, 1, py, px) * sy;
        out->v[at(out, n, c, y, x)] = ref_linear(mask, n, c, y + vy, x + vx);
    }
}

static const RefRule ref_follow = {same_shape, .forward = follow_forward};

/* clang-format off */
OP(follow, "mask_follow", ref_follow,
   idiom_follow_mask(g, &(IdiomMotion){.flow = in[1], .cell = a->n[0]}, in[0], a->n[1], a->n[2]), {"mask", "flow"},
   .loose = 8)
/* clang-format on */

static void add_follow(Checks *checks, guint w, guint h, guint cell, guint width, guint height)
{
    const RefArgs args = {.n = {cell, width, height}};
    const IdiomShape patches = IDIOM_SHAPE(1, 4, (height + cell - 1) / cell, (width + cell - 1) / cell);
    g_autofree char *text = g_strdup_printf("patches of %u in %ux%u", cell, width, height);
    add_case(checks, &check_follow, args, text,
             OPERANDS(FIXED_PLANES(IDIOM_SHAPE(1, 1, h, w), FILL_SHARE), FULL_PLANES(patches, FILL_FLOW)));
}

CASES(follow)
{
    add_follow(checks, 1, 1, 4, 1, 1);
    add_follow(checks, 16, 9, 4, 64, 36);
    add_follow(checks, 33, 17, 8, 41, 60);
    FOR_RANDOM(checks, 3, i)
    add_follow(checks, random_uint(checks, 1, 60), random_uint(checks, 1, 40), 4 * random_uint(checks, 1, 3),
               random_uint(checks, 1, 200), random_uint(checks, 1, 100));
}
