/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gemm and MatMul: products of vectors, such as pooled pictures, and constant matrices. They are 1x1 convolutions. */
#include "model/onnx/families.h"

/* @x [rows, inputs] times a matrix whose element (i, o) is weights[i * by_input + o * by_output], plus @bias or NULL. */
static gboolean product(Builder *b, const Value *x, const float *weights, guint inputs, guint outputs,
                        gsize by_input, gsize by_output, double factor, float *bias, Value *out)
{
    IdiomTensor *planes = value_planes(b, x);
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
    const Value made = value_of_source(conv);
    return value_reshape(b, &made, 2, (gint64[]){s.n, outputs}, out);
}

static gboolean check(Builder *b, const Value *x, const Value *weights)
{
    if (!x->source || !weights->array || x->rank != 2 || weights->rank != 2)
        return node_fail(b, "only products of vectors [n,c] and constant matrices are supported");
    return TRUE;
}

gboolean build_gemm(Builder *b, const Operands *o, Value *out)
{
    Value x = *o->in[0];
    const Value *weights = o->in[1], *bias = o->in[2];
    const gboolean across = idiom_node_int(b->node, "transB", 0) != 0;
    if (!check(b, &x, weights))
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
    if (!check(b, x, weights))
        return FALSE;
    const guint inputs = (guint)weights->dims[0], outputs = (guint)weights->dims[1];
    if (x->dims[1] != inputs || !outputs)
        return node_fail(b, "a matrix for %u numbers, and there are %" G_GINT64_FORMAT, inputs, x->dims[1]);
    const float *values = value_floats(b, weights);
    return values && product(b, x, values, inputs, outputs, outputs, 1, 1, NULL, out);
}
