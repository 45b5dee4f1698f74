/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operands as views: most of what exporters do with shapes moves no number. */
#include "model/onnx/build.h"

#include <string.h>

static void set_dims(Value *v, guint rank, const gint64 *dims)
{
    gint64 stride = 1;
    v->rank = rank;
    for (guint d = rank; d-- > 0;) {
        v->dims[d] = dims[d];
        v->strides[d] = stride;
        stride *= MAX(dims[d], 1);
    }
}

Value value_of_array(IdiomArray *array)
{
    Value v = {.known = TRUE, .array = array};
    set_dims(&v, array->rank, array->dims);
    return v;
}

Value value_of_source(Source *source)
{
    const IdiomShape s = source->shape;
    Value v = {.known = TRUE, .source = source};
    set_dims(&v, 4, (gint64[]){s.n, s.c, s.h, s.w});
    return v;
}

gsize value_count(const Value *v)
{
    gsize count = 1;
    for (guint d = 0; d < v->rank; d++)
        count *= (gsize)v->dims[d];
    return count;
}

gboolean value_contiguous(const Value *v)
{
    gint64 stride = 1;
    for (guint d = v->rank; d-- > 0;) {
        if (v->dims[d] != 1 && v->strides[d] != stride)
            return FALSE;
        stride *= v->dims[d];
    }
    return TRUE;
}

IdiomArray *array_make(Builder *b, IdiomType type, guint rank, const gint64 *dims)
{
    const gssize count = rank <= IDIOM_ARRAY_MAX_RANK ? idiom_array_elements(rank, dims) : -1;
    if (count < 0 || (gsize)count > b->room) {
        node_fail(b, "its result has more elements than the limit of %" G_GSIZE_FORMAT, b->room);
        return NULL;
    }
    IdiomArray *array = idiom_array_new(type, rank, dims);
    if (!array) {
        node_fail(b, "no memory for %" G_GSSIZE_FORMAT " elements", count);
        return NULL;
    }
    b->room -= (gsize)count;
    g_ptr_array_add(b->made, array);
    return array;
}

/* Copies @v, or adds up where its elements are; @at counts the elements of the copy. */
static void copy_axis(const Value *v, guint axis, gint64 from, IdiomArray *to, gsize *at)
{
    if (axis == v->rank) {
        if (to->f)
            to->f[(*at)++] = v->array->f[from];
        else
            to->i[(*at)++] = v->array->i[from];
        return;
    }
    for (gint64 k = 0; k < v->dims[axis]; k++)
        copy_axis(v, axis + 1, from + k * v->strides[axis], to, at);
}

const IdiomArray *value_array(Builder *b, const Value *v)
{
    const IdiomArray *a = v->array;
    const gboolean same = v->rank == a->rank && memcmp(v->dims, a->dims, v->rank * sizeof *v->dims) == 0;
    if (same && v->offset == 0 && value_contiguous(v))
        return a;
    IdiomArray *copy = array_make(b, a->type, v->rank, v->dims);
    gsize at = 0;
    if (copy && copy->count)
        copy_axis(v, 0, v->offset, copy, &at);
    return copy;
}

double value_get(const Value *v, gsize k)
{
    gint64 at = v->offset;
    for (guint d = v->rank; d-- > 0;) {
        at += (gint64)(k % (gsize)v->dims[d]) * v->strides[d];
        k /= (gsize)v->dims[d];
    }
    return idiom_array_get(v->array, (gsize)at);
}

gboolean value_ints(Builder *b, const Value *v, const char *name, gint64 *numbers, guint most, guint *count)
{
    if (!v->known || !v->array)
        return node_fail(b, "%s must be known before the picture is", name);
    const gsize n = value_count(v);
    if (n > most)
        return node_fail(b, "%s has %" G_GSIZE_FORMAT " numbers, at most %u are possible", name, n, most);
    for (gsize k = 0; k < n; k++) {
        const double x = value_get(v, k);
        numbers[k] = !(x > -4e18) ? -4000000000000000000 : x > 4e18 ? 4000000000000000000 : (gint64)x;
    }
    *count = (guint)n;
    return TRUE;
}

Value value_view(Builder *b, Value *v)
{
    if (v->source && v->uses > 1)
        source_tensor(b, v->source);
    Value view = *v;
    view.uses = 0;
    return view;
}

gboolean value_reshape(Builder *b, const Value *v, guint rank, const gint64 *dims, Value *out)
{
    if (rank > IDIOM_ARRAY_MAX_RANK)
        return node_fail(b, "%u dimensions, at most %d are possible", rank, IDIOM_ARRAY_MAX_RANK);
    Value from = *v;
    if (!value_contiguous(v) && v->array) {
        const IdiomArray *copy = value_array(b, v);
        if (!copy)
            return FALSE;
        from = value_of_array((IdiomArray *)copy);
    } else if (!value_contiguous(v)) {
        IdiomTensor *planes = value_planes(b, v);
        if (!planes)
            return FALSE;
        from = value_of_source(source_of(b, planes));
    }
    *out = from;
    out->uses = 0;
    set_dims(out, rank, dims);
    return TRUE;
}

gboolean value_expand(Builder *b, const Value *v, guint rank, const gint64 *dims, Value *out)
{
    *out = *v;
    out->uses = 0;
    out->rank = rank;
    if (rank > IDIOM_ARRAY_MAX_RANK || rank < v->rank)
        return node_fail(b, "cannot be repeated to %u dimensions", rank);
    if (idiom_array_elements(rank, dims) < 0)
        return node_fail(b, "more elements than the limit of %" G_GSIZE_FORMAT, IDIOM_ARRAY_MAX_COUNT);
    for (guint d = 0; d < rank; d++) {
        const guint before = rank - v->rank;
        const gint64 have = d < before ? 1 : v->dims[d - before];
        if (have != 1 && have != dims[d])
            return node_fail(b, "sizes %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " do not fit together",
                             have, dims[d]);
        out->dims[d] = dims[d];
        out->strides[d] = have == 1 && dims[d] != 1 ? 0 : d < before ? 0 : v->strides[d - before];
    }
    return TRUE;
}
