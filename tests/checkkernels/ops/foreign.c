/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element functions, sizes and orders of networks of other people. */
#include "checks.h"

#include <math.h>

/* --- functions: n[0] the function, f[0] p, f[1] q --------------------------------------------------- */

static double of_one(IdiomFunction function, double x, double p, double q)
{
    switch (function) {
    case IDIOM_FUNCTION_CLAMP:
        return fmin(fmax(x, p), q);
    case IDIOM_FUNCTION_LEAKY:
        return x < 0 ? p * x : x;
    case IDIOM_FUNCTION_ELU:
        return q * (x < 0 ? p * expm1(x) : x);
    case IDIOM_FUNCTION_HARDSIGMOID:
        return fmin(fmax(p * x + q, 0), 1);
    case IDIOM_FUNCTION_ABS:
        return fabs(x);
    case IDIOM_FUNCTION_SQRT:
        return sqrt(fmax(x, 0));
    case IDIOM_FUNCTION_EXP:
        return exp(x);
    case IDIOM_FUNCTION_LOG:
        return log(fmax(x, 1e-30));
    case IDIOM_FUNCTION_ERF:
        return erf(x);
    case IDIOM_FUNCTION_FLOOR:
        return floor(x);
    case IDIOM_FUNCTION_CEIL:
        return ceil(x);
    case IDIOM_FUNCTION_ROUND:
        return nearbyint(x);
    case IDIOM_FUNCTION_POWER:
        return x < 0 && p != floor(p) ? 0 : pow(x, p);
    default:
        return p / x;
    }
}

static double of_two(IdiomFunction function, double x, double y)
{
    switch (function) {
    case IDIOM_FUNCTION_ADD:
        return x + y;
    case IDIOM_FUNCTION_SUB:
        return x - y;
    case IDIOM_FUNCTION_MUL:
        return x * y;
    case IDIOM_FUNCTION_DIV:
        return x / y;
    case IDIOM_FUNCTION_MIN:
        return fmin(x, y);
    case IDIOM_FUNCTION_MAX:
        return fmax(x, y);
    case IDIOM_FUNCTION_POW:
        return x < 0 && y != floor(y) ? 0 : pow(x, y);
    default:
        return x < 0 ? x * y : x;
    }
}

static void function_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *x = in[0], *y = in[1];
    FOR_SHAPE(out->shape, n, c, h, w)
    {
        const gsize i = at(out, n, c, h, w);
        if (!y) {
            out->v[i] = of_one(a->n[0], x->v[i], a->f[0], a->f[1]);
            continue;
        }
        const IdiomShape s = y->shape;
        out->v[i] =
            of_two(a->n[0], x->v[i],
                   y->v[at(y, s.n == 1 ? 0 : n, s.c == 1 ? 0 : c, s.h == 1 ? 0 : h, s.w == 1 ? 0 : w)]);
    }
}

static const RefRule ref_function = {.shape = same_shape, .forward = function_forward};

/* --- rearrange: a picture's rows and columns exchanged, its channels backwards ---------------------- */

static IdiomShape turned_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    const IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, s.w, s.h);
}

static void turned_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    FOR_SHAPE(out->shape, n, c, y, x)
    out->v[at(out, n, c, y, x)] = in[0]->v[at(in[0], n, out->shape.c - 1 - c, x, y)];
}

static const RefRule ref_turned = {.shape = turned_shape, .forward = turned_forward};

static IdiomTensor *turned(IdiomGraph *g, IdiomTensor *x)
{
    const IdiomShape s = idiom_tensor_shape(x);
    const gint64 plane = (gint64)s.h * s.w, all = plane * s.c;
    return idiom_rearrange(g, x, IDIOM_SHAPE(s.n, s.c, s.w, s.h), 4, (gint64[]){s.n, s.c, s.w, s.h},
                           (gint64[]){all, -plane, 1, s.w}, all - plane);
}

/* --- resize2d: more is an IdiomResizeParams, n: w, h ------------------------------------------------ */

static IdiomShape resize_shape(const RefArgs *a, Ref *const *in)
{
    return IDIOM_SHAPE(in[0]->shape.n, in[0]->shape.c, a->n[1], a->n[0]);
}

static int nearest(double x, IdiomRounding rounding)
{
    x = fabs(x - round(x)) < 1e-4 ? round(x) : x;
    return (int)(rounding == IDIOM_ROUNDING_FLOOR       ? floor(x)
                 : rounding == IDIOM_ROUNDING_CEIL      ? ceil(x)
                 : rounding == IDIOM_ROUNDING_HALF_DOWN ? ceil(x - 0.5 - 1e-4)
                                                        : floor(x + 0.5 + 1e-4));
}

static void resize_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomResizeParams *p = a->more;
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        const double sy = y * p->scale[1] + p->offset[1], sx = x * p->scale[0] + p->offset[0];
        out->v[at(out, n, c, y, x)] =
            p->mode == IDIOM_UPSAMPLE_BILINEAR
                ? ref_linear(in[0], n, c, sy, sx)
                : in[0]->v[at_clamped(in[0], n, c, nearest(sy, p->rounding), nearest(sx, p->rounding))];
    }
}

static const RefRule ref_resize = {.shape = resize_shape, .forward = resize_forward};

/* --- pool2d_any: more is an IdiomPoolAnyParams ------------------------------------------------------ */

static IdiomShape pool_shape(const RefArgs *a, Ref *const *in)
{
    const IdiomPoolAnyParams *p = a->more;
    guint size[2] = {in[0]->shape.w, in[0]->shape.h};
    for (guint k = 0; k < 2; k++) {
        const guint reach = (p->kernel[k] - 1) * p->dilation[k] + 1,
                    padded = size[k] + p->pad[k] + p->pad[2 + k];
        guint count = (padded - reach + (p->ceil_mode ? p->stride[k] - 1 : 0)) / p->stride[k] + 1;
        count -= p->ceil_mode && (count - 1) * p->stride[k] >= size[k] + p->pad[k];
        size[k] = count;
    }
    return IDIOM_SHAPE(in[0]->shape.n, in[0]->shape.c, size[1], size[0]);
}

static void pool_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomPoolAnyParams *p = a->more;
    const IdiomShape s = in[0]->shape;
    FOR_SHAPE(out->shape, n, c, y, x)
    {
        double sum = 0, most = -INFINITY, count = 0;
        for (guint k = 0; k < p->kernel[0] * p->kernel[1]; k++) {
            const int sx = (int)(x * p->stride[0] + k % p->kernel[0] * p->dilation[0]) - (int)p->pad[0];
            const int sy = (int)(y * p->stride[1] + k / p->kernel[0] * p->dilation[1]) - (int)p->pad[1];
            const gboolean inside = sx >= 0 && sy >= 0 && sx < (int)s.w && sy < (int)s.h;
            const gboolean padded = sx < (int)(s.w + p->pad[2]) && sy < (int)(s.h + p->pad[3]);
            const double v = inside ? in[0]->v[at(in[0], n, c, (guint)sy, (guint)sx)] : 0;
            sum += v;
            most = inside ? fmax(most, v) : most;
            count += inside || (p->count_pads && padded);
        }
        out->v[at(out, n, c, y, x)] = p->mode == IDIOM_POOL_AVG ? sum / fmax(count, 1) : most;
    }
}

static const RefRule ref_pool_any = {.shape = pool_shape, .forward = pool_forward};

/* clang-format off */
OP(function, "function", ref_function, idiom_function(g, in[0], in[1], a->n[0], a->f[0], a->f[1]), {"x", "y"}, .loose = 4)
OP(turn, "rearrange", ref_turned, turned(g, in[0]), {"x"})
OP(resize, "resize2d", ref_resize, idiom_resize2d(g, in[0], a->n[0], a->n[1], a->more), {"x"}, .loose = 4)
OP(pool_any, "pool2d_any", ref_pool_any, idiom_pool2d_any(g, in[0], a->more), {"x"})
/* clang-format on */

static void add_functions(Checks *checks)
{
    static const double p[] = {-0.4, 0.3, 1.5, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 2};
    static const double q[] = {0.7, 0, 1.2, 0.5};
    for (guint f = 0; f <= IDIOM_FUNCTION_PRELU; f++) {
        /* whole results do not depend on rounding, and small divisors do not make large results of it */
        const gboolean positive =
            f == IDIOM_FUNCTION_LOG || f == IDIOM_FUNCTION_RECIPROCAL || f == IDIOM_FUNCTION_POW;
        const gboolean steps = f >= IDIOM_FUNCTION_FLOOR && f <= IDIOM_FUNCTION_ROUND;
        const Fill fill = positive ? FILL_POSITIVE : steps ? FILL_LEVELS : FILL_SIGNED;
        const RefArgs args = {.n = {f},
                              .f = {f < G_N_ELEMENTS(p) ? p[f] : 0, f < G_N_ELEMENTS(q) ? q[f] : 0}};
        g_autofree char *text = g_strdup_printf("%u", f);
        const IdiomShape shapes[] = {{1, 1, 1, 1}, {2, 5, 7, 33}, {1, 8, 6, 130}};
        for (guint k = 0; k < G_N_ELEMENTS(shapes); k++) {
            const IdiomShape s = shapes[k];
            if (f < IDIOM_FUNCTION_ADD) {
                add_case(checks, &check_function, args, text, OPERANDS(FIXED_PLANES(s, fill)));
                continue;
            }
            const IdiomShape others[] = {s, {1, s.c, 1, 1}, {s.n, 1, s.h, s.w}, {1, 1, 1, 1}};
            for (guint o = 0; o < G_N_ELEMENTS(others); o++)
                add_case(checks, &check_function, args, text,
                         OPERANDS(FIXED_PLANES(s, fill), FIXED_PLANES(others[o], FILL_POSITIVE)));
        }
    }
}

CASES(foreign)
{
    static const IdiomResizeParams resizes[] = {
        {IDIOM_UPSAMPLE_NEAREST, IDIOM_ROUNDING_FLOOR, {0.5, 0.5}, {0, 0}},
        {IDIOM_UPSAMPLE_NEAREST, IDIOM_ROUNDING_CEIL, {0.4, 0.7}, {-0.3, -0.15}},
        {IDIOM_UPSAMPLE_NEAREST, IDIOM_ROUNDING_HALF_DOWN, {0.25, 1}, {0, 0}},
        {IDIOM_UPSAMPLE_NEAREST, IDIOM_ROUNDING_HALF_UP, {0.5, 0.25}, {0, 0}},
        {IDIOM_UPSAMPLE_BILINEAR, 0, {0.5, 0.5}, {-0.25, -0.25}},
        {IDIOM_UPSAMPLE_BILINEAR, 0, {1.7, 0.3}, {0.35, 0}},
    };
    static const IdiomPoolAnyParams pools[] = {
        {IDIOM_POOL_MAX, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, FALSE, FALSE},
        {IDIOM_POOL_MAX, {2, 3}, {1, 2}, {2, 1}, {0, 1, 1, 0}, TRUE, FALSE},
        {IDIOM_POOL_AVG, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, FALSE, FALSE},
        {IDIOM_POOL_AVG, {3, 2}, {2, 3}, {1, 2}, {1, 0, 2, 1}, TRUE, TRUE},
    };
    add_functions(checks);
    FOR_SHAPES(s)
    {
        add_case(checks, &check_turn, (RefArgs){0}, "turned", OPERANDS(FIXED_PLANES(*s, FILL_SIGNED)));
        for (guint i = 0; i < G_N_ELEMENTS(resizes); i++)
            add_case(checks, &check_resize, (RefArgs){.n = {s->w * 2 + 1, s->h + 3}, .more = &resizes[i]}, "",
                     OPERANDS(FIXED_PLANES(*s, FILL_SIGNED)));
    }
    for (guint i = 0; i < G_N_ELEMENTS(pools); i++)
        add_case(checks, &check_pool_any, (RefArgs){.more = &pools[i]}, "",
                 OPERANDS(FIXED_PLANES(IDIOM_SHAPE(2, 6, 11, 37), FILL_SIGNED)));
}
