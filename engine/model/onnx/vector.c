/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gemm and MatMul: vectors, such as pooled pictures or the channels of pixels, times constant matrices: 1x1 convolutions. */
#include "model/onnx/families.h"

#include <string.h>

/* With its last dimension as channels (@back: its second one as the last). */
static Value turned(const Value *x, gboolean back)
{
    Value v = *x;
    const guint last = v.rank - 1, from = back ? 1 : last, to = back ? last : 1;
    v.uses = 0;
    for (guint d = from; d != to; d = from < to ? d + 1 : d - 1) {
        const guint next = from < to ? d + 1 : d - 1;
        v.dims[d] = v.dims[next], v.strides[d] = v.strides[next];
    }
    v.dims[to] = x->dims[from], v.strides[to] = x->strides[from];
    return v;
}

/* @x [.., inputs] times a matrix whose element (i, o) is weights[i * by_input + o * by_output], plus @bias or NULL. */
static gboolean product(Builder *b, const Value *x, const float *weights, guint inputs, guint outputs,
                        gsize by_input, gsize by_output, double factor, float *bias, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    const Value vectors = turned(x, FALSE);
    IdiomTensor *planes = value_planes(b, &vectors);
    if (!planes)
        return FALSE;
    const IdiomShape s = planes->shape;
    Source *conv = source_new(b, SOURCE_CONV, IDIOM_SHAPE(s.n, outputs, s.h, s.w));
    conv->x = planes;
    conv->conv = (ConvShape){{1, 1}, {1, 1}, {1, 1}, {0}, 1, FALSE, {0}};
    conv->kernel = IDIOM_SHAPE(outputs, inputs, 1, 1);
    conv->weight = g_new(float, (gsize)inputs *outputs);
    for (guint i = 0; i < inputs; i++)
        for (guint k = 0; k < outputs; k++)
            conv->weight[(gsize)k * inputs + i] = (float)(factor * weights[i * by_input + k * by_output]);
    conv->shift = bias;
    conv->shifted = bias != NULL;
    memcpy(dims, vectors.dims, sizeof dims);
    dims[1] = outputs;
    const Value made = value_of_source(conv);
    if (!value_reshape(b, &made, x->rank, dims, out))
        return FALSE;
    *out = turned(out, TRUE);
    return TRUE;
}

static gboolean check(Builder *b, const Value *x, const Value *weights, guint most)
{
    if (!x->source || !weights->array || x->rank < 2 || x->rank > most || weights->rank != 2)
        return node_fail(b, "only products of vectors [..,c] and constant matrices are supported");
    return TRUE;
}

gboolean build_gemm(Builder *b, const Operands *o, Value *out)
{
    Value x = *o->in[0];
    const Value *weights = o->in[1], *bias = o->in[2];
    const gboolean across = idiom_node_int(b->node, "transB", 0) != 0;
    if (!check(b, &x, weights, 2))
        return FALSE;
    if (idiom_node_int(b->node, "transA", 0)) {
        x.dims[0] = o->in[0]->dims[1], x.dims[1] = o->in[0]->dims[0];
        x.strides[0] = o->in[0]->strides[1], x.strides[1] = o->in[0]->strides[0];
    }
    const guint inputs = (guint)weights->dims[across], outputs = (guint)weights->dims[!across];
    if (x.dims[1] != inputs || !outputs)
        return node_fail(b, "a matrix for %u numbers, and there are %" G_GINT64_FORMAT, inputs, x.dims[1]);
    const float *values = value_floats(b, weights);
    float *shift = NULL;
    if (!values)
        return FALSE;
    if (bias->known) {
        Value all;
        if (!bias->array || !value_expand(b, bias, 2, (gint64[]){1, outputs}, &all))
            return node_fail(b, "C must be one row of numbers");
        shift = g_new(float, outputs);
        for (guint k = 0; k < outputs; k++)
            shift[k] = (float)(value_get(&all, k) * idiom_node_float(b->node, "beta", 1));
    }
    return product(b, &x, values, inputs, outputs, across ? 1 : outputs, across ? inputs : 1,
                   idiom_node_float(b->node, "alpha", 1), shift, out);
}

gboolean build_matmul(Builder *b, const Operands *o, Value *out)
{
    const Value *x = o->in[0], *weights = o->in[1];
    if (!check(b, x, weights, 4))
        return FALSE;
    const guint inputs = (guint)weights->dims[0], outputs = (guint)weights->dims[1];
    if (x->dims[x->rank - 1] != inputs || !outputs)
        return node_fail(b, "a matrix for %u numbers, and there are %" G_GINT64_FORMAT, inputs,
                         x->dims[x->rank - 1]);
    const float *values = value_floats(b, weights);
    return values && product(b, x, values, inputs, outputs, outputs, 1, 1, NULL, out);
}
