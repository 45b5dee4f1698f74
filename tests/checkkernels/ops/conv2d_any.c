/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions and norms of networks of other people. */
#include "checks.h"
#include "reference/activation.h"

#include <math.h>

/* --- conv2d_any: more is an IdiomConvAnyParams ------------------------------------------------------ */

static IdiomShape conv_shape(const RefArgs *a, Ref *const *in)
{
    const IdiomConvAnyParams *p = a->more;
    const IdiomShape s = in[0]->shape, k = in[1]->shape;
    const guint size[2] = {s.w, s.h}, kernel[2] = {k.w, k.h};
    guint to[2];
    for (guint i = 0; i < 2; i++) {
        const int reach = (int)((kernel[i] - 1) * p->dilation[i] + 1), pads = p->pad[i] + p->pad[2 + i];
        to[i] = (guint)(p->transposed ? (int)((size[i] - 1) * p->stride[i]) + reach - pads + (int)p->more[i]
                                      : ((int)size[i] + pads - reach) / (int)p->stride[i] + 1);
    }
    return IDIOM_SHAPE(s.n, p->transposed ? k.c * p->groups : k.n, to[1], to[0]);
}

/* Where in the source the tap @k of output @i is; FALSE: nowhere. */
static gboolean source(const IdiomConvAnyParams *p, guint axis, guint i, guint k, guint size, guint *from)
{
    const int stride = (int)p->stride[axis], tap = (int)(k * p->dilation[axis]);
    int at = p->transposed ? (int)i + p->pad[axis] - tap : (int)i * stride - p->pad[axis] + tap;
    if (at < 0 || (p->transposed && at % stride))
        return FALSE;
    at /= p->transposed ? stride : 1;
    *from = (guint)at;
    return at < (int)size;
}

static void conv_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomConvAnyParams *p = a->more;
    const Ref *x = in[0], *weight = in[1], *bias = in[2];
    const guint inputs = x->shape.c / p->groups, outputs = out->shape.c / p->groups;
    FOR_SHAPE(out->shape, n, o, y, w)
    {
        double sum = bias ? bias->v[o] : 0;
        guint sy, sx;
        for (guint ky = 0; ky < weight->shape.h; ky++)
            for (guint kx = 0; kx < weight->shape.w; kx++) {
                if (!source(p, 1, y, ky, x->shape.h, &sy) || !source(p, 0, w, kx, x->shape.w, &sx))
                    continue;
                for (guint c = 0; c < inputs; c++) {
                    const guint i = o / outputs * inputs + c;
                    sum += x->v[at(x, n, i, sy, sx)] *
                           weight->v[p->transposed ? at(weight, i, o % outputs, ky, kx)
                                                   : at(weight, o, c, ky, kx)];
                }
            }
        out->v[at(out, n, o, y, w)] = ref_activate(sum, p->act);
    }
}

static const RefRule ref_conv_any = {.shape = conv_shape, .forward = conv_forward};

/* --- upsample2_nearest_conv2d: n: outputs, mode, act; the weights follow from their place ------------ */

static float folded_weight(gsize k)
{
    return (float)sin(0.7 * (double)k + 0.3);
}

static IdiomShape large_shape(const RefArgs *a, Ref *const *in)
{
    const IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, a->n[0], 2 * s.h, 2 * s.w);
}

static void large_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Ref *x = in[0], *bias = in[1];
    FOR_SHAPE(out->shape, n, o, y, w)
    {
        double sum = bias ? bias->v[o] : 0;
        for (guint k = 0; k < 9; k++) {
            const int sy = ref_padded_source((int)(y + k / 3) - 1, (int)out->shape.h, a->n[1]);
            const int sx = ref_padded_source((int)(w + k % 3) - 1, (int)out->shape.w, a->n[1]);
            for (guint c = 0; c < x->shape.c && sy >= 0 && sx >= 0; c++)
                sum += x->v[at(x, n, c, (guint)sy / 2, (guint)sx / 2)] *
                       folded_weight(((gsize)o * x->shape.c + c) * 9 + k);
        }
        out->v[at(out, n, o, y, w)] = ref_activate(sum, a->n[2]);
    }
}

static const RefRule ref_large = {.shape = large_shape, .forward = large_forward};

static IdiomTensor *enlarged(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in)
{
    const IdiomShape kernel = IDIOM_SHAPE(a->n[0], idiom_tensor_shape(in[0]).c, 3, 3);
    const gsize count = idiom_shape_elements(kernel);
    g_autofree float *weight = g_new(float, count);
    for (gsize k = 0; k < count; k++)
        weight[k] = folded_weight(k);
    return idiom_upsample2_nearest_conv2d(g, in[0], kernel, weight, in[1], a->n[1], a->n[2]);
}

/* --- group_norm: n: groups, act; f: epsilon ---------------------------------------------------------- */

static void norm_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomShape s = in[0]->shape;
    const gsize plane = (gsize)s.h * s.w, count = plane * (s.c / a->n[0]);
    for (guint n = 0; n < s.n; n++)
        for (guint c = 0; c < s.c; c++) {
            const guint first = c / (s.c / a->n[0]) * (s.c / a->n[0]);
            const double *group = in[0]->v + at(in[0], n, first, 0, 0);
            const double mean = ref_plane_mean(group, count);
            const double inverse = 1 / sqrt(ref_plane_variance(group, count) + a->f[0]);
            for (gsize i = 0; i < plane; i++) {
                const gsize k = at(in[0], n, c, 0, 0) + i;
                const double v = in[1]->v[c] * (in[0]->v[k] - mean) * inverse + in[2]->v[c];
                out->v[k] = ref_activate(v, a->n[1]) + (in[3] ? in[3]->v[k] : 0);
            }
        }
}

static const RefRule ref_group_norm = {.shape = same_shape, .forward = norm_forward};

/* clang-format off */
OP(conv_any, "conv2d_any", ref_conv_any, idiom_conv2d_any(g, in[0], in[1], in[2], a->more), {"x", "weight", "bias"})
OP(large, "upsample2_nearest_conv2d", ref_large, enlarged(g, a, in), {"x", "bias"})
OP(group_norm, "group_norm", ref_group_norm,
   idiom_group_norm(g, in[0], in[1], in[2], a->n[0], a->f[0], in[3], a->n[1], NULL),
   {"x", "gamma", "beta", "residual"}, .loose = 4)
/* clang-format on */

CASES(conv2d_any)
{
    static const struct {
        IdiomShape x, weight;
        IdiomConvAnyParams p;
    } convs[] = {
        /* depthwise, grouped, dilated, uneven, cut off */
        {{2, 7, 9, 35}, {7, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1, 1, 1}, 7, FALSE, {0}, IDIOM_ACT_RELU}},
        {{1, 8, 10, 12}, {8, 1, 3, 3}, {{2, 2}, {1, 1}, {0, 0, 1, 1}, 8, FALSE, {0}, 0}},
        {{1, 8, 9, 12}, {16, 4, 3, 3}, {{1, 2}, {1, 1}, {1, 1, 1, 1}, 2, FALSE, {0}, 0}},
        {{1, 6, 9, 12}, {9, 2, 3, 1}, {{1, 1}, {1, 1}, {0, 1, 0, 1}, 3, FALSE, {0}, 0}},
        {{1, 5, 17, 40}, {6, 5, 3, 3}, {{1, 1}, {5, 2}, {5, 2, 5, 2}, 1, FALSE, {0}, IDIOM_ACT_TANH}},
        {{1, 4, 12, 20}, {3, 4, 5, 3}, {{2, 1}, {1, 1}, {2, 0, -3, 1}, 1, FALSE, {0}, 0}},
        /* transposed: in phases */
        {{1, 6, 5, 33}, {6, 5, 4, 4}, {{2, 2}, {1, 1}, {1, 1, 1, 1}, 1, TRUE, {0}, IDIOM_ACT_RELU}},
        {{2, 5, 7, 9}, {5, 8, 3, 3}, {{2, 2}, {1, 1}, {1, 1, 1, 1}, 1, TRUE, {1, 1}, 0}},
        {{1, 8, 6, 10}, {8, 3, 3, 3}, {{1, 1}, {1, 1}, {1, 0, 1, 2}, 1, TRUE, {0}, 0}},
        {{1, 16, 6, 10}, {16, 8, 2, 2}, {{2, 2}, {1, 1}, {0, 0, 0, 0}, 1, TRUE, {0}, 0}},
        {{1, 4, 6, 10}, {4, 4, 9, 9}, {{2, 2}, {1, 1}, {4, 4, 4, 4}, 1, TRUE, {1, 0}, IDIOM_ACT_LEAKY}},
        {{1, 64, 6, 10}, {64, 20, 4, 4}, {{2, 2}, {1, 1}, {1, 1, 1, 1}, 1, TRUE, {0}, 0}},
        /* and directly */
        {{1, 6, 5, 8}, {6, 2, 3, 3}, {{2, 2}, {1, 1}, {1, 1, 1, 1}, 3, TRUE, {1, 1}, 0}},
        {{1, 4, 5, 8}, {4, 3, 3, 2}, {{3, 2}, {2, 1}, {1, 0, 0, 1}, 1, TRUE, {2, 0}, 0}},
        {{1, 6, 5, 8}, {6, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1, 1, 1}, 6, TRUE, {0}, 0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(convs); i++) {
        const IdiomConvAnyParams *p = &convs[i].p;
        const guint outputs = p->transposed ? convs[i].weight.c * p->groups : convs[i].weight.n;
        for (guint bias = 0; bias < 2; bias++)
            add_case(checks, &check_conv_any, (RefArgs){.more = p}, p->transposed ? "transposed" : "",
                     OPERANDS(FIXED_PLANES(convs[i].x, FILL_SIGNED), FIXED(convs[i].weight, FILL_SIGNED),
                              bias ? FIXED(IDIOM_SHAPE(1, outputs, 1, 1), FILL_SIGNED) : NONE));
    }
    static const IdiomShape small[] = {{1, 3, 1, 1}, {2, 5, 6, 9}, {1, 20, 5, 37}};
    for (guint i = 0; i < G_N_ELEMENTS(small); i++)
        for (guint mode = 0; mode < 3; mode++)
            add_case(checks, &check_large, (RefArgs){.n = {7 + i, mode, i ? IDIOM_ACT_RELU : 0}}, "",
                     OPERANDS(FIXED_PLANES(small[i], FILL_SIGNED),
                              mode ? FIXED(IDIOM_SHAPE(1, 7 + i, 1, 1), FILL_SIGNED) : NONE));
    static const guint groups[][2] = {{12, 1}, {12, 3}, {12, 12}, {10, 5}, {130, 2}};
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++) {
        const IdiomShape s = IDIOM_SHAPE(2, groups[i][0], 6, 21), each = IDIOM_SHAPE(1, s.c, 1, 1);
        add_case(checks, &check_group_norm,
                 (RefArgs){.n = {groups[i][1], i % 2 ? IDIOM_ACT_RELU : 0}, .f = {i == 1 ? 0.1 : 1e-5}}, "",
                 OPERANDS(FIXED_PLANES(s, FILL_SHIFTED), FIXED(each, FILL_SIGNED), FIXED(each, FILL_SIGNED),
                          i ? FIXED_PLANES(s, FILL_SIGNED) : NONE));
    }
}
