/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shapes, and other numbers that are known without the picture's. */
#include "model/onnx/families.h"

#include <math.h>

const float *value_floats(Builder *b, const Value *v)
{
    const IdiomArray *array = value_array(b, v);
    if (!array || array->f)
        return array ? array->f : NULL;
    IdiomArray *copy = array_make(b, IDIOM_TYPE_FLOAT, array->rank, array->dims);
    for (gsize k = 0; copy && k < array->count; k++)
        copy->f[k] = (float)array->i[k];
    return copy ? copy->f : NULL;
}

gboolean build_constant(Builder *b, const Operands *o, Value *out)
{
    static const char *const names[] = {"value", "value_float", "value_floats", "value_int", "value_ints"};
    (void)o;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        const IdiomAttribute *a = idiom_node_attribute(b->node, names[i]);
        if (a && a->numbers) {
            *out = value_of_array(a->numbers);
            return TRUE;
        }
    }
    return node_fail(b, "has no value of a kind that is supported");
}

gboolean build_constant_of_shape(Builder *b, const Operands *o, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    guint rank = 0;
    if (!value_ints(b, o->in[0], "its operand", dims, G_N_ELEMENTS(dims), &rank))
        return FALSE;
    if (idiom_array_elements(rank, dims) < 0)
        return node_fail(b, "more elements than the limit of %" G_GSIZE_FORMAT, IDIOM_ARRAY_MAX_COUNT);
    const IdiomAttribute *a = idiom_node_attribute(b->node, "value");
    const gboolean given = a && a->numbers && a->numbers->count == 1;
    IdiomArray *one = array_make(b, given ? a->numbers->type : IDIOM_TYPE_FLOAT, 0, NULL);
    if (!one)
        return FALSE;
    if (given)
        idiom_array_set(one, 0, idiom_array_get(a->numbers, 0));
    const Value value = value_of_array(one);
    return value_expand(b, &value, rank, dims, out);
}

gboolean build_shape(Builder *b, const Operands *o, Value *out)
{
    const Value *x = o->in[0];
    gint64 start = idiom_node_int(b->node, "start", 0), end = idiom_node_int(b->node, "end", x->rank);
    start = CLAMP(start < 0 ? start + x->rank : start, 0, x->rank);
    end = CLAMP(end < 0 ? end + x->rank : end, start, x->rank);
    IdiomArray *to = array_make(b, IDIOM_TYPE_INT64, 1, (gint64[]){end - start});
    if (!to)
        return FALSE;
    for (gint64 d = start; d < end; d++)
        to->i[d - start] = x->dims[d];
    *out = value_of_array(to);
    return TRUE;
}

gboolean build_size(Builder *b, const Operands *o, Value *out)
{
    IdiomArray *to = array_make(b, IDIOM_TYPE_INT64, 0, NULL);
    if (!to)
        return FALSE;
    to->i[0] = (gint64)value_count(o->in[0]);
    *out = value_of_array(to);
    return TRUE;
}

/* Elements in equal steps, such as channels the other way round, are a view. */
static gboolean gather_steps(Builder *b, const Value *x, const Value *indices, gint64 axis, Value *out)
{
    const gint64 count = (gint64)value_count(indices), size = x->dims[axis];
    const gint64 first = (gint64)value_get(indices, 0), step = (gint64)value_get(indices, 1) - first;
    const gint64 begin = first + (first < 0 ? size : 0), end = begin + (count - 1) * step;
    gboolean equal = indices->rank == 1;
    for (gint64 k = 2; equal && k < count; k++)
        equal = (gint64)value_get(indices, (gsize)k) == first + k * step;
    if (!equal || ABS(step) > size || MIN(begin, end) < 0 || MAX(begin, end) >= size)
        return node_fail(b, "parts of a picture are gathered in equal steps only");
    *out = *x;
    out->offset += begin * x->strides[axis];
    out->dims[axis] = count;
    out->strides[axis] *= step;
    return TRUE;
}

/* Several numbers along an axis. */
static gboolean gather_many(Builder *b, const Value *x, const Value *indices, gint64 axis, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    guint rank = 0;
    if (x->source && value_count(indices) > 1)
        return gather_steps(b, x, indices, axis, out);
    if (!x->array || x->rank + indices->rank - 1 > IDIOM_ARRAY_MAX_RANK)
        return node_fail(b, "these parts of a picture by number are not supported");
    gsize inner = 1, outer = 1, count = value_count(indices);
    for (guint d = 0; d < x->rank; d++) {
        for (guint k = 0; d == axis && k < indices->rank; k++)
            dims[rank++] = indices->dims[k];
        if (d != axis)
            dims[rank++] = x->dims[d];
        *(d < axis ? &outer : &inner) *= d == axis ? 1 : (gsize)x->dims[d];
    }
    IdiomArray *to = array_make(b, x->array->type, rank, dims);
    if (!to)
        return FALSE;
    for (gsize k = 0; k < count; k++) {
        gint64 at = (gint64)value_get(indices, k);
        at += at < 0 ? x->dims[axis] : 0;
        if (at < 0 || at >= x->dims[axis])
            return node_fail(b, "element %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, at, x->dims[axis]);
        for (gsize i = 0; i < outer; i++)
            for (gsize j = 0; j < inner; j++)
                idiom_array_set(to, (i * count + k) * inner + j,
                                value_get(x, (i * (gsize)x->dims[axis] + (gsize)at) * inner + j));
    }
    *out = value_of_array(to);
    return TRUE;
}

gboolean build_gather(Builder *b, const Operands *o, Value *out)
{
    const Value *indices = o->in[1];
    gint64 axis = idiom_node_int(b->node, "axis", 0);
    if (!indices->array)
        return node_fail(b, "indices that depend on the picture are not supported");
    if (!check_axis(b, &axis, o->in[0]->rank))
        return FALSE;
    const Value x = value_view(b, o->in[0]);
    if (value_count(indices) != 1 || indices->rank > 1)
        return gather_many(b, &x, indices, axis, out);
    gint64 at = (gint64)value_get(indices, 0);
    at += at < 0 ? x.dims[axis] : 0;
    if (at < 0 || at >= x.dims[axis])
        return node_fail(b, "element %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, at, x.dims[axis]);
    *out = x;
    out->offset += at * x.strides[axis];
    out->dims[axis] = 1;
    if (indices->rank == 1)
        return TRUE;
    out->rank--;
    for (guint d = (guint)axis; d < out->rank; d++) {
        out->dims[d] = x.dims[d + 1];
        out->strides[d] = x.strides[d + 1];
    }
    return TRUE;
}

gboolean build_range(Builder *b, const Operands *o, Value *out)
{
    double n[3];
    for (guint k = 0; k < 3; k++) {
        if (!o->in[k]->array || value_count(o->in[k]) != 1)
            return node_fail(b, "operand %u must be a number that does not depend on the picture", k + 1);
        n[k] = value_get(o->in[k], 0);
    }
    const double count = n[2] == 0 ? 0 : ceil((n[1] - n[0]) / n[2]);
    if (!(count < (double)IDIOM_ARRAY_MAX_COUNT))
        return node_fail(b, "more than %" G_GSIZE_FORMAT " elements", IDIOM_ARRAY_MAX_COUNT);
    IdiomArray *to = array_make(b, o->in[0]->array->type, 1, (gint64[]){(gint64)fmax(count, 0)});
    if (!to)
        return FALSE;
    for (gsize k = 0; k < to->count; k++)
        idiom_array_set(to, k, n[0] + (double)k * n[2]);
    *out = value_of_array(to);
    return TRUE;
}

gboolean build_where(Builder *b, const Operands *o, Value *out)
{
    Value all[3];
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    guint rank = 0;
    for (guint k = 0; k < 3; k++) {
        if (!o->in[k]->array)
            return node_fail(b, "is not supported for pictures");
        rank = MAX(rank, o->in[k]->rank);
    }
    for (guint d = 0; d < rank; d++) {
        dims[d] = 1;
        for (guint k = 0; k < 3; k++)
            if (d + o->in[k]->rank >= rank && o->in[k]->dims[d + o->in[k]->rank - rank] != 1)
                dims[d] = o->in[k]->dims[d + o->in[k]->rank - rank];
    }
    for (guint k = 0; k < 3; k++)
        if (!value_expand(b, o->in[k], rank, dims, &all[k]))
            return FALSE;
    IdiomArray *to = array_make(b, o->in[1]->array->type, rank, dims);
    if (!to)
        return FALSE;
    for (gsize k = 0; k < to->count; k++)
        idiom_array_set(to, k, value_get(&all[value_get(&all[0], k) != 0 ? 1 : 2], k));
    *out = value_of_array(to);
    return TRUE;
}

static gboolean is_float(gint64 type)
{
    return type == IDIOM_TYPE_FLOAT || type == IDIOM_TYPE_HALF || type == IDIOM_TYPE_DOUBLE ||
           type == IDIOM_TYPE_BFLOAT16;
}

gboolean build_cast(Builder *b, const Operands *o, Value *out)
{
    const gint64 to = idiom_node_int(b->node, "to", 0);
    if (to < IDIOM_TYPE_FLOAT || to > IDIOM_TYPE_BFLOAT16 || to == 8)
        return node_fail(b, "to type %" G_GINT64_FORMAT " is not supported", to);
    if (o->in[0]->source) { /* pictures are in the precision of the device */
        *out = value_view(b, o->in[0]);
        return is_float(to) || node_fail(b, "pictures of whole numbers are not supported");
    }
    const Value *x = o->in[0];
    IdiomArray *array = array_make(b, (IdiomType)to, x->rank, x->dims);
    if (!array)
        return FALSE;
    for (gsize k = 0; k < array->count; k++) {
        const double v = value_get(x, k);
        idiom_array_set(array, k, to == IDIOM_TYPE_BOOL ? v != 0 : is_float(to) ? v : trunc(v));
    }
    *out = value_of_array(array);
    return TRUE;
}
