/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

#include <math.h>
#include <string.h>

Ref *ref_new(IdiomShape shape)
{
    Ref *t = g_new0(Ref, 1);
    t->shape = shape;
    t->v = g_new0(double, idiom_shape_elements(shape));
    return t;
}

void ref_free(Ref *t)
{
    if (!t)
        return;
    g_free(t->v);
    g_free(t->pre);
    g_free(t);
}

static gsize at(const Ref *t, guint n, guint c, guint y, guint x)
{
    return (((gsize)n * t->shape.c + c) * t->shape.h + y) * t->shape.w + x;
}

static gsize elements(const Ref *t)
{
    return idiom_shape_elements(t->shape);
}

/* --- rules to results ----------------------------------------------------------------------------- */

struct RefSink {
    guint linear;
    Ref *const *in;
    Ref *out;            /* forward: where results are added */
    const Ref *gradient; /* backward: of the result before the activation */
    Ref *const *in_gradient;
};

static inline void emit(RefSink *s, guint input, gsize out, gsize in, double factor)
{
    if (s->out) {
        if (s->linear >> input & 1)
            s->out->v[out] += factor * s->in[input]->v[in];
    } else if (s->in_gradient[input]) {
        s->in_gradient[input]->v[in] += factor * s->gradient->v[out];
    }
}

Ref *ref_forward(const RefRule *rule, const RefArgs *a, Ref *const *in)
{
    Ref *out = ref_new(rule->shape(a, in));
    if (rule->forward) {
        rule->forward(a, in, out);
        return out;
    }
    if (rule->linear)
        rule->entries(a, in, &(RefSink){.linear = rule->linear, .in = in, .out = out});
    else
        rule->value(a, in, out);
    if (a->act != IDIOM_ACT_NONE) {
        out->pre = g_memdup2(out->v, elements(out) * sizeof(double));
        for (gsize i = 0; i < elements(out); i++)
            out->v[i] = ref_activate(out->pre[i], a->act);
    }
    return out;
}

void ref_backward(const RefRule *rule, const RefArgs *a, Ref *const *in, const Ref *out,
                  const Ref *out_gradient, Ref *const *in_gradient)
{
    if (rule->backward) {
        rule->backward(a, in, out_gradient, in_gradient);
        return;
    }
    g_autoptr(Ref) gradient = ref_new(out->shape);
    for (gsize i = 0; i < elements(gradient); i++)
        gradient->v[i] = out_gradient->v[i] * (out->pre ? ref_activate_slope(out->pre[i], a->act) : 1.0);
    rule->entries(a, in, &(RefSink){.in = in, .gradient = gradient, .in_gradient = in_gradient});
}

double ref_activate(double x, IdiomActivation act)
{
    switch (act) {
    case IDIOM_ACT_RELU:
        return fmax(x, 0);
    case IDIOM_ACT_LEAKY:
        return fmax(x, 0.2 * x);
    case IDIOM_ACT_TANH:
        return tanh(x);
    case IDIOM_ACT_SIGMOID:
        return 1 / (1 + exp(-x));
    case IDIOM_ACT_TANH01:
        return 0.5 + 0.5 * tanh(x);
    case IDIOM_ACT_SOFTPLUS:
        return fmax(x, 0) + log1p(exp(-fabs(x)));
    default:
        return x;
    }
}

double ref_activate_slope(double x, IdiomActivation act)
{
    double y = ref_activate(x, act);
    switch (act) {
    case IDIOM_ACT_RELU:
        return x > 0;
    case IDIOM_ACT_LEAKY:
        return x > 0 ? 1 : 0.2;
    case IDIOM_ACT_TANH:
        return 1 - y * y;
    case IDIOM_ACT_SIGMOID:
        return y * (1 - y);
    case IDIOM_ACT_TANH01:
        return 2 * y * (1 - y);
    case IDIOM_ACT_SOFTPLUS:
        return 1 / (1 + exp(-x));
    default:
        return 1;
    }
}

/* --- shapes --------------------------------------------------------------------------------------- */

static IdiomShape same_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[0]->shape;
}

static IdiomShape scalar_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    (void)in;
    return IDIOM_SHAPE(1, 1, 1, 1);
}

static IdiomShape channel_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(in[0]->shape.n, in[0]->shape.c, 1, 1);
}

/* Loops over all positions of a shape. */
#define FOR_SHAPE(s, n_, c_, y_, x_)                                                                         \
    for (guint n_ = 0; n_ < (s).n; n_++)                                                                     \
        for (guint c_ = 0; c_ < (s).c; c_++)                                                                 \
            for (guint y_ = 0; y_ < (s).h; y_++)                                                             \
                for (guint x_ = 0; x_ < (s).w; x_++)

/* --- pointwise ------------------------------------------------------------------------------------ */

static void identity_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, 1);
}

const RefRule ref_identity = {same_shape, identity_entries, .linear = 1};

/* Index into @t, whose n, h, w may be 1 and are then repeated. */
static gsize repeated(const Ref *t, guint n, guint c, guint y, guint x)
{
    return at(t, t->shape.n == 1 ? 0 : n, c, t->shape.h == 1 ? 0 : y, t->shape.w == 1 ? 0 : x);
}

static void sum_entries(Ref *const *in, RefSink *s, double sign)
{
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x);
        emit(s, 0, i, i, 1);
        emit(s, 1, i, repeated(in[1], n, c, y, x), sign);
    }
}

static void add_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    sum_entries(in, s, 1);
}

static void sub_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    sum_entries(in, s, -1);
}

static void mul_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x), j = repeated(in[1], n, c, y, x);
        emit(s, 0, i, i, in[1]->v[j]);
        emit(s, 1, i, j, in[0]->v[i]);
    }
}

const RefRule ref_add = {same_shape, add_entries, .linear = 3};
const RefRule ref_sub = {same_shape, sub_entries, .linear = 3};
const RefRule ref_mul = {same_shape, mul_entries, .linear = 1};

static void affine_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, a->f[0]);
}

static void affine_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = a->f[0] * in[0]->v[i] + a->f[1];
}

const RefRule ref_affine = {same_shape, affine_entries, .value = affine_value};

static void channel_affine_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    {
        gsize i = at(in[0], n, c, y, x);
        emit(s, 0, i, i, in[1]->v[c]);
        emit(s, 2, i, c, 1);
    }
}

const RefRule ref_channel_affine = {same_shape, channel_affine_entries, .linear = 1 | 4};

static void mix_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double t = in[2]->v[0];
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, i, i, 1 - t);
        emit(s, 1, i, i, t);
    }
}

const RefRule ref_mix = {same_shape, mix_entries, .linear = 3};

static void power_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, a->f[0] * pow(fmax(in[0]->v[i], 1e-20), a->f[0] - 1));
}

static void power_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = pow(fmax(in[0]->v[i], 1e-20), a->f[0]);
}

const RefRule ref_power = {same_shape, power_entries, .value = power_value};

/* --- convolution and padding ---------------------------------------------------------------------- */

/* Where position @i of a padded row of @n comes from; -1: zero. */
static int padded_source(int i, int n, IdiomPadMode mode)
{
    if (i >= 0 && i < n)
        return i;
    if (mode == IDIOM_PAD_EDGE)
        return CLAMP(i, 0, n - 1);
    if (mode == IDIOM_PAD_ZERO)
        return -1;
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}

static IdiomShape conv_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape x = in[0]->shape, k = in[2]->shape;
    guint stride = MAX(a->conv.stride, 1);
    return IDIOM_SHAPE(x.n, k.n, (x.h + 2 * a->conv.pad - k.h) / stride + 1,
                       (x.w + 2 * a->conv.pad - k.w) / stride + 1);
}

static void conv_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const IdiomShape shape = conv_shape(a, in);
    const Ref geometry = {.shape = shape};
    const Ref *weight = in[2];
    guint stride = MAX(a->conv.stride, 1), per_group = shape.c / MAX(a->conv.groups, 1);
    guint c1 = in[0]->shape.c;
    int h = (int)in[0]->shape.h, w = (int)in[0]->shape.w;

    FOR_SHAPE(shape, n, o, y, x)
    {
        gsize i = at(&geometry, n, o, y, x);
        guint first = o / per_group * weight->shape.c;
        if (in[3])
            emit(s, 3, i, o, 1);
        for (guint ky = 0; ky < weight->shape.h; ky++)
            for (guint kx = 0; kx < weight->shape.w; kx++) {
                int sy = padded_source((int)(y * stride + ky) - (int)a->conv.pad, h, a->conv.mode);
                int sx = padded_source((int)(x * stride + kx) - (int)a->conv.pad, w, a->conv.mode);
                if (sy < 0 || sx < 0)
                    continue;
                for (guint c = 0; c < weight->shape.c; c++) {
                    guint source = first + c, input = source >= c1;
                    gsize j = at(in[input], n, input ? source - c1 : source, (guint)sy, (guint)sx);
                    gsize k = at(weight, o, c, ky, kx);
                    emit(s, input, i, j, weight->v[k]);
                    emit(s, 2, i, k, in[input]->v[j]);
                }
            }
    }
}

const RefRule ref_conv2d = {conv_shape, conv_entries, .linear = 4 | 8};

static IdiomShape pad_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, s.h + a->n[2] + a->n[3], s.w + a->n[0] + a->n[1]);
}

static void pad_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *t = in[0], out = {.shape = pad_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        int sy = padded_source((int)y - (int)a->n[2], (int)t->shape.h, a->n[4]);
        int sx = padded_source((int)x - (int)a->n[0], (int)t->shape.w, a->n[4]);
        if (sy >= 0 && sx >= 0)
            emit(s, 0, at(&out, n, c, y, x), at(t, n, c, (guint)sy, (guint)sx), 1);
    }
}

const RefRule ref_pad2d = {pad_shape, pad_entries, .linear = 1};

/* --- shape ---------------------------------------------------------------------------------------- */

static IdiomShape concat_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c + in[1]->shape.c, s.h, s.w);
}

static void concat_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = concat_shape(a, in)};
    guint first = 0;
    for (guint i = 0; i < 2; first += in[i++]->shape.c)
        FOR_SHAPE(in[i]->shape, n, c, y, x)
    emit(s, i, at(&out, n, first + c, y, x), at(in[i], n, c, y, x), 1);
}

const RefRule ref_concat = {concat_shape, concat_entries, .linear = 3};

static IdiomShape slice_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, a->n[1], s.h, s.w);
}

static void slice_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = slice_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c + a->n[0], y, x), 1);
}

const RefRule ref_slice = {slice_shape, slice_entries, .linear = 1};

static IdiomShape crop_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, a->n[3], a->n[2]);
}

static void crop_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = crop_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, y + a->n[1], x + a->n[0]), 1);
}

const RefRule ref_crop = {crop_shape, crop_entries, .linear = 1};

/* Catmull and Rom's cubic: weight of a sample at distance @t */
static double catmull_rom(double t)
{
    t = fabs(t);
    return t < 1 ? 1 + t * t * (1.5 * t - 2.5) : t < 2 ? 2 + t * (-4 + t * (2.5 - 0.5 * t)) : 0;
}

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
                     catmull_rom(px - sx) * catmull_rom(py - sy));
    }
}

const RefRule ref_warp = {same_shape, warp_entries, .linear = 1};

static IdiomShape unshuffle_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint r = a->n[0];
    return IDIOM_SHAPE(s.n, s.c * r * r, s.h / r, s.w / r);
}

static IdiomShape shuffle_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint r = a->n[0];
    return IDIOM_SHAPE(s.n, s.c / (r * r), s.h * r, s.w * r);
}

/* Index into the unshuffled tensor of the position (n, c, y, x) of the one with large pictures. */
static gsize unshuffled(const Ref *packed, guint r, guint n, guint c, guint y, guint x)
{
    return at(packed, n, c * r * r + y % r * r + x % r, y / r, x / r);
}

static void unshuffle_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = unshuffle_shape(a, in)};
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    emit(s, 0, unshuffled(&out, a->n[0], n, c, y, x), at(in[0], n, c, y, x), 1);
}

static void shuffle_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = shuffle_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), unshuffled(in[0], a->n[0], n, c, y, x), 1);
}

const RefRule ref_unshuffle = {unshuffle_shape, unshuffle_entries, .linear = 1};
const RefRule ref_shuffle = {shuffle_shape, shuffle_entries, .linear = 1};

static IdiomShape upsample_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, 2 * s.h, 2 * s.w);
}

/* The two source positions of position @i of a doubled row of @n; the share of the second. */
static double doubled_source(guint i, guint n, guint mode, guint source[2])
{
    if (mode == IDIOM_UPSAMPLE_NEAREST) {
        source[0] = source[1] = i / 2;
        return 0;
    }
    double p = fmax((i + 0.5) / 2 - 0.5, 0);
    source[0] = (guint)p;
    source[1] = MIN(source[0] + 1, n - 1);
    return p - source[0];
}

static void upsample_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = upsample_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        guint sy[2], sx[2];
        double fy = doubled_source(y, in[0]->shape.h, a->n[0], sy);
        double fx = doubled_source(x, in[0]->shape.w, a->n[0], sx);
        for (guint k = 0; k < 4; k++)
            emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, sy[k / 2], sx[k % 2]),
                 (k / 2 ? fy : 1 - fy) * (k % 2 ? fx : 1 - fx));
    }
}

const RefRule ref_upsample2 = {upsample_shape, upsample_entries, .linear = 1};

static IdiomShape upsample_conv_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = upsample_shape(a, in);
    return IDIOM_SHAPE(s.n, in[2]->shape.n, s.h, s.w);
}

/* The two operations that this one stands for: arguments of each, and the second's inputs. */
typedef struct {
    RefArgs upsample, conv;
    Ref *in[REF_MAX_IN];
} UpsampleConv;

static UpsampleConv upsample_conv_parts(const RefArgs *a, Ref *const *in)
{
    UpsampleConv parts = {.upsample = {.n = {IDIOM_UPSAMPLE_BILINEAR}},
                          .conv = {.conv = {.pad = 1, .mode = IDIOM_PAD_EDGE}, .act = a->act}};
    parts.in[0] = ref_forward(&ref_upsample2, &parts.upsample, in);
    for (guint i = 1; i < 4; i++)
        parts.in[i] = in[i];
    return parts;
}

static void upsample_conv_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    UpsampleConv parts = upsample_conv_parts(a, in);
    g_autoptr(Ref) upsampled = parts.in[0];
    g_autoptr(Ref) result = ref_forward(&ref_conv2d, &parts.conv, parts.in);
    memcpy(out->v, result->v, elements(out) * sizeof *out->v);
    out->pre = g_steal_pointer(&result->pre);
}

static void upsample_conv_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    UpsampleConv parts = upsample_conv_parts(a, in);
    g_autoptr(Ref) upsampled = parts.in[0];
    g_autoptr(Ref) result = ref_forward(&ref_conv2d, &parts.conv, parts.in);
    g_autoptr(Ref) gradient = ref_new(upsampled->shape);
    Ref *gradients[REF_MAX_IN] = {gradient, in_gradient[1], in_gradient[2], in_gradient[3]};
    ref_backward(&ref_conv2d, &parts.conv, parts.in, result, out_gradient, gradients);
    if (in_gradient[0])
        ref_backward(&ref_upsample2, &parts.upsample, in, upsampled, gradient, in_gradient);
}

const RefRule ref_upsample2_conv2d = {upsample_conv_shape, .forward = upsample_conv_forward,
                                      .backward = upsample_conv_backward};

static IdiomShape pool_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint k = a->n[1], stride = a->n[2], extra = a->n[3] ? stride - 1 : 0;
    guint h = (s.h - k + extra) / stride + 1, w = (s.w - k + extra) / stride + 1;
    /* a window that would begin outside is left out */
    h -= (h - 1) * stride >= s.h;
    w -= (w - 1) * stride >= s.w;
    return IDIOM_SHAPE(s.n, s.c, h, w);
}

static void pool_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *t = in[0], out = {.shape = pool_shape(a, in)};
    guint k = a->n[1], stride = a->n[2];
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        gsize i = at(&out, n, c, y, x), best = at(t, n, c, y * stride, x * stride);
        for (guint ky = 0; ky < k && y * stride + ky < t->shape.h; ky++)
            for (guint kx = 0; kx < k && x * stride + kx < t->shape.w; kx++) {
                gsize j = at(t, n, c, y * stride + ky, x * stride + kx);
                if (a->n[0] == IDIOM_POOL_AVG)
                    emit(s, 0, i, j, 1.0 / (k * k));
                else if (t->v[j] > t->v[best])
                    best = j;
            }
        if (a->n[0] == IDIOM_POOL_MAX)
            emit(s, 0, i, best, 1);
    }
}

const RefRule ref_pool2d = {pool_shape, pool_entries, .linear = 1};

/* --- normalization and statistics ----------------------------------------------------------------- */

static double plane_mean(const double *v, gsize count)
{
    double sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += v[i];
    return sum / (double)count;
}

static double plane_variance(const double *v, gsize count)
{
    double mean = plane_mean(v, count), sum = 0;
    for (gsize i = 0; i < count; i++)
        sum += (v[i] - mean) * (v[i] - mean);
    return sum / (double)count;
}

static void mean_hw_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i / hw, i, 1.0 / (double)hw);
}

const RefRule ref_mean_hw = {channel_shape, mean_hw_entries, .linear = 1};

static void variance_hw_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize plane = 0; plane < elements(in[0]) / hw; plane++) {
        const double *v = in[0]->v + plane * hw;
        double mean = plane_mean(v, hw);
        for (gsize i = 0; i < hw; i++)
            emit(s, 0, plane, plane * hw + i, 2 * (v[i] - mean) / (double)hw);
    }
}

static void variance_hw_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    gsize hw = (gsize)in[0]->shape.h * in[0]->shape.w;
    for (gsize plane = 0; plane < elements(out); plane++)
        out->v[plane] = plane_variance(in[0]->v + plane * hw, hw);
}

const RefRule ref_variance_hw = {channel_shape, variance_hw_entries, .value = variance_hw_value};

/* Weight of style @s for picture @n. */
static double style_weight(Ref *const *in, guint n, guint s)
{
    if (!in[3])
        return 1;
    return in[3]->v[(in[3]->shape.n == 1 ? 0 : n) * in[3]->shape.c + s];
}

/* Normalized values, slope of the normalization and mixed parameters of plane (n, c). */
static void normalize_plane(Ref *const *in, guint n, guint c, double *normal, double *inverse, double *gamma,
                            double *beta)
{
    const Ref *x = in[0];
    gsize hw = (gsize)x->shape.h * x->shape.w;
    const double *v = x->v + at(x, n, c, 0, 0);
    double mean = plane_mean(v, hw);
    *inverse = 1 / sqrt(plane_variance(v, hw) + 1e-5);
    for (gsize i = 0; i < hw; i++)
        normal[i] = (v[i] - mean) * *inverse;
    *gamma = *beta = 0;
    for (guint s = 0; s < in[1]->shape.n; s++) {
        *gamma += style_weight(in, n, s) * in[1]->v[s * x->shape.c + c];
        *beta += style_weight(in, n, s) * in[2]->v[s * x->shape.c + c];
    }
}

static void instance_norm_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    IdiomShape shape = in[0]->shape;
    gsize hw = (gsize)shape.h * shape.w;
    g_autofree double *normal = g_new(double, hw);
    out->pre = g_new(double, elements(out));
    for (guint n = 0; n < shape.n; n++)
        for (guint c = 0; c < shape.c; c++) {
            double inverse, gamma, beta;
            gsize first = at(out, n, c, 0, 0);
            normalize_plane(in, n, c, normal, &inverse, &gamma, &beta);
            for (gsize i = 0; i < hw; i++) {
                out->pre[first + i] = gamma * normal[i] + beta;
                out->v[first + i] =
                    ref_activate(out->pre[first + i], a->act) + (in[4] ? in[4]->v[first + i] : 0);
            }
        }
}

static void instance_norm_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    IdiomShape shape = in[0]->shape;
    gsize hw = (gsize)shape.h * shape.w;
    g_autofree double *normal = g_new(double, hw), *d = g_new(double, hw);
    for (guint n = 0; n < shape.n; n++)
        for (guint c = 0; c < shape.c; c++) {
            double inverse, gamma, beta, sum = 0, sum_normal = 0;
            gsize first = at(out_gradient, n, c, 0, 0);
            normalize_plane(in, n, c, normal, &inverse, &gamma, &beta);
            for (gsize i = 0; i < hw; i++) {
                d[i] = out_gradient->v[first + i] * ref_activate_slope(gamma * normal[i] + beta, a->act);
                sum += d[i];
                sum_normal += d[i] * normal[i];
            }
            for (gsize i = 0; i < hw; i++) {
                if (in_gradient[0])
                    in_gradient[0]->v[first + i] +=
                        gamma * inverse * (d[i] - (sum + normal[i] * sum_normal) / (double)hw);
                if (in_gradient[4])
                    in_gradient[4]->v[first + i] += out_gradient->v[first + i];
            }
            for (guint s = 0; s < in[1]->shape.n; s++) {
                if (in_gradient[1])
                    in_gradient[1]->v[s * shape.c + c] += style_weight(in, n, s) * sum_normal;
                if (in_gradient[2])
                    in_gradient[2]->v[s * shape.c + c] += style_weight(in, n, s) * sum;
            }
        }
}

const RefRule ref_instance_norm = {same_shape, .forward = instance_norm_forward,
                                   .backward = instance_norm_backward};

static IdiomShape gram_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return IDIOM_SHAPE(in[0]->shape.n, 1, in[0]->shape.c, in[0]->shape.c);
}

static void gram_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *x = in[0], *center = in[1], out = {.shape = gram_shape(a, in)};
    gsize hw = (gsize)x->shape.h * x->shape.w;
    for (guint n = 0; n < x->shape.n; n++)
        for (guint i = 0; i < x->shape.c; i++)
            for (guint j = 0; j < x->shape.c; j++)
                for (gsize p = 0; p < hw; p++) {
                    gsize xi = at(x, n, i, 0, 0) + p, xj = at(x, n, j, 0, 0) + p;
                    gsize o = at(&out, n, 0, i, j);
                    emit(s, 0, o, xi, (x->v[xj] - (center ? center->v[j] : 0)) / (double)hw);
                    emit(s, 0, o, xj, (x->v[xi] - (center ? center->v[i] : 0)) / (double)hw);
                }
}

static void gram_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    const Ref *x = in[0], *center = in[1];
    gsize hw = (gsize)x->shape.h * x->shape.w;
    FOR_SHAPE(out->shape, n, one, i, j)
    {
        const double *u = x->v + at(x, n, i, 0, 0), *v = x->v + at(x, n, j, 0, 0);
        double sum = 0, mu = center ? center->v[i] : 0, mv = center ? center->v[j] : 0;
        for (gsize p = 0; p < hw; p++)
            sum += (u[p] - mu) * (v[p] - mv);
        out->v[at(out, n, one, i, j)] = sum / (double)hw;
    }
}

const RefRule ref_gram = {gram_shape, gram_entries, .value = gram_value};

/* --- losses --------------------------------------------------------------------------------------- */

static IdiomShape difference_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint dx = a->n[0] == 0 ? a->n[1] : 0, dy = a->n[0] == 1 ? a->n[1] : 0;
    return IDIOM_SHAPE(s.n, s.c, s.h - dy, s.w - dx);
}

static void difference_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    static const double factors[3][3] = {{0}, {-1, 1}, {1, -2, 1}};
    const Ref out = {.shape = difference_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    for (guint k = 0; k <= a->n[1]; k++)
        emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, a->n[0] ? y + k : y, a->n[0] ? x : x + k),
             factors[a->n[1]][k]);
}

const RefRule ref_difference = {difference_shape, difference_entries, .linear = 1};

static void mean_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, 0, i, 1.0 / (double)elements(in[0]));
}

const RefRule ref_mean = {scalar_shape, mean_entries, .linear = 1};

static double sign(double x)
{
    return (x > 0) - (x < 0);
}

/* Element @i of the thing averaged: one tensor or the difference of two. */
static double residue(Ref *const *in, gsize i)
{
    return in[0]->v[i] - (in[1] ? in[1]->v[i] : 0);
}

static void square_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double count = (double)elements(in[0]);
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, 0, i, 2 * residue(in, i) / count);
        emit(s, 1, 0, i, -2 * residue(in, i) / count);
    }
}

static void square_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += residue(in, i) * residue(in, i) / (double)elements(in[0]);
}

static void abs_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    double count = (double)elements(in[0]);
    for (gsize i = 0; i < elements(in[0]); i++) {
        emit(s, 0, 0, i, sign(residue(in, i)) / count);
        emit(s, 1, 0, i, -sign(residue(in, i)) / count);
    }
}

static void abs_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += fabs(residue(in, i)) / (double)elements(in[0]);
}

const RefRule ref_mean_square = {scalar_shape, square_entries, .value = square_value};
const RefRule ref_mean_abs = {scalar_shape, abs_entries, .value = abs_value};
const RefRule ref_mse = {scalar_shape, square_entries, .value = square_value};
const RefRule ref_mae = {scalar_shape, abs_entries, .value = abs_value};

static double square_norm(const Ref *t)
{
    double sum = 0;
    for (gsize i = 0; i < elements(t); i++)
        sum += t->v[i] * t->v[i];
    return sum;
}

static void gram_distance_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    gsize size = elements(in[1]);
    double scale = in[0]->shape.n * square_norm(in[1]);
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, 0, i, 2 * (in[0]->v[i] - in[1]->v[i % size]) / scale);
}

static void gram_distance_value(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    gsize size = elements(in[1]);
    double scale = in[0]->shape.n * square_norm(in[1]);
    for (gsize i = 0; i < elements(in[0]); i++)
        out->v[0] += pow(in[0]->v[i] - in[1]->v[i % size], 2) / scale;
}

const RefRule ref_gram_distance = {scalar_shape, gram_distance_entries, .value = gram_distance_value};

static void divide_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    emit(s, 0, 0, 0, 1 / in[1]->v[0]);
}

const RefRule ref_divide = {scalar_shape, divide_entries, .linear = 1};

/* sigma = |W^T u|; v, of as many elements as W has columns, is W^T u / sigma */
static double singular_value(const Ref *weight, const Ref *u, double *v)
{
    const gsize rows = weight->shape.n, columns = elements(weight) / rows;
    double square = 0;
    for (gsize j = 0; j < columns; j++) {
        v[j] = 0;
        for (gsize i = 0; i < rows; i++)
            v[j] += weight->v[i * columns + j] * u->v[i];
        square += v[j] * v[j];
    }
    for (gsize j = 0; j < columns; j++)
        v[j] /= sqrt(square);
    return sqrt(square);
}

static void spectral_norm_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    g_autofree double *v = g_new(double, elements(in[0]) / in[0]->shape.n);
    double sigma = singular_value(in[0], in[1], v);
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = in[0]->v[i] / sigma;
}

/* The derivative of W[i] / sigma by W[j] is [i = j] / sigma - W[i] / sigma^2 u v^T[j]. */
static void spectral_norm_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    (void)a;
    const gsize columns = elements(in[0]) / in[0]->shape.n;
    g_autofree double *v = g_new(double, columns);
    double sigma = singular_value(in[0], in[1], v), dot = 0;
    for (gsize i = 0; i < elements(in[0]); i++)
        dot += out_gradient->v[i] * in[0]->v[i];
    for (gsize i = 0; i < elements(in[0]); i++)
        in_gradient[0]->v[i] +=
            out_gradient->v[i] / sigma - dot / (sigma * sigma) * in[1]->v[i / columns] * v[i % columns];
}

const RefRule ref_spectral_norm = {same_shape, .forward = spectral_norm_forward,
                                   .backward = spectral_norm_backward};
