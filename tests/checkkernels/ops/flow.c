/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of idiom_motion(). */
#include "checks.h"

#include <math.h>

#include "motion/motion.h"

/* Sizes of luma; of one pixel, odd, larger than a search reaches. */
static const IdiomShape lumas[] = {{1, 1, 1, 1}, {1, 1, 5, 7}, {1, 1, 17, 33}, {1, 1, 40, 24}};

static IdiomShape flat_shape(const RefArgs *a, Ref *const *in)
{
    (void)in;
    return IDIOM_SHAPE(1, 1, 1, a->n[0]);
}

static double smoothstep(double low, double high, double x)
{
    double t = CLAMP((x - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

/* --- luma ----------------------------------------------------------------------------------------- */

/* n: cell */
static IdiomShape luma_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(1, 1, (s.h + a->n[0] - 1) / a->n[0], (s.w + a->n[0] - 1) / a->n[0]);
}

static void luma_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    guint cell = a->n[0];
    FOR_SHAPE(out->shape, n, c, y, x)
    for (guint i = 0; i < cell * cell; i++)
        out->v[at(out, n, c, y, x)] +=
            ref_luma(in[0], (int)(y * cell + i / cell), (int)(x * cell + i % cell)) / (cell * cell);
}

static const RefRule ref_flow_luma = {luma_shape, .forward = luma_forward};

/* --- features ------------------------------------------------------------------------------------- */

/* Luma less its mean, over its deviation, both of nine pixels around. */
static Ref *make_features(const Ref *luma)
{
    Ref *f = ref_new(luma->shape);
    FOR_SHAPE(f->shape, n, c, y, x)
    {
        double v[9];
        for (int i = 0; i < 9; i++)
            v[i] = luma->v[at_clamped(luma, n, c, (int)y + 2 * (i / 3) - 2, (int)x + 2 * (i % 3) - 2)];
        f->v[at(f, n, c, y, x)] = (v[4] - ref_plane_mean(v, 9)) / (sqrt(ref_plane_variance(v, 9)) + 0.02);
    }
    return f;
}

static IdiomShape quads_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(1, 4, in[0]->shape.h, in[0]->shape.w);
}

static void quads_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    g_autoptr(Ref) f = make_features(in[0]);
    FOR_SHAPE(out->shape, n, c, y, x)
    out->v[at(out, n, c, y, x)] = f->v[at_clamped(f, 0, 0, (int)(y + c / 2), (int)(x + c % 2))];
}

static const RefRule ref_quads = {quads_shape, .forward = quads_forward};

static IdiomShape gradients_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(1, 3, in[0]->shape.h, in[0]->shape.w);
}

static void gradients_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    g_autoptr(Ref) f = make_features(in[0]);
    FOR_SHAPE(f->shape, n, c, uy, ux)
    {
        int y = (int)uy, x = (int)ux;
        out->v[at(out, n, 0, uy, ux)] = f->v[at(f, n, c, uy, ux)];
        out->v[at(out, n, 1, uy, ux)] =
            (f->v[at_clamped(f, n, c, y, x + 1)] - f->v[at_clamped(f, n, c, y, x - 1)]) / 2;
        out->v[at(out, n, 2, uy, ux)] =
            (f->v[at_clamped(f, n, c, y + 1, x)] - f->v[at_clamped(f, n, c, y - 1, x)]) / 2;
    }
}

static const RefRule ref_gradients = {gradients_shape, .forward = gradients_forward};

/* --- search --------------------------------------------------------------------------------------- */

static IdiomShape search_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(2, 4, in[0]->shape.h, in[0]->shape.w);
}

/* Squared difference of 6x6 features around (@y, @x) of @own and (@oy, @ox) of @other. */
static double patch_difference(const Ref *own, int y, int x, const Ref *other, int oy, int ox)
{
    double sum = 0;
    for (int i = 0; i < 36; i++) {
        int dy = 2 * (i / 4 / 3) - 2, dx = 2 * (i / 4 % 3) - 2, c = i % 4;
        double e = other->v[at_clamped(other, 0, (guint)c, oy + dy, ox + dx)] -
                   own->v[at_clamped(own, 0, (guint)c, y + dy, x + dx)];
        sum += e * e;
    }
    return sum;
}

/* Half the sum of squared differences to the right and below. */
static double texture(const Ref *own, int y, int x)
{
    double sum = 0;
    for (int i = 0; i < 9; i++) {
        int py = y + 2 * (i / 3) - 2, px = x + 2 * (i % 3) - 2;
        double v = own->v[at_clamped(own, 0, 0, py, px)];
        double right = own->v[at_clamped(own, 0, 1, py, px)] - v,
               below = own->v[at_clamped(own, 0, 2, py, px)] - v;
        sum += 0.5 * (right * right + below * below);
    }
    return sum;
}

static void search_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    int range = MIN(8, ((int)MAX(out->shape.w, out->shape.h) + 7) / 8);
    FOR_SHAPE(IDIOM_SHAPE(2, 1, out->shape.h, out->shape.w), way, one, uy, ux)
    {
        const Ref *own = in[way], *other = in[1 - way];
        int y = (int)uy, x = (int)ux, best[2] = {0, 0};
        double least = INFINITY, second = INFINITY;
        for (int dy = -range; dy <= range; dy++)
            for (int dx = -range; dx <= range; dx++) {
                double cost = 0.5 * hypot(dx, dy) + patch_difference(own, y, x, other, y + dy, x + dx);
                if (cost < least) {
                    second = least;
                    least = cost;
                    best[0] = dx;
                    best[1] = dy;
                } else {
                    second = fmin(second, cost);
                }
            }
        const double values[4] = {best[0], best[1], texture(own, y, x), least / 36};
        for (guint c = 0; c < 4; c++)
            out->v[at(out, way, c, uy, ux)] = values[c];
        for (guint c = 0; c < 2 && second - least < 1e-3 * (1 + least); c++)
            ref_leave_open(out, at(out, way, c + one, uy, ux));
    }
}

static const RefRule ref_search = {search_shape, .forward = search_forward};

/* --- patches -------------------------------------------------------------------------------------- */

typedef struct {
    double feature, x, y; /* gradient */
} PatchPixel;

/* n: ways, stride, searched */
static IdiomShape patch_shape(const RefArgs *a, Ref *const *in)
{
    guint stride = a->n[1];
    return IDIOM_SHAPE(a->n[0], 4, (in[0]->shape.h + stride - 1) / stride,
                       (in[0]->shape.w + stride - 1) / stride);
}

/* Squared difference of the features of a patch and of those at @motion, rounded, from (@y, @x) on. */
static double whole_difference(const PatchPixel *own, const Ref *other, int y, int x, const double motion[2])
{
    double sum = 0;
    for (int i = 0; i < 36; i++) {
        int dy = 2 * (i / 4 / 3), dx = 2 * (i / 4 % 3), c = i % 4;
        double e = other->v[at_clamped(other, 0, (guint)c, y + dy + (int)round(motion[1]),
                                       x + dx + (int)round(motion[0]))] -
                   own[6 * (dy + c / 2) + dx + c % 2].feature;
        sum += e * e;
    }
    return sum;
}

/* Of a Gauss-Newton step, with weights that make misfits count less. */
typedef struct {
    double xx, xy, yy, move[2], misfit, weights, squares;
} Step;

static Step gauss_newton(const PatchPixel *own, const Ref *other, int y, int x, const double v[2])
{
    Step s = {0};
    double bx = 0, by = 0;
    int wy = (int)floor(v[1]), wx = (int)floor(v[0]);
    double fy = v[1] - wy, fx = v[0] - wx;
    const double share[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
    for (int i = 0; i < 36; i++) {
        double e = -own[i].feature;
        for (guint c = 0; c < 4; c++)
            e += share[c] * other->v[at_clamped(other, 0, c, y + wy + i / 6, x + wx + i % 6)];
        double weight = 1 / (1 + 4 * e * e);
        s.xx += weight * own[i].x * own[i].x;
        s.xy += weight * own[i].x * own[i].y;
        s.yy += weight * own[i].y * own[i].y;
        bx += weight * e * own[i].x;
        by += weight * e * own[i].y;
        s.misfit += weight * e * e;
        s.weights += weight;
        s.squares += e * e;
    }
    double axx = s.xx + 1, ayy = s.yy + 1, determinant = axx * ayy - s.xy * s.xy;
    s.move[0] = CLAMP((ayy * bx - s.xy * by) / determinant, -1, 1);
    s.move[1] = CLAMP((axx * by - s.xy * bx) / determinant, -1, 1);
    return s;
}

/* The likeliest of what was found around, into @v; the cost of rest into @rest. FALSE where rounding decides. */
static gboolean choose(const RefArgs *a, const Ref *coarse, guint way, guint py, guint px,
                       const PatchPixel *own, const Ref *other, int y, int x, double v[2], double *rest)
{
    double scale = a->n[2] ? 2 : 4,
           centre[2] = {a->n[1] * (px + 0.5) / scale - 0.5, a->n[1] * (py + 0.5) / scale - 0.5};
    int near[2] = {(int)round(centre[0]), (int)round(centre[1])};
    double candidate[7][2], least = INFINITY, second = INFINITY;
    gboolean sure = TRUE;
    for (guint c = 0; c < 2; c++) {
        candidate[0][c] = 2 * ref_linear(coarse, way, c, centre[1], centre[0]);
        candidate[1][c] = 2 * coarse->v[at_clamped(coarse, way, c, near[1], near[0])];
        for (int i = 0; i < 4; i++)
            candidate[2 + i][c] =
                2 *
                coarse->v[at_clamped(coarse, way, c, near[1] + 2 * (i / 2) - 1, near[0] + 2 * (i % 2) - 1)];
        candidate[6][c] = 0;
    }
    for (guint k = 0; k < 7; k++) {
        double apart = hypot(candidate[k][0] - candidate[0][0], candidate[k][1] - candidate[0][1]);
        double cost = k == 0 || k == 6 ? 0 : 1 + 0.5 * apart;
        for (guint c = 0; c < 2; c++)
            sure &= fabs(candidate[k][c] - floor(candidate[k][c]) - 0.5) > 1e-4;
        cost += whole_difference(own, other, y, x, candidate[k]);
        *rest = cost;
        if (cost < least) {
            second = least;
            least = cost;
            v[0] = candidate[k][0];
            v[1] = candidate[k][1];
        } else {
            second = fmin(second, cost);
        }
    }
    return sure && second - least > 1e-3 * (1 + least);
}

/* Whether the patch rests after all. FALSE in @sure where rounding decides. */
static gboolean rests(const Step *s, double eigenvalue, double rest, const double v[2], const double *past,
                      gboolean *sure)
{
    gboolean flat = eigenvalue < 1.5 && past[0] > 0.3;
    double speed = hypot(v[0], v[1]);
    double ratio = flat ? 1.3 + 0.7 * smoothstep(0.006, 0.0095, past[2]) : speed < 0.12 ? 1.3 : 0;
    double limit = ratio * (s->squares + 0.02);
    *sure &=
        fabs(eigenvalue - 1.5) > 1e-3 && fabs(speed - 0.12) > 1e-3 && fabs(rest - limit) > 1e-3 * (1 + limit);
    return rest < limit;
}

static void patch_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *coarse = in[2];
    int stride = (int)a->n[1];
    FOR_SHAPE(IDIOM_SHAPE(out->shape.n, 1, out->shape.h, out->shape.w), way, one, py, px)
    {
        const Ref *gradients = in[4 + way], *other = in[1 - way];
        int y = stride * (int)py + stride / 2 - 3, x = stride * (int)px + stride / 2 - 3;
        PatchPixel own[36];
        for (int i = 0; i < 36; i++)
            own[i] = (PatchPixel){gradients->v[at_clamped(gradients, 0, 0, y + i / 6, x + i % 6)],
                                  gradients->v[at_clamped(gradients, 0, 1, y + i / 6, x + i % 6)],
                                  gradients->v[at_clamped(gradients, 0, 2, y + i / 6, x + i % 6)]};
        double v[2] = {0, 0}, rest = one;
        gboolean sure = choose(a, coarse, way, py, px, own, other, y, x, v, &rest);
        const double start[2] = {v[0], v[1]};
        Step s = {0};
        for (guint k = 0; k < 2; k++) {
            s = gauss_newton(own, other, y, x, v);
            v[0] -= s.move[0];
            v[1] -= s.move[1];
        }
        double way_off = hypot(v[0] - start[0], v[1] - start[1]);
        sure &= fabs(way_off - 2.5) > 1e-3;
        if (way_off > 2.5) {
            v[0] = start[0];
            v[1] = start[1];
        }
        double eigenvalue = (s.xx + s.yy) / 2 - hypot((s.xx - s.yy) / 2, s.xy);
        gboolean at_rest = rests(&s, eigenvalue, rest, v, in[3]->v, &sure);
        const double values[4] = {at_rest ? 0 : v[0], at_rest ? 0 : v[1], fmax(eigenvalue, 0),
                                  s.misfit / s.weights};
        for (guint c = 0; c < 4; c++) {
            out->v[at(out, way, c, py, px)] = values[c];
            if (!sure)
                ref_leave_open(out, at(out, way, c, py, px));
        }
    }
}

static const RefRule ref_patch = {patch_shape, .forward = patch_forward};

/* --- smoothing ------------------------------------------------------------------------------------ */

static double trust(const Ref *m, guint n, int y, int x)
{
    double z = m->v[at_clamped(m, n, 2, y, x)], w = m->v[at_clamped(m, n, 3, y, x)];
    return z / (z + 1) / (1 + 8 * w);
}

/* n: fill */
static void smooth_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *m = in[0];
    FOR_SHAPE(IDIOM_SHAPE(m->shape.n, 1, m->shape.h, m->shape.w), n, one, uy, ux)
    {
        int y = (int)uy, x = (int)ux;
        double weights = one, sum[2] = {0, 0}, centre[2];
        for (guint c = 0; c < 2; c++)
            centre[c] = m->v[at(m, n, c, uy, ux)];
        for (int i = 0; i < 9; i++) {
            int py = y + i / 3 - 1, px = x + i % 3 - 1;
            double v[2] = {m->v[at_clamped(m, n, 0, py, px)], m->v[at_clamped(m, n, 1, py, px)]};
            double apart = pow(v[0] - centre[0], 2) + pow(v[1] - centre[1], 2);
            double weight = (trust(m, n, py, px) + 0.02) * (a->n[0] ? 1 : 1 / (1 + 4 * apart));
            weights += weight;
            for (guint c = 0; c < 2; c++)
                sum[c] += weight * v[c];
        }
        gboolean rests = !a->n[0] && centre[0] == 0 && centre[1] == 0;
        double own = trust(m, n, y, x);
        for (guint c = 0; c < 4; c++)
            out->v[at(out, n, c, uy, ux)] = c > 1   ? m->v[at(m, n, c, uy, ux)]
                                            : rests ? 0
                                                    : (1 - own) * sum[c] / weights + own * centre[c];
    }
}

static const RefRule ref_smooth = {same_shape, .forward = smooth_forward};

/* --- confidence ----------------------------------------------------------------------------------- */

static IdiomShape confidence_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(1, 4, in[2]->shape.h, in[2]->shape.w);
}

/* luma, that of the last picture, motion, the same with a way back; f: as IdiomFlowScales */
static void confidence_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const double scale = a->f[0], cell = a->f[1], coarser = a->f[2], wider = a->f[3];
    const Ref *luma = in[0], *last = in[1], *motion = in[2], *back = in[3];
    FOR_SHAPE(IDIOM_SHAPE(1, 1, out->shape.h, out->shape.w), n, one, y, x)
    {
        double v[2], there[2], target[2], miss = one, v2 = 0, back2 = 0, beyond = 0;
        const guint patch[2] = {x, y}, size[2] = {luma->shape.w, luma->shape.h};
        const guint back_size[2] = {back->shape.w, back->shape.h};
        for (guint c = 0; c < 2; c++) {
            v[c] = motion->v[at(motion, n, c, y, x)];
            there[c] = CLAMP((patch[c] + v[c] / cell + 0.5) / wider - 0.5, -1, (double)back_size[c]);
            target[c] = CLAMP(floor(cell * patch[c]) + v[c], -2, (double)size[c] + 1);
            beyond = fmax(beyond, fmax(-target[c], target[c] - (size[c] - 1.0)));
        }
        for (guint c = 0; c < 2; c++) {
            double b = coarser * ref_linear(back, 1, c, there[1], there[0]);
            miss += pow(scale * (v[c] + b), 2);
            v2 += v[c] * v[c];
            back2 += b * b;
        }
        double agrees = 1 - smoothstep(2, 8, miss / (0.5 + 0.01 * scale * scale * (v2 + back2)));
        double difference[4], alike = 0, noise = 0;
        for (int i = 0; i < 4; i++) {
            int here_y = (int)floor(cell * y) + i / 2, here_x = (int)floor(cell * x) + i % 2;
            difference[i] = ref_linear(last, 0, 0, target[1] + i / 2, target[0] + i % 2) -
                            luma->v[at_clamped(luma, 0, 0, here_y, here_x)];
            alike += fabs(difference[i]) / 4;
        }
        for (int i = 0; i < 4; i++)
            noise += fabs(difference[i] - ref_plane_mean(difference, 4)) / 4;
        const double values[4] = {scale * v[0], scale * v[1],
                                  agrees * (1 - smoothstep(0.04, 0.12, alike)) * CLAMP(1 - beyond, 0, 1),
                                  scale * noise};
        for (guint c = 0; c < 4; c++)
            out->v[at(out, n, c, y, x)] = values[c];
    }
}

static const RefRule ref_confidence = {confidence_shape, .forward = confidence_forward};

/* --- cuts ----------------------------------------------------------------------------------------- */

/* flow, whether it may continue, the rest of the last run; n: elements, of the rest if there are three */
static void cut_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *flow = in[0];
    double pixels = (double)flow->shape.h * flow->shape.w, confidence = 0, rests = 0, noise = 0;
    FOR_SHAPE(IDIOM_SHAPE(1, 1, flow->shape.h, flow->shape.w), n, c, y, x)
    {
        confidence += flow->v[at(flow, n, 2, y, x)];
        if (hypot(flow->v[at(flow, n, c, y, x)], flow->v[at(flow, n, 1, y, x)]) >= 0.1)
            continue;
        rests += 1;
        noise += fmin(flow->v[at(flow, n, 3, y, x)], 0.02);
    }
    gboolean continues = confidence > 0.3 * pixels && in[1]->v[0] != 0;
    if (a->n[0] == 1) {
        out->v[0] = continues;
        return;
    }
    out->v[0] = continues ? rests / pixels : 0;
    out->v[1] = continues ? in[2]->v[1] + 1 : 0;
    out->v[2] = noise / fmax(rests, 1);
}

static const RefRule ref_cut = {flat_shape, .forward = cut_forward};

/* clang-format off */
OP(luma, "flow_luma", ref_flow_luma, idiom_flow_luma(g, in[0], a->n[0]), {"picture"})
OP(quads, "flow_features quads", ref_quads, idiom_flow_features(g, in[0]).quads, {"luma"}, .loose = 20)
OP(gradients, "flow_features gradients", ref_gradients, idiom_flow_features(g, in[0]).gradients, {"luma"}, .loose = 20)
OP(search, "flow_search", ref_search, idiom_flow_search(g, in), {"quads", "last"})
OP(patch, "flow_patch", ref_patch,
   idiom_flow_patch(g, in, in + 4, in[2], in[3], (IdiomFlowPatches){a->n[0], a->n[1], a->n[2] != 0}),
   {"quads", "last", "coarse", "rest", "gradients", "last_gradients"}, .loose = 10)
OP(smooth, "flow_smooth", ref_smooth, idiom_flow_smooth(g, in[0], a->n[0] != 0), {"motion"})
OP(confidence, "flow_confidence", ref_confidence,
   idiom_flow_confidence(g, in, in[2], in[3],
                         (IdiomFlowScales){(float)a->f[0], (float)a->f[1], (float)a->f[2], (float)a->f[3]}),
   {"luma", "last", "motion", "back"}, .fp32_result = TRUE)
OP(continues, "flow_cut continues", ref_cut, idiom_flow_cut(g, in[0], in[1], in[2]).continues,
   {"flow", "may_continue", "last"})
OP(rest, "flow_cut rest", ref_cut, idiom_flow_cut(g, in[0], in[1], in[2]).rest, {"flow", "may_continue", "last"})
/* clang-format on */

static void add_luma(Checks *checks, guint h, guint w, guint cell)
{
    g_autofree char *text = g_strdup_printf("cell %u", cell);
    add_case(checks, &check_luma, (RefArgs){.n = {cell}}, text,
             OPERANDS(FIXED_PLANES(IDIOM_SHAPE(1, 3, h, w), FILL_POSITIVE)));
}

static void add_features(Checks *checks, IdiomShape luma)
{
    const IdiomShape quads = {1, 4, luma.h, luma.w};
    add_case(checks, &check_quads, (RefArgs){0}, "", OPERANDS(FIXED_PLANES(luma, FILL_POSITIVE)));
    add_case(checks, &check_gradients, (RefArgs){0}, "", OPERANDS(FIXED_PLANES(luma, FILL_POSITIVE)));
    add_case(checks, &check_search, (RefArgs){0}, "",
             OPERANDS(FIXED_PLANES(quads, FILL_SIGNED), FIXED_PLANES(quads, FILL_SIGNED)));
    for (guint fill = 0; fill < 2; fill++)
        add_case(checks, &check_smooth, (RefArgs){.n = {fill}}, fill ? "fill" : "",
                 OPERANDS(FULL_PLANES(IDIOM_SHAPE(1 + fill, 4, luma.h, luma.w), FILL_POSITIVE)));
}

static void add_patches(Checks *checks, IdiomShape luma, guint ways, guint stride, gboolean searched,
                        Fill rest)
{
    const IdiomShape quads = {1, 4, luma.h, luma.w}, gradients = {1, 3, luma.h, luma.w};
    const IdiomShape half = {2, 4, (luma.h + 1) / 2, (luma.w + 1) / 2};
    const IdiomShape quarter = {2, 4, (half.h + 1) / 2, (half.w + 1) / 2};
    g_autofree char *text = g_strdup_printf("ways %u stride %u%s%s", ways, stride,
                                            searched ? " searched" : "", rest == FILL_SMALL ? " moving" : "");
    add_case(checks, &check_patch, (RefArgs){.n = {ways, stride, searched}}, text,
             OPERANDS(FIXED_PLANES(quads, FILL_SIGNED), FIXED_PLANES(quads, FILL_SIGNED),
                      FULL_PLANES(searched ? half : quarter, FILL_SIGNED),
                      FIXED(IDIOM_SHAPE(1, 1, 1, 3), rest), FIXED_PLANES(gradients, FILL_SIGNED),
                      FIXED_PLANES(gradients, FILL_SIGNED)));
}

/* Patches of @cell pixels, the way back @coarser and @wider; @fill: of the motion. */
static void add_confidence(Checks *checks, IdiomShape luma, guint scale, guint cell, guint coarser,
                           double wider, Fill fill)
{
    const IdiomShape motion = {1, 4, (luma.h + cell - 1) / cell, (luma.w + cell - 1) / cell};
    const IdiomShape back = {2, 4, (guint)ceil(motion.h / wider), (guint)ceil(motion.w / wider)};
    g_autofree char *text = g_strdup_printf("scale %u cell %u coarser %u%s", scale, cell, coarser,
                                            fill == FILL_FAR ? " far" : "");
    add_case(checks, &check_confidence, (RefArgs){.f = {scale, cell, coarser, (float)wider}}, text,
             OPERANDS(FIXED_PLANES(luma, FILL_SHARE), FIXED_PLANES(luma, FILL_SHARE),
                      FULL_PLANES(motion, fill), FULL_PLANES(back, fill)));
}

static void add_cut(Checks *checks, IdiomShape flow, Fill fill)
{
    const Operand operands[] = {FULL_PLANES(flow, fill), FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_LEVELS),
                                FIXED(IDIOM_SHAPE(1, 1, 1, 3), FILL_POSITIVE)};
    const char *text = fill == FILL_SMALL ? "at rest" : "";
    add_case(checks, &check_continues, (RefArgs){.n = {1}}, text, G_N_ELEMENTS(operands), operands);
    add_case(checks, &check_rest, (RefArgs){.n = {3}}, text, G_N_ELEMENTS(operands), operands);
}

CASES(flow)
{
    for (guint cell = 1; cell < 5; cell++) {
        add_luma(checks, 1, 1, cell);
        add_luma(checks, 17, 35, cell);
    }
    for (guint i = 0; i < G_N_ELEMENTS(lumas); i++) {
        const IdiomShape s = lumas[i];
        add_features(checks, s);
        for (guint k = 0; k < 8; k++)
            add_patches(checks, s, 1 + k % 2, 2 + k / 2 % 2, k / 4, k % 3 ? FILL_POSITIVE : FILL_SMALL);
        add_confidence(checks, s, 2, 3, 2, 4.0 / 3, FILL_SIGNED);
        add_confidence(checks, s, 4, 3, 2, 2.0 / 3, FILL_WIDE);
        add_confidence(checks, s, 2, 1, 1, 1, FILL_SMALL);
        add_confidence(checks, s, 4, 3, 2, 4.0 / 3, FILL_FAR);
        add_cut(checks, IDIOM_SHAPE(1, 4, s.h, s.w), FILL_POSITIVE);
        add_cut(checks, IDIOM_SHAPE(1, 4, s.h, s.w), FILL_SHARE);
        add_cut(checks, IDIOM_SHAPE(1, 4, s.h, s.w), FILL_SMALL);
    }
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape s = random_shape(checks, 1, 40, 60);
        s.n = 1;
        add_luma(checks, s.h, s.w, random_uint(checks, 1, 6));
        add_features(checks, s);
        add_confidence(checks, s, random_uint(checks, 2, 6), 3, 2, 4.0 / 3, i % 2 ? FILL_WIDE : FILL_FAR);
        add_cut(checks, IDIOM_SHAPE(1, 4, s.h, s.w), FILL_SHARE);
    }
}
