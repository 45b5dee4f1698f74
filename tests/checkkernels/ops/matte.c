/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks brought along the edges of pictures: how they follow the colours, in full size, and two pictures blended. */
#include "checks.h"

#include <math.h>

enum { RADIUS = 2, SIDE = 2 * RADIUS + 1, WINDOW = SIDE * SIDE };

static const double FLAT_VARIANCE = 1e-3;

/* --- guide ----------------------------------------------------------------------------------------- */

static IdiomShape guide_shape(const RefArgs *a, Ref *const *in)
{
    const IdiomShape s = in[0]->shape;
    (void)a;
    return IDIOM_SHAPE(s.n, 4, s.h, s.w);
}

/* Pixel of @n that is at @quarters of what pixel @i of @count covers; whole numbers, as nothing is to be rounded. */
static int quarter(guint i, guint quarters, guint n, guint count)
{
    return (int)MIN((4 * i + quarters) * n / (4 * count), n - 1);
}

static void guide_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *mask = in[0], *picture = in[1];
    const IdiomShape s = picture->shape, d = out->shape;
    (void)a;
    FOR_SHAPE(d, n, c, y, x)
    {
        double sum = c < 3 ? 0 : mask->v[at(mask, n, 0, y, x)];
        for (guint i = 0; c < 3 && i < 4; i++)
            sum += picture->v[at_clamped(picture, n, c, quarter(y, 1 + i / 2 * 2, s.h, d.h),
                                         quarter(x, 1 + i % 2 * 2, s.w, d.w))] /
                   4;
        out->v[at(out, n, c, y, x)] = sum;
    }
}

static const RefRule ref_matte_guide = {guide_shape, .forward = guide_forward};

/* --- fit ------------------------------------------------------------------------------------------- */

/* Solves @m x = @v by elimination; @m is positive definite. */
static void solve(double m[3][3], double v[3], double x[3])
{
    for (guint i = 0; i < 3; i++)
        for (guint k = i + 1; k < 3; k++) {
            const double factor = m[k][i] / m[i][i];
            for (guint j = 0; j < 3; j++)
                m[k][j] -= factor * m[i][j];
            v[k] -= factor * v[i];
        }
    for (int i = 2; i >= 0; i--) {
        x[i] = v[i];
        for (int j = i + 1; j < 3; j++)
            x[i] -= m[i][j] * x[j];
        x[i] /= m[i][i];
    }
}

static void fit_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *guide = in[0];
    (void)a;
    FOR_SHAPE(IDIOM_SHAPE(out->shape.n, 1, out->shape.h, out->shape.w), n, one, y, x)
    {
        double c[WINDOW][3], m[WINDOW], mean[3] = {0}, mean_mask = 0, square[3][3] = {{0}}, slope[3] = {0};
        for (int i = 0; i < WINDOW; i++) {
            const int qy = (int)y + i / SIDE - RADIUS, qx = (int)x + i % SIDE - RADIUS;
            m[i] = guide->v[at_clamped(guide, n, 3 + one, qy, qx)];
            mean_mask += m[i] / WINDOW;
            for (guint k = 0; k < 3; k++) {
                c[i][k] = guide->v[at_clamped(guide, n, k, qy, qx)];
                mean[k] += c[i][k] / WINDOW;
            }
        }
        for (int i = 0; i < WINDOW; i++)
            for (guint k = 0; k < 3; k++) {
                slope[k] += (c[i][k] - mean[k]) * (m[i] - mean_mask) / WINDOW;
                for (guint j = 0; j < 3; j++)
                    square[k][j] += (c[i][k] - mean[k]) * (c[i][j] - mean[j]) / WINDOW;
            }
        double factors[3], offset = mean_mask;
        for (guint k = 0; k < 3; k++)
            square[k][k] += FLAT_VARIANCE;
        solve(square, slope, factors);
        for (guint k = 0; k < 3; k++) {
            out->v[at(out, n, k, y, x)] = factors[k];
            offset -= factors[k] * mean[k];
        }
        out->v[at(out, n, 3, y, x)] = offset;
    }
}

static const RefRule ref_matte_fit = {same_shape, .forward = fit_forward};

/* --- matte ----------------------------------------------------------------------------------------- */

static IdiomShape matte_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return idiom_matte_shape(in[1]->shape);
}

static void matte_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *fit = in[0], *guide = in[1];
    const double ratio_x = (double)fit->shape.w / guide->shape.w,
                 ratio_y = (double)fit->shape.h / guide->shape.h;
    (void)a;
    FOR_SHAPE(out->shape, n, i, y, x)
    {
        double m = 0;
        for (guint k = 0; k < 4; k++) {
            const double fy = (y + 0.5) * ratio_y - 0.5;
            const double left = ref_linear(fit, n, k, fy, (4 * x + 0.5) * ratio_x - 0.5);
            const double right = ref_linear(fit, n, k, fy, (4 * x + 3.5) * ratio_x - 0.5);
            const double factor = left + i / 3.0 * (right - left);
            m += factor * (k < 3 ? guide->v[at_clamped(guide, n, k, (int)y, (int)(4 * x + i))] : 1);
        }
        out->v[at(out, n, i, y, x)] = CLAMP(m, 0, 1);
    }
}

static const RefRule ref_matte = {matte_shape, .forward = matte_forward};

/* --- two pictures ---------------------------------------------------------------------------------- */

static void mix_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        const gsize i = at(out, n, c, y, x);
        out->v[i] = in[0]->v[i] + in[2]->v[at(in[2], n, x % 4, y, x / 4)] * (in[1]->v[i] - in[0]->v[i]);
    }
}

static const RefRule ref_matte_mix = {same_shape, .forward = mix_forward};

/* clang-format off */
OP(matte_guide, "matte_guide", ref_matte_guide, idiom_matte_guide(g, in[0], in[1]), {"mask", "picture"})
OP(matte_fit, "matte_fit", ref_matte_fit, idiom_matte_fit(g, in[0]), {"guide"}, .loose = 30)
OP(matte, "matte", ref_matte, idiom_matte(g, in[0], in[1]), {"fit", "guide"}, .loose = 4)
OP(matte_mix, "matte_mix", ref_matte_mix, idiom_matte_mix(g, in[0], in[1], in[2]), {"outside", "inside", "matte"})
/* clang-format on */

static void add_matte(Checks *checks, IdiomShape low, guint w, guint h)
{
    const IdiomShape fit = IDIOM_SHAPE(low.n, 4, low.h, low.w), one = IDIOM_SHAPE(low.n, 1, low.h, low.w);
    const IdiomShape full = IDIOM_SHAPE(low.n, 3, h, w);
    add_case(checks, &check_matte_guide, (RefArgs){0}, "flat",
             OPERANDS(FIXED(one, FILL_SHARE), FIXED_PLANES(full, FILL_POSITIVE)));
    add_case(checks, &check_matte_guide, (RefArgs){0}, "planes",
             OPERANDS(FIXED_PLANES(one, FILL_SHARE), FIXED_PLANES(full, FILL_POSITIVE)));
    add_case(checks, &check_matte_fit, (RefArgs){0}, "", OPERANDS(FIXED_PLANES(fit, FILL_POSITIVE)));
    add_case(checks, &check_matte, (RefArgs){0}, "",
             OPERANDS(FIXED_PLANES(fit, FILL_SIGNED), FIXED_PLANES(full, FILL_POSITIVE)));
    add_case(checks, &check_matte_mix, (RefArgs){0}, "",
             OPERANDS(FIXED_PLANES(full, FILL_POSITIVE), FIXED_PLANES(full, FILL_POSITIVE),
                      FIXED_PLANES(idiom_matte_shape(full), FILL_SHARE)));
}

CASES(matte)
{
    add_matte(checks, IDIOM_SHAPE(1, 1, 1, 1), 1, 1);
    add_matte(checks, IDIOM_SHAPE(1, 1, 1, 1), 5, 7);
    add_matte(checks, IDIOM_SHAPE(2, 1, 9, 16), 48, 27);
    add_matte(checks, IDIOM_SHAPE(1, 1, 13, 20), 21, 31);
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape low = random_shape(checks, 1, 20, 40);
        add_matte(checks, low, random_uint(checks, low.w, 4 * low.w), random_uint(checks, low.h, 4 * low.h));
    }
}
