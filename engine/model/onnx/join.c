/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Concat, Pad. */
#include "model/onnx/families.h"

#include <string.h>

#define MAX_PAD 65536

/* --- concat ----------------------------------------------------------------------------------------- */

/* The dimensions of all together. */
static gboolean join_dims(Builder *b, guint count, Value *const *in, gint64 axis, gint64 *dims)
{
    memcpy(dims, in[0]->dims, sizeof in[0]->dims);
    for (guint k = 1; k < count; k++) {
        for (guint d = 0; d < in[0]->rank; d++)
            if (in[k]->rank != in[0]->rank || (d != axis && in[k]->dims[d] != dims[d]))
                return node_fail(b, "operand %u has other sizes than the first", k + 1);
        dims[axis] += in[k]->dims[axis];
        if (dims[axis] > G_MAXINT32)
            return node_fail(b, "its result is too large");
    }
    return TRUE;
}

static gboolean join_arrays(Builder *b, guint count, Value *const *in, gint64 axis, const gint64 *dims,
                            Value *out)
{
    IdiomArray *to = array_make(b, in[0]->array->type, in[0]->rank, dims);
    gsize outer = 1, inner = 1, begin = 0;
    if (!to)
        return FALSE;
    for (guint d = 0; d < in[0]->rank; d++)
        *(d < axis ? &outer : &inner) *= d == axis ? 1 : (gsize)dims[d];
    const gsize row = inner * (gsize)dims[axis];
    for (guint k = 0; k < count; k++) {
        const gsize part = inner * (gsize)in[k]->dims[axis];
        for (gsize i = 0; i < outer; i++)
            for (gsize j = 0; j < part; j++)
                idiom_array_set(to, i * row + begin + j, value_get(in[k], i * part + j));
        begin += part;
    }
    *out = value_of_array(to);
    return TRUE;
}

/* Two pictures side by side or one below the other: both with zeros around, added. */
static IdiomTensor *join_sides(Builder *b, IdiomTensor *x, IdiomTensor *y, gboolean across)
{
    if (idiom_graph_failed(b->graph, (IdiomTensor *[]){x, y}, 2))
        return NULL;
    const IdiomShape s = x->shape, t = y->shape;
    x = idiom_pad2d(b->graph, x, 0, across ? t.w : 0, 0, across ? 0 : t.h, IDIOM_PAD_ZERO);
    y = idiom_pad2d(b->graph, y, across ? s.w : 0, 0, across ? 0 : s.h, 0, IDIOM_PAD_ZERO);
    return idiom_add(b->graph, x, y);
}

/* The planes of one of them. Along the first dimension, or of more than four, those before the axis are channels. */
static IdiomTensor *part_planes(Builder *b, const Value *v, gint64 axis)
{
    gint64 dims[4] = {1, 1, 1, v->dims[v->rank - 1]};
    Value rows;
    if (v->rank == 1 || (v->rank <= 4 && axis > 0))
        return value_planes(b, v);
    for (guint d = 0; d + 1 < v->rank; d++)
        dims[d < axis ? 1 : 2] *= v->dims[d];
    return value_reshape(b, v, 4, dims, &rows) ? value_planes(b, &rows) : NULL;
}

static gboolean join_pictures(Builder *b, guint count, Value *const *in, gint64 axis, const gint64 *dims,
                              Value *out)
{
    const guint rank = in[0]->rank;
    /* where the axis is in the planes of part_planes() */
    const gint64 place = rank == 1                ? 1
                         : rank > 4 || axis == 0  ? (axis == rank - 1 ? 3 : 2)
                         : rank == 3 && axis == 2 ? 3
                                                  : axis;
    IdiomTensor *all = NULL;
    for (guint k = 0; k < count; k++) {
        if (value_count(in[k]) == 0)
            continue;
        IdiomTensor *next = part_planes(b, in[k], axis);
        if (!next)
            return FALSE;
        if (!all)
            all = next;
        else
            all = place == 1 ? idiom_concat(b->graph, all, next) : join_sides(b, all, next, place == 3);
    }
    if (!all)
        return FALSE;
    const Value made = value_of_source(source_of(b, all));
    return value_reshape(b, &made, rank, dims, out);
}

gboolean build_concat(Builder *b, const Operands *o, Value *out)
{
    g_autofree Value **in = g_new(Value *, o->n_in);
    gint64 axis = idiom_node_int(b->node, "axis", 1), dims[IDIOM_ARRAY_MAX_RANK];
    gboolean pictures = FALSE;
    for (guint k = 0; k < o->n_in; k++) {
        in[k] = &b->values[b->node->in[k]];
        pictures |= in[k]->source != NULL;
    }
    if (!o->n_in)
        return node_fail(b, "has no operands");
    if (!check_axis(b, &axis, in[0]->rank) || !join_dims(b, o->n_in, in, axis, dims))
        return FALSE;
    return pictures ? join_pictures(b, o->n_in, in, axis, dims, out)
                    : join_arrays(b, o->n_in, in, axis, dims, out);
}

/* --- pad -------------------------------------------------------------------------------------------- */

/* Before and after every dimension; some may be named by the operand axes. */
static gboolean get_pads(Builder *b, const Operands *o, guint rank, gint64 *before, gint64 *after)
{
    gint64 pads[2 * IDIOM_ARRAY_MAX_RANK], axes[IDIOM_ARRAY_MAX_RANK];
    guint count = 0, n_axes = rank;
    for (guint d = 0; d < rank; d++)
        axes[d] = d;
    if (!get_ints(b, o, 1, "pads", pads, G_N_ELEMENTS(pads), &count) ||
        !get_ints(b, o, 3, "axes", axes, G_N_ELEMENTS(axes), &n_axes))
        return FALSE;
    if (count != 2 * n_axes)
        return node_fail(b, "pads has %u numbers for %u dimensions", count, n_axes);
    memset(before, 0, rank * sizeof *before);
    memset(after, 0, rank * sizeof *after);
    for (guint k = 0; k < n_axes; k++) {
        if (!check_axis(b, &axes[k], rank))
            return FALSE;
        if (ABS(pads[k]) > MAX_PAD || ABS(pads[n_axes + k]) > MAX_PAD)
            return node_fail(b, "more than %d pixels of padding", MAX_PAD);
        before[axes[k]] = pads[k];
        after[axes[k]] = pads[n_axes + k];
    }
    return TRUE;
}

/* What pads below zero take away. */
static gboolean crop(Value *v, gint64 *before, gint64 *after)
{
    for (guint d = 0; d < v->rank; d++) {
        const gint64 first = MAX(-before[d], 0), last = MAX(-after[d], 0);
        if (first + last >= v->dims[d])
            return FALSE;
        v->offset += first * v->strides[d];
        v->dims[d] -= first + last;
        before[d] = MAX(before[d], 0);
        after[d] = MAX(after[d], 0);
    }
    return TRUE;
}

/* A pad of channels is a concatenation with a constant. */
static gboolean pad_channels(Builder *b, Value *x, gint64 before, gint64 after, double value, Value *out)
{
    IdiomTensor *t = value_planes(b, x);
    const gint64 count[2] = {before, after};
    for (guint side = 0; side < 2 && t; side++) {
        if (!count[side])
            continue;
        const IdiomShape s = IDIOM_SHAPE(t->shape.n, (guint)count[side], t->shape.h, t->shape.w);
        g_autofree float *values = g_new(float, s.c);
        for (guint c = 0; c < s.c; c++)
            values[c] = (float)value;
        IdiomTensor *one =
            idiom_to_planes(b->graph, idiom_constant(b->graph, IDIOM_SHAPE(1, s.c, 1, 1), values));
        const gint64 dims[4] = {s.n, s.c, s.h, s.w}, strides[4] = {0, 1, 0, 0};
        IdiomTensor *more = idiom_rearrange(b->graph, one, s, 4, dims, strides, 0);
        t = side ? idiom_concat(b->graph, t, more) : idiom_concat(b->graph, more, t);
    }
    *out = value_of_source(source_of(b, t));
    return t != NULL;
}

static gboolean get_mode(Builder *b, IdiomPadMode *mode)
{
    const char *text = idiom_node_text(b->node, "mode", "constant");
    *mode = g_str_equal(text, "reflect") ? IDIOM_PAD_REFLECT
            : g_str_equal(text, "edge")  ? IDIOM_PAD_EDGE
                                         : IDIOM_PAD_ZERO;
    return *mode || g_str_equal(text, "constant") || node_fail(b, "mode '%.32s' is not supported", text);
}

/* Of a picture: what is made of it next may do it at no cost. */
static gboolean pad_picture(Builder *b, Value *x, const gint64 *before, const gint64 *after,
                            IdiomPadMode mode, double value, Value *out)
{
    Source *large = value_is_picture(x) ? value_pending(x, SOURCE_UPSAMPLE) : NULL;
    IdiomTensor *from = large ? large->x : value_planes(b, x);
    if (!from)
        return FALSE;
    IdiomShape s = shape_of_dims(x->rank, x->dims);
    if (mode == IDIOM_PAD_REFLECT &&
        (before[2] >= s.h || after[2] >= s.h || before[3] >= s.w || after[3] >= s.w))
        return node_fail(b, "a picture of %ux%u is too small to be mirrored so far", s.w, s.h);
    s.h += (guint)(before[2] + after[2]);
    s.w += (guint)(before[3] + after[3]);
    Source *pad = source_new(b, SOURCE_PAD, s);
    pad->x = from;
    pad->upsampled = large != NULL;
    pad->mode = mode;
    pad->value = (float)value;
    const gint sides[4] = {(gint)before[3], (gint)before[2], (gint)after[3], (gint)after[2]};
    memcpy(pad->pad, sides, sizeof sides);
    *out = value_of_source(pad);
    return TRUE;
}

gboolean build_pad(Builder *b, const Operands *o, Value *out)
{
    Value x = value_view(b, o->in[0]), wide;
    gint64 before[IDIOM_ARRAY_MAX_RANK], after[IDIOM_ARRAY_MAX_RANK];
    IdiomPadMode mode;
    const Value *constant = o->in[2];
    if (!get_pads(b, o, x.rank, before, after) || !get_mode(b, &mode))
        return FALSE;
    if (!x.source || x.rank != 4 || before[0] || after[0] || (constant->known && !constant->array))
        return node_fail(b, "only pictures are padded");
    if (!crop(&x, before, after))
        return node_fail(b, "takes away all there is");
    const double value = constant->known && value_count(constant) == 1
                             ? value_get(constant, 0)
                             : idiom_node_float(b->node, "value", 0);
    if ((before[1] || after[1]) && mode != IDIOM_PAD_ZERO)
        return node_fail(b, "channels are padded with a constant only");
    if (before[1] || after[1]) {
        if (!pad_channels(b, &x, before[1], after[1], value, &wide))
            return FALSE;
        x = wide;
    }
    return pad_picture(b, &x, before, after, mode, value, out);
}
