/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of idiom_carry_noise(). */
#include "checks.h"

#include "motion/motion.h"

#include <idiom-unstable/noise.h>
#include <math.h>

typedef struct {
    double x, y;
} Vector;

static double smoothstep(double low, double high, double x)
{
    const double t = CLAMP((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

static Vector unwound(Vector v)
{
    return (Vector){v.x - 2048 * round(v.x / 2048), v.y - 2048 * round(v.y / 2048)};
}

static double square(Vector v)
{
    return v.x * v.x + v.y * v.y;
}

static Vector place_of(const Ref *places, int x, int y)
{
    return (Vector){places->v[at_clamped(places, 0, 0, y, x)], places->v[at_clamped(places, 0, 1, y, x)]};
}

static Vector apart(Vector a, Vector b)
{
    return unwound((Vector){a.x - b.x, a.y - b.y});
}

/* --- places_move: n: pixels per patch ------------------------------------------------------------- */

typedef struct {
    const Ref *places, *flow;
    double per_cell;
    gboolean open; /* rounding decides */
} Move;

typedef struct {
    Vector v;
    double sure;
} Motion;

static Motion motion_of(const Move *m, int x, int y)
{
    const IdiomShape s = m->flow->shape;
    const double sx = MIN(3, (s.w - 1) / 2), sy = MIN(3, (s.h - 1) / 2);
    const double px = CLAMP((x + 0.5) * m->per_cell - 0.5, sx, s.w - 1 - sx);
    const double py = CLAMP((y + 0.5) * m->per_cell - 0.5, sy, s.h - 1 - sy);
    return (Motion){{ref_linear(m->flow, 0, 0, py, px), ref_linear(m->flow, 0, 1, py, px)},
                    ref_linear(m->flow, 0, 2, py, px)};
}

static gboolean less(Move *m, double a, double b)
{
    m->open |= fabs(a - b) < 1e-3 * (fabs(b) + 0.1);
    return a < b;
}

static Vector place_at(Move *m, double x, double y)
{
    const IdiomShape s = m->places->shape;
    x = CLAMP(x, 0, s.w - 1.0);
    y = CLAMP(y, 0, s.h - 1.0);
    const int left = (int)x, top = (int)y;
    const double tx = x - left, ty = y - top;
    const Vector nearest = place_of(m->places, (int)(x + 0.5), (int)(y + 0.5));
    gboolean seam = FALSE;
    Vector sum = nearest;
    for (int i = 0; i < 4; i++) {
        const double w = (i % 2 ? tx : 1 - tx) * (i / 2 ? ty : 1 - ty);
        const Vector d = apart(place_of(m->places, left + i % 2, top + i / 2), nearest);
        if (less(m, square(d), 4)) {
            sum.x += w * d.x;
            sum.y += w * d.y;
        } else {
            seam = TRUE;
        }
    }
    m->open |= seam && (fabs(tx - 0.5) < 1e-3 || fabs(ty - 0.5) < 1e-3);
    return sum;
}

/* Takes out a twentieth of the bend over the cells (@dx, @dy) before and behind. */
static void bend(Move *m, int x, int y, int dx, int dy, Vector *place)
{
    const IdiomShape s = m->places->shape;
    if (x < 0 || y < 0 || x < dx || y < dy || x + dx >= (int)s.w || y + dy >= (int)s.h || x >= (int)s.w ||
        y >= (int)s.h)
        return;
    const Vector here = place_of(m->places, x, y);
    const Vector a = apart(place_of(m->places, x - dx, y - dy), here);
    const Vector b = apart(place_of(m->places, x + dx, y + dy), here);
    const Vector middle = {0.5 * (a.x + b.x), 0.5 * (a.y + b.y)};
    if (less(m, square(middle), 1)) {
        place->x += 0.05 * middle.x;
        place->y += 0.05 * middle.y;
    }
}

static gboolean kin(Move *m, int x, int y, Vector v, int *kx, int *ky)
{
    const IdiomShape s = m->places->shape;
    for (int radius = 1; radius <= 16; radius *= 2)
        for (int i = 0; i < 9; i++) {
            *kx = x + radius * (i % 3 - 1);
            *ky = y + radius * (i / 3 - 1);
            if (*kx < 0 || *ky < 0 || *kx >= (int)s.w || *ky >= (int)s.h)
                continue;
            const Motion other = motion_of(m, *kx, *ky);
            const Vector d = {other.v.x - v.x, other.v.y - v.y};
            if (!less(m, other.sure, 0.3) && less(m, square(d), 1 + 0.01 * square(v)))
                return TRUE;
        }
    return FALSE;
}

static void move_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const gboolean continues = in[2]->v[0] != 0 && in[3]->v[0] != 0;
    FOR_SHAPE(IDIOM_SHAPE(1, 1, out->shape.h, out->shape.w), n, c, y, x)
    {
        Move m = {in[0], in[1], 4.0 / a->n[0], FALSE};
        const Motion own = motion_of(&m, (int)x, (int)y);
        Vector v = {own.v.x / 4, own.v.y / 4}, place = {0, 0};
        int fx = (int)x, fy = (int)y;
        if (less(&m, square(own.v), 0.06 * 0.06))
            v = (Vector){0, 0};
        if (less(&m, own.sure, 0.3) && !kin(&m, fx, fy, own.v, &fx, &fy)) {
            place = place_of(in[0], (int)x, (int)y);
        } else {
            place = place_at(&m, fx + v.x, fy + v.y);
            place.x += v.x;
            place.y += v.y;
            if (fx == (int)x && fy == (int)y && (v.x != 0 || v.y != 0)) {
                const double ox = floor(x + v.x + 0.5), oy = floor(y + v.y + 0.5);
                m.open |= fabs(x + v.x + 0.5 - rint(x + v.x + 0.5)) < 1e-4 ||
                          fabs(y + v.y + 0.5 - rint(y + v.y + 0.5)) < 1e-4;
                bend(&m, (int)ox, (int)oy, 3, 0, &place);
                bend(&m, (int)ox, (int)oy, 0, 3, &place);
            }
        }
        place = continues ? unwound(place) : (Vector){0, 0};
        out->v[at(out, 0, 0, y, x)] = place.x;
        out->v[at(out, 0, 1, y, x)] = place.y;
        for (guint i = 0; i < 2 && continues && m.open; i++)
            ref_leave_open(out, at(out, 0, i, y, x));
    }
}

static const RefRule ref_move = {same_shape, .forward = move_forward};

/* --- places_noise --------------------------------------------------------------------------------- */

/* The field's octave, from samples: what idiom_noise_at() says of coarser ones would be of another grid. */
static void field(double x, double y, int octave, double values[IDIOM_NOISE_CHANNELS])
{
    float v[IDIOM_NOISE_CHANNELS];
    idiom_noise_at(ldexp(x, octave) + 97 * octave, ldexp(y, octave) + 61 * octave, v);
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        values[c] = v[c];
}

static void fade(double from[IDIOM_NOISE_CHANNELS], const double to[IDIOM_NOISE_CHANNELS], double t)
{
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        from[c] = sqrt(1 - t) * from[c] + sqrt(t) * to[c];
}

static Vector slope(const Ref *places, int x, int y, int dx, int dy, gboolean *open)
{
    const int i = dx ? x : y, size = (int)(dx ? places->shape.w : places->shape.h);
    const gboolean first = i < 3, last = i + 3 >= size;
    const Vector here = place_of(places, x, y);
    const Vector before = first ? (Vector){0, 0} : apart(here, place_of(places, x - 3 * dx, y - 3 * dy));
    const Vector behind = last ? (Vector){0, 0} : apart(place_of(places, x + 3 * dx, y + 3 * dy), here);
    *open |= !first && !last && fabs(square(before) - square(behind)) < 1e-4;
    const Vector lesser = first || (!last && square(behind) < square(before)) ? behind : before;
    return (Vector){lesser.x / 3, lesser.y / 3};
}

typedef struct {
    Vector kept;
    double values[IDIOM_NOISE_CHANNELS];
    gboolean open, kept_open;
} Cell;

static Cell cell_noise(const Ref *places, int x, int y)
{
    Cell cell = {.kept = place_of(places, x, y)};
    Vector across = slope(places, x, y, 1, 0, &cell.open), down = slope(places, x, y, 0, 1, &cell.open);
    across.x += 1;
    down.y += 1;
    const double area = fmax(across.x * down.y - across.y * down.x, 1e-6);
    const double octave = -0.5 * log2(area), stretch = 0.5 * (square(across) + square(down)) / area;
    const double worn = fmax(smoothstep(2, 3, fabs(octave)), smoothstep(1.7, 2.6, stretch));
    cell.kept_open = cell.open || fabs(fabs(octave) - 3) < 1e-3 || fabs(stretch - 2.6) < 1e-3;
    const int coarse = (int)floor(octave);
    double finer[IDIOM_NOISE_CHANNELS], own[IDIOM_NOISE_CHANNELS];
    field(x + cell.kept.x, y + cell.kept.y, coarse, cell.values);
    field(x + cell.kept.x, y + cell.kept.y, coarse + 1, finer);
    field(x, y, 0, own);
    fade(cell.values, finer, smoothstep(0.1, 0.9, octave - coarse));
    fade(cell.values, own, worn);
    if (worn >= 1)
        cell.kept = (Vector){0, 0};
    return cell;
}

static IdiomShape noise_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(1, IDIOM_NOISE_CHANNELS, in[0]->shape.h, in[0]->shape.w);
}

static void noise_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        const Cell cell = cell_noise(in[0], (int)x, (int)y);
        out->v[at(out, n, c, y, x)] = cell.values[c];
        if (cell.open)
            ref_leave_open(out, at(out, n, c, y, x));
    }
}

static void kept_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    FOR_SHAPE(IDIOM_SHAPE(1, 2, out->shape.h, out->shape.w), n, c, y, x)
    {
        const Cell cell = cell_noise(in[0], (int)x, (int)y);
        out->v[at(out, n, c, y, x)] = c ? cell.kept.y : cell.kept.x;
        if (cell.kept_open)
            ref_leave_open(out, at(out, n, c, y, x));
    }
}

static const RefRule ref_noise = {noise_shape, .forward = noise_forward};
static const RefRule ref_kept = {same_shape, .forward = kept_forward};

/* --- the camera ----------------------------------------------------------------------------------- */

static double trust(const Ref *found, guint y, guint x)
{
    const double seen = found->v[at(found, 0, 2, y, x)], misfit = found->v[at(found, 0, 3, y, x)];
    return seen / (seen + 1) / (1 + 8 * misfit);
}

static IdiomShape blocks_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(1, 4, (in[0]->shape.h + 7) / 8, (in[0]->shape.w + 7) / 8);
}

static void blocks_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    FOR_SHAPE(IDIOM_SHAPE(1, 1, in[0]->shape.h, in[0]->shape.w), n, c, y, x)
    {
        const double w = in[0]->v[at(in[0], 0, 2, y, x)] * trust(in[1], y, x);
        for (guint i = 0; i < 3; i++)
            out->v[at(out, 0, i, y / 8, x / 8)] += w * (i < 2 ? in[0]->v[at(in[0], 0, i, y, x)] : 1);
    }
    FOR_SHAPE(IDIOM_SHAPE(1, 2, out->shape.h, out->shape.w), n, c, y, x)
    out->v[at(out, 0, c, y, x)] /= fmax(out->v[at(out, 0, 2, y, x)], 1e-6);
}

static const RefRule ref_blocks = {blocks_shape, .forward = blocks_forward};

static IdiomShape fit_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    (void)in;
    return IDIOM_SHAPE(1, 1, 1, 4);
}

/* Motion of the block at (@x, @y) of the longer side's halves from the middle. */
static Vector model(const double fit[4], double x, double y)
{
    return (Vector){fit[0] + fit[2] * x - fit[3] * y, fit[1] + fit[2] * y + fit[3] * x};
}

static void fit_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    const Ref *blocks = in[0];
    const IdiomShape s = blocks->shape;
    const double scale = 1 / fmax(fmax((s.w - 1) / 2.0, (s.h - 1) / 2.0), 1);
    double fit[4] = {0}, off = 16;
    for (guint turn = 0; turn < 8; turn++, off = fmax(off / 2, 0.5)) {
        double n = 1e-6, cx = 0, cy = 0, vx = 0, vy = 0, zoom = 0, rotation = 0, spread = 0;
        g_autofree double *weights = g_new(double, s.w *s.h);
        for (guint pass = 0; pass < 2; pass++) { /* the centre first */
            for (guint i = 0; i < s.w * s.h; i++) {
                const double x = scale * (i % s.w - (s.w - 1) / 2.0), y = scale * (i / s.w - (s.h - 1) / 2.0);
                const double bx = blocks->v[at(blocks, 0, 0, i / s.w, i % s.w)];
                const double by = blocks->v[at(blocks, 0, 1, i / s.w, i % s.w)];
                if (pass == 0) {
                    const Vector m = model(fit, x, y);
                    const double apart = square((Vector){bx - m.x, by - m.y});
                    const double fits = turn ? 1 / (1 + apart / (off * off)) : 1;
                    weights[i] = blocks->v[at(blocks, 0, 2, i / s.w, i % s.w)] * fits * fits;
                    n += weights[i];
                    cx += weights[i] * x;
                    cy += weights[i] * y;
                    vx += weights[i] * bx;
                    vy += weights[i] * by;
                } else {
                    zoom += weights[i] * ((x - cx) * (bx - vx) + (y - cy) * (by - vy));
                    rotation += weights[i] * ((x - cx) * (by - vy) - (y - cy) * (bx - vx));
                    spread += weights[i] * ((x - cx) * (x - cx) + (y - cy) * (y - cy));
                }
            }
            if (pass == 0) {
                cx /= n;
                cy /= n;
                vx /= n;
                vy /= n;
            }
        }
        fit[2] = zoom / (spread + 0.05 * n);
        fit[3] = rotation / (spread + 0.05 * n);
        fit[0] = vx - fit[2] * cx + fit[3] * cy;
        fit[1] = vy - fit[2] * cy - fit[3] * cx;
    }
    for (guint i = 0; i < 4; i++)
        out->v[i] = fit[i] * (i < 2 ? 1 : scale);
}

static const RefRule ref_fit = {fit_shape, .forward = fit_forward};

static void fill_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    const Ref *flow = in[0];
    const double *camera = in[2]->v;
    const IdiomShape s = out->shape;
    FOR_SHAPE(IDIOM_SHAPE(1, 1, s.h, s.w), n, c, y, x)
    {
        const Vector whole =
            model(camera, (x + 0.5) / 8 - (s.w + 7) / 8 / 2.0, (y + 0.5) / 8 - (s.h + 7) / 8 / 2.0);
        const Vector own = {flow->v[at(flow, 0, 0, y, x)], flow->v[at(flow, 0, 1, y, x)]};
        const double moves = smoothstep(0.3, 0.7, sqrt(square(own)) / fmax(sqrt(square(whole)), 1e-3));
        const double mine = fmax(smoothstep(0.1, 0.5, trust(in[1], y, x)), moves);
        out->v[at(out, 0, 0, y, x)] = whole.x + mine * (own.x - whole.x);
        out->v[at(out, 0, 1, y, x)] = whole.y + mine * (own.y - whole.y);
        for (guint i = 2; i < 4; i++)
            out->v[at(out, 0, i, y, x)] = flow->v[at(flow, 0, i, y, x)];
    }
}

static const RefRule ref_fill = {same_shape, .forward = fill_forward};

/* clang-format off */
OP(move, "places_move", ref_move,
   idiom_places_move(g, &(IdiomMotion){.flow = in[1], .continues = in[2], .cell = a->n[0]}, in[0], in[3]),
   {"places", "flow", "continues", "joined"}, .fp32_result = TRUE, .loose = 8)
OP(noise, "places_noise noise", ref_noise, idiom_places_noise(g, in[0]).noise, {"places"}, .loose = 100)
OP(blocks, "camera_blocks", ref_blocks, idiom_camera_blocks(g, in[0], in[1]), {"flow", "found"}, .fp32_result = TRUE)
OP(fit, "camera_fit", ref_fit, idiom_camera_fit(g, in[0]), {"blocks"}, .fp32_result = TRUE, .loose = 100)
OP(fill, "camera_fill", ref_fill, idiom_camera_fill(g, in[0], in[1], in[2]), {"flow", "found", "camera"},
   .fp32_result = TRUE, .loose = 8)
OP(kept, "places_noise kept", ref_kept, idiom_places_noise(g, in[0]).kept, {"places"}, .fp32_result = TRUE)
/* clang-format on */

static void add_carry(Checks *checks, guint w, guint h, guint cell, Fill fill, Fill continues)
{
    const IdiomShape places = IDIOM_SHAPE(1, 4, h, w);
    const IdiomShape patches = IDIOM_SHAPE(1, 4, (4 * h + cell - 1) / cell, (4 * w + cell - 1) / cell);
    g_autofree char *text = g_strdup_printf("patches of %u", cell);
    add_case(checks, &check_move, (RefArgs){.n = {cell}}, text,
             OPERANDS(FULL_PLANES(places, fill), FULL_PLANES(patches, FILL_FLOW),
                      FIXED(IDIOM_SHAPE(1, 1, 1, 1), continues),
                      FIXED(IDIOM_SHAPE(1, 1, 1, 3), FILL_POSITIVE)));
    add_case(checks, &check_noise, (RefArgs){0}, "", OPERANDS(FULL_PLANES(places, fill)));
    add_case(checks, &check_kept, (RefArgs){0}, "", OPERANDS(FULL_PLANES(places, fill)));
}

static void add_camera(Checks *checks, guint w, guint h)
{
    const IdiomShape patches = IDIOM_SHAPE(1, 4, h, w);
    add_case(checks, &check_blocks, (RefArgs){0}, "",
             OPERANDS(FULL_PLANES(patches, FILL_POSITIVE), FULL_PLANES(patches, FILL_POSITIVE)));
    add_case(checks, &check_fit, (RefArgs){0}, "", OPERANDS(FULL_PLANES(patches, FILL_POSITIVE)));
    for (guint i = 0; i < 2; i++)
        add_case(checks, &check_fill, (RefArgs){0}, "",
                 OPERANDS(FULL_PLANES(patches, i ? FILL_SHARE : FILL_SMALL), FULL_PLANES(patches, FILL_SHARE),
                          FIXED(IDIOM_SHAPE(1, 1, 1, 4), i ? FILL_POSITIVE : FILL_SIGNED)));
}

CASES(carry)
{
    add_camera(checks, 1, 1);
    add_camera(checks, 16, 9);
    add_camera(checks, 37, 21);
    FOR_RANDOM(checks, 2, i)
    add_camera(checks, random_uint(checks, 1, 60), random_uint(checks, 1, 40));
    add_carry(checks, 1, 1, 4, FILL_SHARE, FILL_POSITIVE);
    add_carry(checks, 16, 9, 6, FILL_ZERO, FILL_POSITIVE);
    add_carry(checks, 33, 17, 6, FILL_SHARE, FILL_POSITIVE);
    add_carry(checks, 33, 17, 6, FILL_SHARE, FILL_ZERO);
    add_carry(checks, 20, 31, 12, FILL_FAR, FILL_POSITIVE);
    FOR_RANDOM(checks, 3, i)
    add_carry(checks, random_uint(checks, 1, 60), random_uint(checks, 1, 40), 2 * random_uint(checks, 1, 6),
              FILL_SHARE, FILL_POSITIVE);
    const IdiomShape places = IDIOM_SHAPE(1, 4, 90, 160), patches = IDIOM_SHAPE(1, 4, 60, 107);
    add_bench(checks, &check_move, (RefArgs){.n = {6}}, "",
              OPERANDS(FULL_PLANES(places, FILL_SHARE), FULL_PLANES(patches, FILL_POSITIVE),
                       FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_POSITIVE),
                       FIXED(IDIOM_SHAPE(1, 1, 1, 3), FILL_POSITIVE)));
    add_bench(checks, &check_noise, (RefArgs){0}, "", OPERANDS(FULL_PLANES(places, FILL_ZERO)));
}
