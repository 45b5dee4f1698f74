/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Batch, instance, group and layer normalization. */
#include "model/onnx/families.h"

#include <math.h>

/* One number for each channel of each operand from @first on; FALSE after node_fail(). */
static gboolean get_numbers(Builder *b, const Operands *o, guint first, guint count, gsize channels,
                            const float *numbers[])
{
    for (guint k = 0; k < count; k++) {
        const Value *v = o->in[first + k];
        if (!v->array || value_count(v) != channels)
            return node_fail(
                b, "operand %u must be %" G_GSIZE_FORMAT " numbers that do not depend on the picture",
                first + k + 1, channels);
        if (!(numbers[k] = value_floats(b, v)))
            return FALSE;
    }
    return TRUE;
}

gboolean build_batch_norm(Builder *b, const Operands *o, Value *out)
{
    Value *x = o->in[0];
    const float *n[4]; /* scale, bias, mean, variance */
    if (!x->source || x->rank < 2 || !get_numbers(b, o, 1, 4, (gsize)x->dims[1], n))
        return node_fail(b, "normalizes what is no picture");
    const guint channels = (guint)x->dims[1];
    const double epsilon = idiom_node_float(b->node, "epsilon", 1e-5);
    g_autofree float *scale = g_new(float, channels), *shift = g_new(float, channels);
    for (guint c = 0; c < channels; c++) {
        const double factor = n[0][c] / sqrt(n[3][c] + epsilon);
        scale[c] = (float)factor;
        shift[c] = (float)(n[1][c] - factor * n[2][c]);
    }
    return channel_affine(b, x, scale, shift, out);
}

/* The norm of @source in @groups; scale and shift for each of its channels are taken over. */
static Source *new_norm(Builder *b, IdiomTensor *planes, guint groups, float *scale, float *shift)
{
    Source *norm = source_new(b, SOURCE_NORM, planes->shape);
    norm->x = planes;
    norm->groups = groups;
    norm->epsilon = idiom_node_float(b->node, "epsilon", 1e-5);
    norm->scale = scale;
    norm->shift = shift;
    return norm;
}

/* @count numbers, each repeated so that there are @channels. */
static float *repeated(const float *numbers, guint count, guint channels)
{
    float *all = g_new(float, channels);
    for (guint c = 0; c < channels; c++)
        all[c] = numbers[(gsize)c * count / channels];
    return all;
}

/*
 * Over all but the first two dimensions of @x. Where those are a picture's channels in groups ([n,groups,..], as exporters
 * write group and layer norm), the picture is normalized as it lies.
 */
static gboolean norm_of(Builder *b, Value *x, guint per_group, const float *scale, const float *shift,
                        Value *out)
{
    const IdiomShape s = x->source->shape;
    const guint groups = (guint)x->dims[1];
    const gboolean lies = x->offset == 0 && value_contiguous(x) &&
                          value_count(x) == idiom_shape_elements(s) && x->dims[0] == s.n && s.c % groups == 0;
    if (lies) {
        IdiomTensor *planes = source_tensor(b, x->source);
        if (!planes)
            return FALSE;
        Source *norm =
            new_norm(b, planes, groups, repeated(scale, per_group, s.c), repeated(shift, per_group, s.c));
        *out = *x;
        out->uses = 0;
        out->source = norm;
        return TRUE;
    }
    IdiomTensor *planes = value_planes(b, x);
    if (!planes)
        return FALSE;
    Source *norm =
        new_norm(b, planes, groups, repeated(scale, per_group, groups), repeated(shift, per_group, groups));
    const Value made = value_of_source(norm);
    return value_reshape(b, &made, x->rank, x->dims, out);
}

gboolean build_instance_norm(Builder *b, const Operands *o, Value *out)
{
    Value *x = o->in[0];
    const float *n[2] = {NULL};
    if (!x->source || x->rank < 3 || !value_count(x))
        return node_fail(b, "normalizes what is no picture");
    return get_numbers(b, o, 1, 2, (gsize)x->dims[1], n) && norm_of(b, x, (guint)x->dims[1], n[0], n[1], out);
}

/* Opset 18 has a scale for each group, opset 21 for each channel. */
gboolean build_group_norm(Builder *b, const Operands *o, Value *out)
{
    Value *x = o->in[0];
    const float *n[2] = {NULL};
    const gint64 groups = idiom_node_int(b->node, "num_groups", 0);
    if (!x->source || x->rank < 3 || !value_count(x) || groups < 1 || x->dims[1] % groups)
        return node_fail(
            b, "normalizes what is no picture, or its channels do not make %" G_GINT64_FORMAT " groups",
            groups);
    const guint numbers = b->net->opset < 21 ? (guint)groups : (guint)x->dims[1];
    Value view, made;
    if (!get_numbers(b, o, 1, 2, numbers, n))
        return FALSE;
    gint64 dims[3] = {x->dims[0], groups, (gint64)value_count(x) / (x->dims[0] * groups)};
    const Value whole = value_view(b, x);
    /* channels that are not a multiple of the groups once they lie otherwise have their scales by themselves */
    if (!value_reshape(b, &whole, 3, dims, &view) || view.source->shape.c != x->dims[1] ||
        !norm_of(b, &view, numbers, n[0], n[1], &made))
        return node_fail(b, "its operand does not lie as a picture does");
    return value_reshape(b, &made, x->rank, x->dims, out);
}

/* (x - mean) / sqrt(variance + epsilon) scale + bias over the dimensions from axis on. */
gboolean build_layer_norm(Builder *b, const Operands *o, Value *out)
{
    Value x = *o->in[0], mean, away, square, variance, sum, deviation, normal, scaled;
    gint64 axis = idiom_node_int(b->node, "axis", -1), axes[IDIOM_ARRAY_MAX_RANK];
    if (!x.source || o->n_out > 1 || !check_axis(b, &axis, x.rank))
        return node_fail(b, o->n_out > 1 ? "only its first result is supported"
                                         : "normalizes what is no picture");
    const guint count = x.rank - (guint)axis;
    for (guint k = 0; k < count; k++)
        axes[k] = axis + k;
    IdiomArray *number = array_make(b, IDIOM_TYPE_FLOAT, 0, NULL);
    if (!number)
        return FALSE;
    idiom_array_set(number, 0, idiom_node_float(b->node, "epsilon", 1e-5));
    Value epsilon = value_of_array(number);
    x.uses = 2; /* it is looked at twice here, and so is what is left without its mean */
    if (!reduce_mean(b, &x, axes, count, &mean) || !binary(b, &x, &mean, OP_SUB, &away))
        return FALSE;
    away.uses = 2;
    if (!binary(b, &away, &away, OP_MUL, &square) || !reduce_mean(b, &square, axes, count, &variance) ||
        !binary(b, &variance, &epsilon, OP_ADD, &sum) ||
        !apply_function(b, &sum, IDIOM_FUNCTION_SQRT, 0, 0, &deviation) ||
        !binary(b, &away, &deviation, OP_DIV, &normal) || !binary(b, &normal, o->in[1], OP_MUL, &scaled))
        return FALSE;
    if (o->in[2]->known)
        return binary(b, &scaled, o->in[2], OP_ADD, out);
    *out = scaled;
    return TRUE;
}
