/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures on the device, and those that are not made yet. */
#include "model/onnx/build.h"

#include <string.h>

Source *source_new(Builder *b, SourceKind kind, IdiomShape shape)
{
    Source *source = g_new0(Source, 1);
    source->kind = kind;
    source->shape = shape;
    g_ptr_array_add(b->sources, source);
    return source;
}

Source *source_of(Builder *b, IdiomTensor *tensor)
{
    Source *source = source_new(b, SOURCE_TENSOR, tensor ? tensor->shape : (IdiomShape){0});
    source->tensor = tensor;
    return source;
}

/* --- what is not made yet --------------------------------------------------------------------------- */

static IdiomTensor *make_pad(Builder *b, const Source *s)
{
    IdiomTensor *x = s->upsampled ? idiom_upsample2(b->graph, s->x, IDIOM_UPSAMPLE_NEAREST) : s->x;
    if (s->value != 0)
        x = idiom_affine(b->graph, x, 1, -s->value);
    x = idiom_pad2d(b->graph, x, (guint)s->pad[0], (guint)s->pad[2], (guint)s->pad[1], (guint)s->pad[3],
                    s->mode);
    return s->value != 0 ? idiom_affine(b->graph, x, 1, s->value) : x;
}

static IdiomTensor *constant(Builder *b, guint channels, const float *values)
{
    return values ? idiom_constant(b->graph, IDIOM_SHAPE(1, channels, 1, 1), values) : NULL;
}

/* The weights times the scale of what comes out. */
static void scale_weights(const Source *s, float *weight)
{
    const IdiomShape k = s->kernel;
    const gsize taps = (gsize)k.h * k.w, outputs = s->shape.c;
    const gsize count = idiom_shape_elements(k), per_group = s->conv.transposed ? k.c : 1;
    for (gsize i = 0; s->scale && i < count; i++) {
        const gsize row = i / (taps * k.c), column = i / taps % k.c;
        const gsize group = s->conv.transposed ? row / (k.n / s->conv.groups) : 0;
        weight[i] *= s->scale[(s->conv.transposed ? group * per_group + column : row) % outputs];
    }
}

/* What idiom_conv2d() can do, which is fast: equal sides and strides, one group, up to nine taps. */
static gboolean is_plain(const Source *s)
{
    const ConvShape *c = &s->conv;
    return !c->transposed && c->groups == 1 && s->kernel.h == s->kernel.w && s->kernel.w <= 9 &&
           c->stride[0] == c->stride[1] && c->dilation[0] == 1 && c->dilation[1] == 1 && c->pad[0] >= 0 &&
           c->pad[0] == c->pad[1] && c->pad[0] == c->pad[2] && c->pad[0] == c->pad[3];
}

/* Taps that are zero make a dilated kernel a plain one, while it stays small. */
static void spread_taps(Source *s)
{
    ConvShape *c = &s->conv;
    const guint d = c->dilation[0], reach = (s->kernel.w - 1) * d + 1;
    if (c->transposed || c->groups != 1 || d == 1 || d != c->dilation[1] || s->kernel.w != s->kernel.h ||
        reach > 9)
        return;
    const IdiomShape from = s->kernel, to = IDIOM_SHAPE(from.n, from.c, reach, reach);
    float *weight = g_new0(float, idiom_shape_elements(to));
    for (gsize plane = 0; plane < (gsize)from.n * from.c; plane++)
        for (guint y = 0; y < from.h; y++)
            for (guint x = 0; x < from.w; x++)
                weight[(plane * reach + y * d) * reach + x * d] =
                    s->weight[(plane * from.h + y) * from.w + x];
    g_free(s->weight);
    s->weight = weight;
    s->kernel = to;
    c->dilation[0] = c->dilation[1] = 1;
}

static IdiomTensor *make_conv(Builder *b, Source *s)
{
    const ConvShape *c = &s->conv;
    scale_weights(s, s->weight);
    IdiomTensor *bias = s->shifted ? constant(b, s->shape.c, s->shift) : NULL;
    if (s->upsampled)
        return idiom_upsample2_nearest_conv2d(b->graph, s->x, s->kernel, s->weight, bias, s->mode, s->act);
    spread_taps(s);
    IdiomTensor *weight = idiom_constant(b->graph, s->kernel, s->weight);
    if (is_plain(s)) /* one of edge and pad is 0 */
        return idiom_conv2d(b->graph, s->x, NULL, weight, bias,
                            &(IdiomConvParams){.stride = c->stride[0],
                                               .pad = s->edge + (guint)c->pad[0],
                                               .mode = s->edge ? s->mode : IDIOM_PAD_ZERO,
                                               .act = s->act});
    IdiomConvAnyParams p = {.groups = c->groups, .transposed = c->transposed, .act = s->act};
    memcpy(p.stride, c->stride, sizeof p.stride);
    memcpy(p.dilation, c->dilation, sizeof p.dilation);
    memcpy(p.pad, c->pad, sizeof p.pad);
    memcpy(p.more, c->more, sizeof p.more);
    IdiomTensor *x =
        s->edge ? idiom_pad2d(b->graph, s->x, s->edge, s->edge, s->edge, s->edge, s->mode) : s->x;
    const gboolean uneven = !c->transposed && c->groups == 1 && c->pad[0] >= 0 && c->pad[1] >= 0 &&
                            c->pad[2] >= 0 && c->pad[3] >= 0 && s->kernel.h == s->kernel.w &&
                            s->kernel.w <= 9 && c->stride[0] == c->stride[1] && c->dilation[0] == 1 &&
                            c->dilation[1] == 1;
    if (!uneven)
        return idiom_conv2d_any(b->graph, x, weight, bias, &p);
    x = idiom_pad2d(b->graph, x, (guint)c->pad[0], (guint)c->pad[2], (guint)c->pad[1], (guint)c->pad[3],
                    IDIOM_PAD_ZERO);
    return idiom_conv2d(b->graph, x, NULL, weight, bias,
                        &(IdiomConvParams){.stride = c->stride[0], .act = s->act});
}

IdiomTensor *source_tensor(Builder *b, Source *s)
{
    if (s->kind == SOURCE_PAD)
        s->tensor = make_pad(b, s);
    else if (s->kind == SOURCE_UPSAMPLE)
        s->tensor = idiom_upsample2(b->graph, s->x, IDIOM_UPSAMPLE_NEAREST);
    else if (s->kind == SOURCE_CONV)
        s->tensor = make_conv(b, s);
    else if (s->kind == SOURCE_NORM)
        s->tensor = idiom_group_norm(b->graph, s->x, constant(b, s->shape.c, s->scale),
                                     constant(b, s->shape.c, s->shift), s->groups, s->epsilon, s->residual,
                                     s->act, b->keep);
    s->kind = SOURCE_TENSOR;
    return s->tensor;
}

/* --- views ------------------------------------------------------------------------------------------ */

/* Vectors are channels; lists of vectors have their length as width; what has more dimensions joins those between. */
IdiomShape shape_of_dims(guint rank, const gint64 *dims)
{
    guint s[4] = {1, 1, 1, 1};
    if (rank == 1) {
        s[1] = (guint)dims[0];
    } else if (rank == 3) {
        s[0] = (guint)dims[0];
        s[1] = (guint)dims[1];
        s[3] = (guint)dims[2];
    } else {
        for (guint d = 0; d < rank; d++)
            s[d < 2 ? d : d == rank - 1 && d > 2 ? 3 : 2] *= (guint)dims[d];
    }
    return IDIOM_SHAPE(s[0], s[1], s[2], s[3]);
}

gboolean value_is_picture(const Value *v)
{
    const IdiomShape s = v->source ? v->source->shape : (IdiomShape){0};
    return v->source && v->rank == 4 && v->offset == 0 && value_contiguous(v) && v->dims[0] == s.n &&
           v->dims[1] == s.c && v->dims[2] == s.h && v->dims[3] == s.w;
}

Source *value_pending(const Value *v, SourceKind kind)
{
    return v->source && v->source->kind == kind && v->uses <= 1 ? v->source : NULL;
}

/* Whether the view is a range of channels, rows and columns of its source; where it begins. */
static gboolean is_window(const Value *v, guint begin[3])
{
    const IdiomShape s = v->source->shape;
    const gint64 strides[4] = {(gint64)s.c * s.h * s.w, (gint64)s.h * s.w, s.w, 1};
    const gint64 sizes[4] = {s.n, s.c, s.h, s.w};
    gint64 rest = v->offset;
    if (v->rank != 4 || v->dims[0] != s.n || v->offset >= strides[0])
        return FALSE;
    for (guint d = 0; d < 4; d++)
        if (v->dims[d] != 1 && v->strides[d] != strides[d])
            return FALSE;
    for (guint d = 1; d < 4; d++) {
        begin[d - 1] = (guint)(rest / strides[d]);
        rest %= strides[d];
        if (begin[d - 1] + v->dims[d] > sizes[d])
            return FALSE;
    }
    return TRUE;
}

static IdiomTensor *device_planes(Builder *b, const Value *v)
{
    IdiomTensor *t = source_tensor(b, v->source);
    const IdiomShape wanted = shape_of_dims(v->rank, v->dims);
    guint begin[3];
    if (!t || (v->offset == 0 && value_contiguous(v) && idiom_shape_equal(wanted, t->shape)))
        return t;
    if (is_window(v, begin)) {
        if (wanted.c != t->shape.c)
            t = idiom_slice(b->graph, t, begin[0], wanted.c);
        return wanted.h == v->source->shape.h && wanted.w == v->source->shape.w
                   ? t
                   : idiom_crop(b->graph, t, begin[2], begin[1], wanted.w, wanted.h);
    }
    return idiom_rearrange(b->graph, t, wanted, v->rank, v->dims, v->strides, v->offset);
}

/* Numbers of the host, as a constant picture. */
static IdiomTensor *host_planes(Builder *b, const Value *v)
{
    const IdiomArray *array = value_array(b, v);
    if (!array)
        return NULL;
    g_autofree float *values = array->f ? NULL : g_new(float, array->count);
    for (gsize k = 0; values && k < array->count; k++)
        values[k] = (float)array->i[k];
    return idiom_to_planes(
        b->graph, idiom_constant(b->graph, shape_of_dims(v->rank, v->dims), values ? values : array->f));
}

IdiomTensor *value_planes(Builder *b, const Value *v)
{
    if (value_count(v) == 0 || !b->graph) {
        node_fail(b, b->graph ? "an operand is empty" : "needs the picture");
        return NULL;
    }
    return v->array ? host_planes(b, v) : device_planes(b, v);
}
