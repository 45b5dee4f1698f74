/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QuantizeLinear, DequantizeLinear: weights become floats here, pictures lose the digits that they lose in the model. */
#include "model/onnx/families.h"

#include <math.h>

/* Scale or zero point as something that is repeated along all of @x but @axis. */
static gboolean along_axis(Builder *b, const Value *x, const Value *numbers, gint64 axis, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    const gsize count = value_count(numbers);
    if (!numbers->array)
        return node_fail(b, "scales and zero points that depend on the picture are not supported");
    if (count == 1)
        return value_reshape(b, numbers, 0, dims, out);
    if (!check_axis(b, &axis, x->rank))
        return FALSE;
    if (numbers->rank != 1 || count != (gsize)x->dims[axis])
        return node_fail(b, "%" G_GSIZE_FORMAT " scales for %" G_GINT64_FORMAT " channels", count,
                         x->dims[axis]);
    const guint rank = x->rank - (guint)axis;
    for (guint d = 0; d < rank; d++)
        dims[d] = d ? 1 : (gint64)count;
    return value_reshape(b, numbers, rank, dims, out);
}

/* What the type of the zero point can hold; without one it is unsigned. */
static void limits(const Builder *b, const Value *zero, double *least, double *most)
{
    const gint64 given = idiom_node_int(b->node, "output_dtype", 0);
    const IdiomType type = zero->known ? zero->array->type : given ? (IdiomType)given : IDIOM_TYPE_UINT8;
    const gboolean wide = type == IDIOM_TYPE_INT16 || type == IDIOM_TYPE_UINT16;
    const gboolean below = type == IDIOM_TYPE_INT16 || type == IDIOM_TYPE_INT8;
    *least = below ? (wide ? -32768 : -128) : 0;
    *most = below ? (wide ? 32767 : 127) : (wide ? 65535 : 255);
}

/* A value of its own for intermediate results, with a zero where there is no zero point. */
static gboolean get_scale_and_zero(Builder *b, const Operands *o, Value *scale, Value *zero)
{
    const gint64 axis = idiom_node_int(b->node, "axis", 1);
    if (idiom_node_int(b->node, "block_size", 0))
        return node_fail(b, "blocks are not supported");
    if (!along_axis(b, o->in[0], o->in[1], axis, scale))
        return FALSE;
    if (o->in[2]->known)
        return along_axis(b, o->in[0], o->in[2], axis, zero);
    IdiomArray *none = array_make(b, IDIOM_TYPE_FLOAT, 0, NULL);
    if (none)
        *zero = value_of_array(none);
    return none != NULL;
}

/* Both on the host, where the arrays' types do not get in the way. */
static gboolean on_host(Builder *b, const Value *x, const Value *scale, const Value *zero, gboolean back,
                        double least, double most, Value *out)
{
    Value s, z;
    if (!value_expand(b, scale, x->rank, x->dims, &s) || !value_expand(b, zero, x->rank, x->dims, &z))
        return FALSE;
    IdiomArray *to = array_make(b, IDIOM_TYPE_FLOAT, x->rank, x->dims);
    if (!to)
        return FALSE;
    for (gsize k = 0; k < to->count; k++) {
        const double v = value_get(x, k), by = value_get(&s, k), from = value_get(&z, k);
        to->f[k] = (float)(back ? (v - from) * by : fmin(fmax(nearbyint(v / by) + from, least), most));
    }
    *out = value_of_array(to);
    return TRUE;
}

gboolean build_quantize(Builder *b, const Operands *o, Value *out)
{
    Value scale, zero, small, whole, moved;
    double least, most;
    if (!get_scale_and_zero(b, o, &scale, &zero))
        return FALSE;
    limits(b, o->in[2], &least, &most);
    if (o->in[0]->array)
        return on_host(b, o->in[0], &scale, &zero, FALSE, least, most, out);
    return binary(b, o->in[0], &scale, OP_DIV, &small) &&
           apply_function(b, &small, IDIOM_FUNCTION_ROUND, 0, 0, &whole) &&
           binary(b, &whole, &zero, OP_ADD, &moved) &&
           apply_function(b, &moved, IDIOM_FUNCTION_CLAMP, least, most, out);
}

gboolean build_dequantize(Builder *b, const Operands *o, Value *out)
{
    Value scale, zero, moved;
    if (!get_scale_and_zero(b, o, &scale, &zero))
        return FALSE;
    if (o->in[0]->array)
        return on_host(b, o->in[0], &scale, &zero, TRUE, 0, 0, out);
    return binary(b, o->in[0], &zero, OP_SUB, &moved) && binary(b, &moved, &scale, OP_MUL, out);
}
