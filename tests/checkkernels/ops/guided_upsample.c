/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <math.h>

static const double FLAT_VARIANCE = 4e-4, MOST = 1.5;

static double luma_at(const Ref *t, guint n, int y, int x)
{
    return 0.2126 * t->v[at_clamped(t, n, 0, y, x)] + 0.7152 * t->v[at_clamped(t, n, 1, y, x)] +
           0.0722 * t->v[at_clamped(t, n, 2, y, x)];
}

/* Slope of channel @c of @low over the luma of @guide, in the nine pixels around. */
static double slope_at(const Ref *low, const Ref *guide, guint n, guint c, int y, int x)
{
    double mean = 0, mean_luma = 0, covariance = 0, variance = 0;
    for (int i = 0; i < 9; i++) {
        mean += low->v[at_clamped(low, n, c, y + i / 3 - 1, x + i % 3 - 1)] / 9;
        mean_luma += luma_at(guide, n, CLAMP(y + i / 3 - 1, 0, (int)low->shape.h - 1),
                             CLAMP(x + i % 3 - 1, 0, (int)low->shape.w - 1)) /
                     9;
    }
    for (int i = 0; i < 9; i++) {
        const double l = luma_at(guide, n, y + i / 3 - 1, x + i % 3 - 1) - mean_luma;
        covariance += l * (low->v[at_clamped(low, n, c, y + i / 3 - 1, x + i % 3 - 1)] - mean);
        variance += l * l;
    }
    return CLAMP(covariance / (variance + 9 * FLAT_VARIANCE), -MOST, MOST);
}

static IdiomShape guide_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[2]->shape;
}

static void guided_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *low = in[0], *low_guide = in[1], *guide = in[2];
    const double w = low->shape.w, h = low->shape.h;
    (void)a;
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        const double px = CLAMP((x + 0.5) * w / out->shape.w - 0.5, 0, w - 1);
        const double py = CLAMP((y + 0.5) * h / out->shape.h - 0.5, 0, h - 1);
        double colour = 0, gain = 0, luma = 0;
        for (int k = 0; k < 4; k++) {
            const int qx = (int)px + k % 2, qy = (int)py + k / 2;
            const double weight = fmax(1 - fabs(px - qx), 0) * fmax(1 - fabs(py - qy), 0);
            const int sx = MIN(qx, (int)w - 1), sy = MIN(qy, (int)h - 1);
            colour += weight * low->v[at_clamped(low, n, c, sy, sx)];
            gain += weight * slope_at(low, low_guide, n, c, sy, sx);
            luma += weight * luma_at(low_guide, n, sy, sx);
        }
        out->v[at(out, n, c, y, x)] = colour + gain * (luma_at(guide, n, (int)y, (int)x) - luma);
    }
}

static const RefRule ref_guided_upsample = {guide_shape, .forward = guided_forward};

/* clang-format off */
OP(guided_upsample, "guided_upsample", ref_guided_upsample, idiom_guided_upsample(g, in[0], in[1], in[2]),
   {"low", "low guide", "guide"}, .loose = 4)
/* clang-format on */

static void add_guided(Checks *checks, IdiomShape low, guint w, guint h)
{
    add_case(checks, &check_guided_upsample, (RefArgs){0}, "",
             OPERANDS(FIXED_PLANES(low, FILL_POSITIVE), FIXED_PLANES(low, FILL_POSITIVE),
                      FIXED_PLANES(IDIOM_SHAPE(low.n, 3, h, w), FILL_POSITIVE)));
}

CASES(guided_upsample)
{
    add_guided(checks, IDIOM_SHAPE(1, 3, 1, 1), 1, 1);
    add_guided(checks, IDIOM_SHAPE(1, 3, 1, 1), 5, 7);
    add_guided(checks, IDIOM_SHAPE(2, 3, 9, 16), 48, 27);
    add_guided(checks, IDIOM_SHAPE(1, 3, 13, 20), 20, 31);
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape low = random_shape(checks, 1, 20, 40);
        low.c = 3;
        add_guided(checks, low, random_uint(checks, low.w, 4 * low.w), random_uint(checks, low.h, 4 * low.h));
    }
}
