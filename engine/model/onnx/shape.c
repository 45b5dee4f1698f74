/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same elements, or some of them, in other dimensions: views, which cost nothing. */
#include "model/onnx/families.h"

#include <string.h>

gboolean build_identity(Builder *b, const Operands *o, Value *out)
{
    if (o->n_out > 1)
        return node_fail(b, "only its first result is supported");
    *out = value_view(b, o->in[0]);
    return TRUE;
}

gboolean check_axis(Builder *b, gint64 *axis, guint rank)
{
    const gint64 given = *axis;
    if (*axis < 0)
        *axis += rank;
    if (*axis < 0 || *axis >= rank)
        return node_fail(b, "axis %" G_GINT64_FORMAT " of %u dimensions", given, rank);
    return TRUE;
}

gboolean get_ints(Builder *b, const Operands *o, guint k, const char *name, gint64 *numbers, guint most,
                  guint *count)
{
    if (k < G_N_ELEMENTS(o->in) && o->in[k] && o->in[k]->known)
        return value_ints(b, o->in[k], name, numbers, most, count);
    const IdiomAttribute *a = idiom_node_attribute(b->node, name);
    if (!a || !a->numbers)
        return TRUE;
    Value v = value_of_array(a->numbers);
    return value_ints(b, &v, name, numbers, most, count);
}

/* --- reshape ---------------------------------------------------------------------------------------- */

/* What 0 (as it was) and -1 (what is left) stand for. */
static gboolean fill_in(Builder *b, const Value *x, guint count, gint64 *dims)
{
    gssize known = 1, left = -1;
    const gboolean zeros = idiom_node_int(b->node, "allowzero", 0) != 0;
    for (guint d = 0; d < count; d++) {
        if (dims[d] == 0 && !zeros)
            dims[d] = d < x->rank ? x->dims[d] : -2;
        if (dims[d] < -1 || (dims[d] == -1 && left >= 0))
            return node_fail(b, "no such shape");
        if (dims[d] == -1)
            left = (gssize)d;
        else if ((known = idiom_array_elements(2, (gint64[]){known, dims[d]})) < 0)
            return node_fail(b, "more elements than the limit of %" G_GSIZE_FORMAT, IDIOM_ARRAY_MAX_COUNT);
    }
    const gsize all = value_count(x);
    if (left >= 0)
        dims[left] = known > 0 ? (gint64)(all / (gsize)known) : 0;
    if (left >= 0 && known > 0 ? (gsize)dims[left] * (gsize)known != all : (gsize)known != all)
        return node_fail(b, "%" G_GSIZE_FORMAT " elements do not fit in that shape", all);
    return TRUE;
}

gboolean build_reshape(Builder *b, const Operands *o, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    guint count = 0;
    const Value x = value_view(b, o->in[0]);
    return value_ints(b, o->in[1], "shape", dims, G_N_ELEMENTS(dims), &count) &&
           fill_in(b, &x, count, dims) && value_reshape(b, &x, count, dims, out);
}

gboolean build_flatten(Builder *b, const Operands *o, Value *out)
{
    const Value x = value_view(b, o->in[0]);
    gint64 axis = idiom_node_int(b->node, "axis", 1), dims[2] = {1, 1};
    if (axis != x.rank && !check_axis(b, &axis, x.rank))
        return FALSE;
    for (guint d = 0; d < x.rank; d++)
        dims[d >= axis] *= x.dims[d];
    return value_reshape(b, &x, 2, dims, out);
}

gboolean build_squeeze(Builder *b, const Operands *o, Value *out)
{
    gint64 axes[IDIOM_ARRAY_MAX_RANK];
    guint count = G_MAXUINT;
    gboolean drop[IDIOM_ARRAY_MAX_RANK] = {FALSE};
    const Value x = value_view(b, o->in[0]);
    if (!get_ints(b, o, 1, "axes", axes, G_N_ELEMENTS(axes), &count))
        return FALSE;
    for (guint d = 0; d < x.rank; d++)
        drop[d] = count == G_MAXUINT && x.dims[d] == 1;
    for (guint k = 0; count != G_MAXUINT && k < count; k++) {
        if (!check_axis(b, &axes[k], x.rank))
            return FALSE;
        if (x.dims[axes[k]] != 1)
            return node_fail(b, "dimension %" G_GINT64_FORMAT " is not 1", axes[k]);
        drop[axes[k]] = TRUE;
    }
    *out = x;
    out->rank = 0;
    for (guint d = 0; d < x.rank; d++) {
        if (drop[d])
            continue;
        out->dims[out->rank] = x.dims[d];
        out->strides[out->rank++] = x.strides[d];
    }
    return TRUE;
}

gboolean build_unsqueeze(Builder *b, const Operands *o, Value *out)
{
    gint64 axes[IDIOM_ARRAY_MAX_RANK];
    guint count = 0, from = 0;
    gboolean add[IDIOM_ARRAY_MAX_RANK] = {FALSE};
    const Value x = value_view(b, o->in[0]);
    if (!get_ints(b, o, 1, "axes", axes, G_N_ELEMENTS(axes), &count))
        return FALSE;
    const guint rank = x.rank + count;
    if (rank > IDIOM_ARRAY_MAX_RANK)
        return node_fail(b, "%u dimensions, at most %d are possible", rank, IDIOM_ARRAY_MAX_RANK);
    for (guint k = 0; k < count; k++) {
        if (!check_axis(b, &axes[k], rank) || add[axes[k]])
            return node_fail(b, "an axis is there twice");
        add[axes[k]] = TRUE;
    }
    *out = x;
    out->rank = rank;
    for (guint d = 0; d < rank; d++) {
        out->dims[d] = add[d] ? 1 : x.dims[from];
        out->strides[d] = add[d] ? 1 : x.strides[from++];
    }
    return TRUE;
}

/* --- order and repetition --------------------------------------------------------------------------- */

gboolean build_transpose(Builder *b, const Operands *o, Value *out)
{
    gint64 perm[IDIOM_ARRAY_MAX_RANK];
    guint count = 0, seen = 0;
    const Value x = value_view(b, o->in[0]);
    if (!get_ints(b, o, G_MAXUINT, "perm", perm, G_N_ELEMENTS(perm), &count))
        return FALSE;
    for (guint d = 0; count == 0 && d < x.rank; d++)
        perm[d] = x.rank - 1 - d;
    if (count && count != x.rank)
        return node_fail(b, "perm has %u numbers for %u dimensions", count, x.rank);
    *out = x;
    for (guint d = 0; d < x.rank; d++) {
        if (!check_axis(b, &perm[d], x.rank))
            return FALSE;
        seen |= 1u << perm[d];
        out->dims[d] = x.dims[perm[d]];
        out->strides[d] = x.strides[perm[d]];
    }
    return seen == (1u << x.rank) - 1 || node_fail(b, "perm names an axis twice");
}

gboolean build_expand(Builder *b, const Operands *o, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK], all[IDIOM_ARRAY_MAX_RANK];
    guint count = 0;
    const Value x = value_view(b, o->in[0]);
    if (!value_ints(b, o->in[1], "shape", dims, G_N_ELEMENTS(dims), &count))
        return FALSE;
    const guint rank = MAX(count, x.rank);
    for (guint d = 0; d < rank; d++) {
        const gint64 wanted = d + count < rank ? 1 : dims[d + count - rank];
        const gint64 have = d + x.rank < rank ? 1 : x.dims[d + x.rank - rank];
        all[d] = wanted == 1 ? have : wanted;
    }
    return value_expand(b, &x, rank, all, out);
}

/* --- parts ------------------------------------------------------------------------------------------ */

/* Of one axis, from @start in steps to before @end, as numpy has it. */
static gboolean cut(Builder *b, Value *v, gint64 axis, gint64 start, gint64 end, gint64 step)
{
    if (!check_axis(b, &axis, v->rank))
        return FALSE;
    const gint64 size = v->dims[axis];
    if (step == 0 || ABS(step) > G_MAXINT32)
        return node_fail(b, "step %" G_GINT64_FORMAT, step);
    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    start = step > 0 ? CLAMP(start, 0, size) : CLAMP(start, 0, size - 1);
    end = step > 0 ? CLAMP(end, 0, size) : CLAMP(end, -1, size - 1);
    const gint64 length = step > 0 ? end - start : start - end, stride = ABS(step);
    v->dims[axis] = size && length > 0 ? (length + stride - 1) / stride : 0;
    v->offset += v->dims[axis] ? start * v->strides[axis] : 0;
    v->strides[axis] *= step;
    return TRUE;
}

gboolean build_slice(Builder *b, const Operands *o, Value *out)
{
    gint64 starts[IDIOM_ARRAY_MAX_RANK], ends[IDIOM_ARRAY_MAX_RANK], axes[IDIOM_ARRAY_MAX_RANK];
    gint64 steps[IDIOM_ARRAY_MAX_RANK];
    guint n_starts = 0, n_ends = 0, n_axes, n_steps;
    for (guint k = 0; k < IDIOM_ARRAY_MAX_RANK; k++) {
        axes[k] = k;
        steps[k] = 1;
    }
    if (!get_ints(b, o, 1, "starts", starts, G_N_ELEMENTS(starts), &n_starts) ||
        !get_ints(b, o, 2, "ends", ends, G_N_ELEMENTS(ends), &n_ends))
        return FALSE;
    n_axes = n_steps = n_starts;
    if (!get_ints(b, o, 3, "axes", axes, G_N_ELEMENTS(axes), &n_axes) ||
        !get_ints(b, o, 4, "steps", steps, G_N_ELEMENTS(steps), &n_steps))
        return FALSE;
    if (n_ends != n_starts || n_axes != n_starts || n_steps != n_starts)
        return node_fail(b, "starts, ends, axes and steps differ in number");
    *out = value_view(b, o->in[0]);
    for (guint k = 0; k < n_starts; k++)
        if (!cut(b, out, axes[k], starts[k], ends[k], steps[k]))
            return FALSE;
    return TRUE;
}

gboolean build_split(Builder *b, const Operands *o, Value *out)
{
    gint64 sizes[IDIOM_NETWORK_MAX_OUTPUTS], axis = idiom_node_int(b->node, "axis", 0), begin = 0;
    guint count = 0;
    Value *x = o->in[0];
    if (!check_axis(b, &axis, x->rank) || !get_ints(b, o, 1, "split", sizes, G_N_ELEMENTS(sizes), &count))
        return FALSE;
    if (count && count != o->n_out)
        return node_fail(b, "split has %u numbers for %u results", count, o->n_out);
    const gint64 each = (x->dims[axis] + o->n_out - 1) / o->n_out;
    if (x->source)
        source_tensor(b, x->source); /* all parts look at it */
    for (guint k = 0; k < o->n_out; k++) {
        const gint64 size = count ? sizes[k] : MIN(each, x->dims[axis] - begin);
        if (size < 0 || size > x->dims[axis] - begin)
            return node_fail(b, "its parts are larger than the whole");
        out[k] = value_view(b, x);
        if (!cut(b, &out[k], axis, begin, begin + size, 1))
            return FALSE;
        begin += size;
    }
    return TRUE;
}

/* --- between depth and space ------------------------------------------------------------------------ */

static gboolean get_block(Builder *b, const Value *x, gint64 *block)
{
    *block = idiom_node_int(b->node, "blocksize", 0);
    if (!x->source || x->rank != 4 || *block < 1 || *block > 8)
        return node_fail(b, "only pictures and blocks of 1 to 8 pixels are supported");
    return TRUE;
}

/* [n,a,b,h,w] of [n,a b,h,w] becomes [n,b a,h,w]. */
static gboolean swap_channels(Builder *b, const Value *x, gint64 first, gint64 second, Value *out)
{
    Value parts;
    if (!value_reshape(b, x, 5, (gint64[]){x->dims[0], first, second, x->dims[2], x->dims[3]}, &parts))
        return FALSE;
    const gint64 dim = parts.dims[1], stride = parts.strides[1];
    parts.dims[1] = parts.dims[2], parts.strides[1] = parts.strides[2];
    parts.dims[2] = dim, parts.strides[2] = stride;
    return value_reshape(b, &parts, 4, x->dims, out);
}

gboolean build_depth_to_space(Builder *b, const Operands *o, Value *out)
{
    gint64 block;
    Value x = value_view(b, o->in[0]);
    if (!get_block(b, &x, &block))
        return FALSE;
    const gint64 square = block * block;
    if (x.dims[1] % square)
        return node_fail(b, "%" G_GINT64_FORMAT " channels are no multiple of %" G_GINT64_FORMAT, x.dims[1],
                         square);
    const Value whole = x;
    if (!g_str_equal(idiom_node_text(b->node, "mode", "DCR"), "CRD") &&
        !swap_channels(b, &whole, square, x.dims[1] / square, &x))
        return FALSE;
    IdiomTensor *planes = value_planes(b, &x);
    *out = value_of_source(source_of(b, idiom_pixel_shuffle(b->graph, planes, (guint)block)));
    return out->source->tensor != NULL;
}

gboolean build_space_to_depth(Builder *b, const Operands *o, Value *out)
{
    gint64 block;
    const Value x = value_view(b, o->in[0]);
    if (!get_block(b, &x, &block))
        return FALSE;
    IdiomTensor *made = idiom_pixel_unshuffle(b->graph, value_planes(b, &x), (guint)block);
    const Value parts = value_of_source(source_of(b, made));
    return made && swap_channels(b, &parts, x.dims[1], block * block, out);
}
