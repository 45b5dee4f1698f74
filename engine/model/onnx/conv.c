/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conv, ConvTranspose. */
#include "model/onnx/families.h"

#include <string.h>

#define MAX_NUMBER 65536 /* of strides, dilations and pads */

/* Pairs of an attribute, which has rows first. */
static gboolean get_pair(Builder *b, const char *name, gint64 least, guint pair[2])
{
    const IdiomAttribute *a = idiom_node_attribute(b->node, name);
    if (!a || !a->numbers)
        return TRUE;
    if (!a->numbers->i || a->numbers->count != 2)
        return node_fail(b, "%s has %" G_GSIZE_FORMAT " numbers, expected 2: only pictures are convolved",
                         name, a->numbers->count);
    for (guint axis = 0; axis < 2; axis++) {
        const gint64 x = a->numbers->i[1 - axis];
        if (x < least || x > MAX_NUMBER)
            return node_fail(b, "%s is %" G_GINT64_FORMAT, name, x);
        pair[axis] = (guint)x;
    }
    return TRUE;
}

/* Of the sizes that auto_pad wants, the larger half before the picture or after. */
static void same_pads(ConvShape *c, guint axis, gint64 size, gboolean upper)
{
    const gint64 reach = (gint64)(c->kernel[axis] - 1) * c->dilation[axis] + 1, stride = c->stride[axis];
    const gint64 total = c->transposed ? MAX(reach - stride + (gint64)c->more[axis], 0)
                                       : MAX(((size + stride - 1) / stride - 1) * stride + reach - size, 0);
    /* a transposed one's pads are what is cut off, and there the larger half is the other one */
    const gint64 small = total / 2, large = total - small;
    c->pad[axis] = (gint)(upper ? small : large);
    c->pad[2 + axis] = (gint)(upper ? large : small);
}

static gboolean get_pads(Builder *b, ConvShape *c, IdiomShape x)
{
    const char *automatic = idiom_node_text(b->node, "auto_pad", "NOTSET");
    if (g_str_equal(automatic, "SAME_UPPER") || g_str_equal(automatic, "SAME_LOWER")) {
        same_pads(c, 0, x.w, g_str_equal(automatic, "SAME_UPPER"));
        same_pads(c, 1, x.h, g_str_equal(automatic, "SAME_UPPER"));
        return TRUE;
    }
    const IdiomAttribute *a = idiom_node_attribute(b->node, "pads");
    if (g_str_equal(automatic, "VALID") || !a || !a->numbers)
        return TRUE;
    if (!a->numbers->i || a->numbers->count != 4)
        return node_fail(b, "pads has %" G_GSIZE_FORMAT " numbers, expected 4", a->numbers->count);
    for (guint k = 0; k < 4; k++) {
        const gint64 pad = a->numbers->i[k];
        if (ABS(pad) > MAX_NUMBER)
            return node_fail(b, "pads is %" G_GINT64_FORMAT, pad);
        c->pad[k < 2 ? 1 - k : 5 - k] = (gint)pad; /* from top, left, bottom, right */
    }
    return TRUE;
}

/* A transposed one may say how large its result is. */
static gboolean get_output_shape(Builder *b, ConvShape *c, IdiomShape x)
{
    const IdiomAttribute *a = idiom_node_attribute(b->node, "output_shape");
    if (!c->transposed || !a || !a->numbers || !a->numbers->i || a->numbers->count < 2)
        return TRUE;
    const gboolean upper = g_str_equal(idiom_node_text(b->node, "auto_pad", "NOTSET"), "SAME_UPPER");
    for (guint axis = 0; axis < 2; axis++) {
        const gint64 size = axis ? x.h : x.w, wanted = a->numbers->i[a->numbers->count - 1 - axis];
        const gint64 reach = (gint64)(c->kernel[axis] - 1) * c->dilation[axis] + 1;
        const gint64 total = c->stride[axis] * (size - 1) + c->more[axis] + reach - wanted;
        if (total < 0 || total > MAX_NUMBER)
            return node_fail(b, "output_shape %" G_GINT64_FORMAT " cannot be made", wanted);
        c->pad[axis] = (gint)(upper ? total / 2 : total - total / 2);
        c->pad[2 + axis] = (gint)(total - c->pad[axis]);
    }
    return TRUE;
}

static gboolean read_shape(Builder *b, const Value *weight, IdiomShape x, ConvShape *c)
{
    c->transposed = b->variant == CONV_TRANSPOSED;
    for (guint axis = 0; axis < 2; axis++) {
        c->kernel[axis] = (guint)weight->dims[3 - axis];
        c->stride[axis] = c->dilation[axis] = 1;
    }
    const gint64 groups = idiom_node_int(b->node, "group", 1);
    if (groups < 1 || groups > x.c)
        return node_fail(b, "group is %" G_GINT64_FORMAT, groups);
    c->groups = (guint)groups;
    return get_pair(b, "strides", 1, c->stride) && get_pair(b, "dilations", 1, c->dilation) &&
           (!c->transposed || get_pair(b, "output_padding", 0, c->more)) && get_pads(b, c, x) &&
           get_output_shape(b, c, x);
}

static gint64 out_size(const ConvShape *c, guint axis, gint64 size)
{
    const gint64 reach = (gint64)(c->kernel[axis] - 1) * c->dilation[axis] + 1,
                 pads = c->pad[axis] + c->pad[2 + axis];
    if (c->transposed)
        return (size - 1) * c->stride[axis] + reach - pads + c->more[axis];
    return size + pads < reach ? 0 : (size + pads - reach) / c->stride[axis] + 1;
}

static gboolean all_equal(const gint *pad, gint value)
{
    return pad[0] == value && pad[1] == value && pad[2] == value && pad[3] == value;
}

/* What is before the convolution becomes part of it: padding on all sides alike, twice the size by nearest neighbour. */
static void take_input(Builder *b, const Value *x, Source *conv)
{
    const ConvShape *c = &conv->conv;
    Source *pad = value_pending(x, SOURCE_PAD), *large = value_pending(x, SOURCE_UPSAMPLE);
    const gboolean small = c->groups == 1 && !c->transposed && c->kernel[0] == 3 && c->kernel[1] == 3 &&
                           c->stride[0] == 1 && c->stride[1] == 1 && c->dilation[0] == 1 &&
                           c->dilation[1] == 1;
    const gboolean even = pad && value_is_picture(x) && pad->pad[0] > 0 && all_equal(pad->pad, pad->pad[0]) &&
                          pad->value == 0 && all_equal(c->pad, 0) && !c->transposed;
    if (value_is_picture(x) && large && small && all_equal(c->pad, 1)) {
        conv->x = large->x;
        conv->upsampled = TRUE;
        conv->mode = IDIOM_PAD_ZERO;
    } else if (even && pad->upsampled && small && pad->pad[0] == 1) {
        conv->x = pad->x;
        conv->upsampled = TRUE;
        conv->mode = pad->mode;
    } else if (even && !pad->upsampled) {
        conv->x = pad->x;
        conv->edge = (guint)pad->pad[0];
        conv->mode = pad->mode;
    } else {
        conv->x = value_planes(b, x);
    }
}

/* The result before it is made: [1,c,h,w] of a picture, or nothing where that cannot be. */
static Source *new_conv(Builder *b, const Value *x, const Value *weight)
{
    const IdiomShape s = shape_of_dims(x->rank, x->dims);
    ConvShape c = {0};
    if (x->rank != 4 || weight->rank != 4 || !value_count(weight) || !value_count(x)) {
        node_fail(b, "operands have %u and %u dimensions, only pictures (4) are convolved", x->rank,
                  weight->rank);
        return NULL;
    }
    if (!read_shape(b, weight, s, &c))
        return NULL;
    const guint64 first = (guint64)weight->dims[0], second = (guint64)weight->dims[1];
    const guint64 outputs = c.transposed ? second * c.groups : first;
    const gboolean fits = c.transposed ? first == s.c && s.c % c.groups == 0
                                       : second * c.groups == s.c && first % c.groups == 0;
    const gint64 w = out_size(&c, 0, s.w), h = out_size(&c, 1, s.h);
    if (!fits) {
        node_fail(b,
                  "weights [%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
                  ",..] do not fit %u channels in %u group(s)",
                  first, second, s.c, c.groups);
        return NULL;
    }
    if (w < 1 || h < 1 || w > G_MAXINT32 || h > G_MAXINT32 || outputs > 65536) {
        node_fail(b, "a picture of %ux%u is too small or too large for it", s.w, s.h);
        return NULL;
    }
    Source *conv = source_new(b, SOURCE_CONV, IDIOM_SHAPE(s.n, (guint)outputs, (guint)h, (guint)w));
    conv->conv = c;
    conv->kernel = IDIOM_SHAPE((guint)first, (guint)second, c.kernel[1], c.kernel[0]);
    return conv;
}

gboolean build_conv(Builder *b, const Operands *o, Value *out)
{
    const Value *x = o->in[0], *weight = o->in[1], *bias = o->in[2];
    if (!weight->array || (bias->known && !bias->array))
        return node_fail(b, "weights that depend on the picture are not supported");
    if (!x->source)
        return node_fail(b, "convolves what is no picture");
    Source *conv = new_conv(b, x, weight);
    const float *weights = conv ? value_floats(b, weight) : NULL;
    const float *biases = weights && bias->known ? value_floats(b, bias) : NULL;
    if (!weights || (bias->known && !biases))
        return FALSE;
    if (bias->known && value_count(bias) != conv->shape.c)
        return node_fail(b, "bias has %" G_GSIZE_FORMAT " numbers for %u channels", value_count(bias),
                         conv->shape.c);
    conv->weight = g_memdup2(weights, idiom_shape_elements(conv->kernel) * sizeof *weights);
    if (biases) {
        conv->shift = g_memdup2(biases, conv->shape.c * sizeof *biases);
        conv->shifted = TRUE;
    }
    take_input(b, x, conv);
    *out = value_of_source(conv);
    return TRUE;
}
