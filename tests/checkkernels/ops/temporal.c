/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of idiom_steady() and idiom_hold(). RefArgs.n: pixels per patch. */
#include "checks.h"

#include <math.h>

#include "motion/motion.h"

static double mix(double a, double b, double t)
{
    return a + t * (b - a);
}

static double smoothstep(double low, double high, double x)
{
    double t = CLAMP((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

static double value(const Ref *t, guint c, int y, int x)
{
    return t->v[at_clamped(t, 0, c, y, x)];
}

static double luma_of(const double rgb[3])
{
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* --- history -------------------------------------------------------------------------------------- */

/* Motion of the 2x2 pixels that (@y, @x) is one of: all four channels. */
static void motion_at(const Ref *flow, guint cell, guint y, guint x, double motion[4])
{
    double per_pixel = (double)(1.0F / (float)cell);
    for (guint c = 0; c < 4; c++)
        motion[c] =
            ref_linear(flow, 0, c, ((y & ~1u) + 1) * per_pixel - 0.5, ((x & ~1u) + 1) * per_pixel - 0.5);
}

/* FALSE where rounding decides whether the motion is none. */
static gboolean is_sure(const double motion[4])
{
    return fabs(hypot(motion[0], motion[1]) - 0.06) > 1e-3;
}

static double moved(const Ref *history, guint c, guint y, guint x, const double motion[4])
{
    gboolean still = hypot(motion[0], motion[1]) < 0.06;
    double py = y + (still ? 0 : motion[1]), px = x + (still ? 0 : motion[0]), sum = 0;
    for (int sy = (int)floor(py) - 1; sy <= floor(py) + 2; sy++)
        for (int sx = (int)floor(px) - 1; sx <= floor(px) + 2; sx++)
            sum += ref_catmull_rom(py - sy) * ref_catmull_rom(px - sx) * value(history, c, sy, sx);
    return sum;
}

/* history, flow, continues */
static void hold_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        double motion[4];
        gsize i = at(out, n, c, y, x);
        motion_at(in[1], a->n[0], y, x, motion);
        out->v[i] = moved(in[0], c, y, x, motion);
        if (c == 3)
            out->v[i] = fmax(out->v[i], in[2]->v[0] != 0 ? 0 : 16);
        if (!is_sure(motion))
            ref_leave_open(out, i);
    }
}

static const RefRule ref_hold = {same_shape, .forward = hold_forward};

/* --- blend ---------------------------------------------------------------------------------------- */

typedef struct {
    double colour[3], mean[3], square[3]; /* of the new picture: the pixel; it and its four neighbours */
    double luma;                          /* of what it was made of */
    double old[4];
} Pixel;

static Pixel pixel_at(Ref *const *in, guint uy, guint ux, const double motion[4])
{
    const Ref *fresh = in[IDIOM_BLEND_FRESH];
    static const int around[5][2] = {{0, 0}, {0, -1}, {0, 1}, {-1, 0}, {1, 0}};
    Pixel p = {.luma = ref_luma(in[IDIOM_BLEND_PICTURE], (int)uy, (int)ux)};
    for (guint c = 0; c < 3; c++) {
        p.colour[c] = value(fresh, c, (int)uy, (int)ux);
        for (guint i = 0; i < 5; i++) {
            double v = value(fresh, c, (int)uy + around[i][0], (int)ux + around[i][1]);
            p.mean[c] += v / 5;
            p.square[c] += v * v / 5;
        }
    }
    for (guint c = 0; c < 4; c++)
        p.old[c] = moved(in[IDIOM_BLEND_HISTORY], c, uy, ux, motion);
    return p;
}

static void blend_pixel(Ref *const *in, const Pixel *p, const double motion[4], double gain, double result[4])
{
    const double *reach = in[IDIOM_BLEND_REACH]->v, *rest = in[IDIOM_BLEND_REST]->v;
    double still = 1 - smoothstep(0.01, 0.1, motion[0] * motion[0] + motion[1] * motion[1]);
    double noisy = still * smoothstep(0.006, 0.0095, rest[2]);
    double alike = mix(0.02, 0.05, noisy), unlike = mix(0.1, 0.15, noisy);
    double far = mix(mix(3.5, 2.6, still), 3, noisy);
    double few = rest[1] / (rest[1] + 1), sure = in[IDIOM_BLEND_AMOUNT]->v[0] * motion[2];
    double fits = 1 - smoothstep(alike, unlike, fabs(p->old[3] - p->luma));

    double apart[3], apart_square = 0, colour_square = 0, contrast = 0;
    for (guint c = 0; c < 3; c++) {
        apart[c] = p->old[c] - p->colour[c];
        apart_square += apart[c] * apart[c];
        contrast += fmax(p->square[c] - p->mean[c] * p->mean[c], 0) / 3;
    }
    double grey = luma_of(apart);
    for (guint c = 0; c < 3; c++)
        colour_square += pow(apart[c] - grey, 2);
    double weight = fits * sure * fmin(mix(mix(reach[0], reach[1], still), 0.93, noisy), few);
    weight /= sqrt(1 + weight * weight * apart_square / (3 * far * far) / (contrast + 4.5e-4));
    double colour = fits * sure * fmin(0.8, few);
    colour /= sqrt(1 + colour * colour * colour_square / (3 * 0.4 * 0.4));
    double detail = gain * (1 - noisy) * (sqrt(1 - weight * weight) - (1 - weight));
    for (guint c = 0; c < 3; c++)
        result[c] = p->colour[c] + weight * grey + fmax(weight, colour) * (apart[c] - grey) +
                    detail * (p->colour[c] - p->mean[c]);
    result[3] = mix(p->luma, p->old[3], weight);
}

static IdiomShape blend_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[IDIOM_BLEND_HISTORY]->shape;
}

static void blend_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *gain = in[IDIOM_BLEND_GAIN];
    FOR_SHAPE(IDIOM_SHAPE(1, 1, out->shape.h, out->shape.w), n, one, y, x)
    {
        double motion[4], result[4];
        motion_at(in[IDIOM_BLEND_FLOW], a->n[0], y, x, motion);
        Pixel p = pixel_at(in, y, x, motion);
        double restore = value(gain, one, (int)((y & ~1u) / a->n[0]), (int)((x & ~1u) / a->n[0]));
        blend_pixel(in, &p, motion, restore, result);
        for (guint c = 0; c < 4; c++) {
            gsize i = at(out, n, c, y, x);
            out->v[i] = in[IDIOM_BLEND_REST]->v[1] > 0 ? result[c] : c < 3 ? p.colour[c] : p.luma;
            if (!is_sure(motion))
                ref_leave_open(out, i);
        }
    }
}

static const RefRule ref_blend = {blend_shape, .forward = blend_forward};

/* --- gain and reach ------------------------------------------------------------------------------- */

static IdiomShape gain_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[3]->shape;
}

/* Differences of a picture to the right and below, their squares' sum, and their luma. */
static double gradients(const Ref *t, int y, int x, double luma[2])
{
    double sum = 0, d[2][3];
    int ny = MIN(y + 1, (int)t->shape.h - 1), nx = MIN(x + 1, (int)t->shape.w - 1);
    for (guint c = 0; c < 3; c++) {
        d[0][c] = value(t, c, y, nx) - value(t, c, y, x);
        d[1][c] = value(t, c, ny, x) - value(t, c, y, x);
        sum += d[0][c] * d[0][c] + d[1][c] * d[1][c];
    }
    luma[0] = luma_of(d[0]);
    luma[1] = luma_of(d[1]);
    return sum;
}

/* fresh, steadied, flow, last, rest */
static void gain_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    static const int samples[4][2] = {{1, 0}, {3, 1}, {0, 2}, {2, 3}}; /* y, x */
    int cell = (int)a->n[0], h = (int)in[0]->shape.h, w = (int)in[0]->shape.w;
    FOR_SHAPE(IDIOM_SHAPE(1, 1, out->shape.h, out->shape.w), n, one, y, x)
    {
        double want = 1e-4, have = 1e-4, apart = 0, both = 4e-3, gain = one, l[2], k[2];
        for (int i = 0; i < 4; i++) {
            int py = MIN((int)y * cell + MAX(cell / 2 - 2, 0) + samples[i][0], h - 1);
            int px = MIN((int)x * cell + MAX(cell / 2 - 2, 0) + samples[i][1], w - 1);
            want += gradients(in[0], py, px, l);
            have += gradients(in[1], py, px, k);
            both += l[0] * l[0] + l[1] * l[1] + k[0] * k[0] + k[1] * k[1];
            apart += pow(l[0] - k[0], 2) + pow(l[1] - k[1], 2);
        }
        for (int i = 0; i < 9; i++)
            gain += value(in[3], 0, (int)y + i / 3 - 1, (int)x + i % 3 - 1) / 9;
        gain = CLAMP(fmin(in[4]->v[1], 1) * gain + 0.8 * (0.92 * want - have) / (want + have), 0, 2.5);
        double speed = hypot(value(in[2], 0, (int)y, (int)x), value(in[2], 1, (int)y, (int)x));
        double moves = speed > 0.5;
        const double values[4] = {gain, moves * apart / both, (1 - moves) * apart / both, moves};
        for (guint c = 0; c < 4; c++) {
            out->v[at(out, n, c, y, x)] = values[c];
            if (fabs(speed - 0.5) < 1e-3)
                ref_leave_open(out, at(out, n, c, y, x));
        }
    }
}

static const RefRule ref_gain = {gain_shape, .forward = gain_forward};

static IdiomShape reach_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[1]->shape;
}

/* means, last, rest */
static void reach_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    static const double wanted[2] = {0.128, 0.057};
    (void)a;
    for (guint i = 0; i < 2; i++) {
        double share = i ? 1 - in[0]->v[3] : in[0]->v[3], weight = in[1]->v[i];
        if (share > 0.005)
            weight *= pow(CLAMP(wanted[i] * share / fmax(in[0]->v[1 + i], 1e-6), 0.2, 5), 0.25);
        out->v[i] = in[2]->v[1] > 0 ? CLAMP(weight, 0.5, 0.8) : 0.6;
    }
}

static const RefRule ref_reach = {reach_shape, .forward = reach_forward};

/* --- cases ---------------------------------------------------------------------------------------- */

#define MOTION(flow_, continues_, rest_)                                                                     \
    (&(IdiomMotion){.flow = flow_, .continues = continues_, .rest = rest_, .cell = a->n[0]})

/* clang-format off */
OP(hold, "temporal_hold", ref_hold, idiom_temporal_hold(g, MOTION(in[1], in[2], NULL), in[0]),
   {"history", "flow", "continues"})
OP(blend, "temporal_blend", ref_blend, idiom_temporal_blend(g, in, a->n[0]),
   {"fresh", "picture", "history", "flow", "amount", "reach", "rest", "gain"}, .loose = 4)
OP(gain, "temporal_gain", ref_gain, idiom_temporal_gain(g, in[0], in[1], in[3], MOTION(in[2], NULL, in[4])),
   {"fresh", "steadied", "flow", "last", "rest"}, .loose = 4)
OP(reach, "temporal_reach", ref_reach, idiom_temporal_reach(g, in[0], in[1], in[2]), {"means", "last", "rest"})
/* clang-format on */

#define NUMBERS(count_, fill_) FIXED(IDIOM_SHAPE(1, 1, 1, count_), fill_)

/* Pictures of @h x @w, motion of patches of @cell pixels, as @flow says; @rest: what is known of the scene */
static void add_temporal(Checks *checks, guint h, guint w, guint cell, Fill flow, Fill rest)
{
    const IdiomShape patches = {1, 4, (h + cell - 1) / cell, (w + cell - 1) / cell};
    const RefArgs args = {.n = {cell}};
    const Operand motion = FULL_PLANES(patches, flow), gain = FIXED_PLANES(patches, FILL_POSITIVE);
    const Operand picture = FIXED_PLANES(IDIOM_SHAPE(1, 3, h, w), FILL_SHARE);
    const Operand history = FIXED_PLANES(IDIOM_SHAPE(1, 4, h, w), FILL_SHARE);
    g_autofree char *text = g_strdup_printf("cell %u%s%s", cell, flow == FILL_SMALL ? " still" : "",
                                            rest == FILL_SMALL ? " noise" : "");
    add_case(checks, &check_hold, args, text, OPERANDS(history, motion, NUMBERS(1, FILL_LEVELS)));
    /* trust and amount are at most 1 together */
    const Fill amount = flow == FILL_FLOW ? FILL_SMALL : FILL_SHARE;
    add_case(checks, &check_blend, args, text,
             OPERANDS(picture, picture, history, motion, NUMBERS(1, amount), NUMBERS(2, FILL_SHARE),
                      NUMBERS(3, rest), gain));
    add_case(checks, &check_gain, args, text, OPERANDS(picture, picture, motion, gain, NUMBERS(3, rest)));
}

CASES(temporal)
{
    static const guint sizes[][2] = {{1, 1}, {5, 7}, {18, 35}, {33, 20}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        add_temporal(checks, sizes[i][0], sizes[i][1], 6, FILL_FLOW, FILL_POSITIVE);
        add_temporal(checks, sizes[i][0], sizes[i][1], 6, FILL_SMALL, FILL_SMALL);
        add_temporal(checks, sizes[i][0], sizes[i][1], 12, FILL_SHARE, FILL_SMALL);
        add_temporal(checks, sizes[i][0], sizes[i][1], 2, FILL_SHARE, FILL_ZERO);
    }
    FOR_RANDOM(checks, 3, i)
    {
        guint h = random_uint(checks, 1, 40), w = random_uint(checks, 1, 60),
              cell = random_uint(checks, 2, 12);
        add_temporal(checks, h, w, cell, FILL_FLOW, i % 2 ? FILL_SMALL : FILL_POSITIVE);
    }
    for (Fill fill = FILL_SHARE; fill <= FILL_ZERO; fill++)
        for (Fill rest = FILL_SHARE; rest <= FILL_ZERO; rest++)
            add_case(checks, &check_reach, (RefArgs){0}, "",
                     OPERANDS(FIXED_PLANES(IDIOM_SHAPE(1, 4, 1, 1), fill), NUMBERS(2, FILL_SHARE),
                              NUMBERS(3, rest)));
}
