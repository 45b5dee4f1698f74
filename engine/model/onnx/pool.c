/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Smaller pictures: MaxPool, AveragePool, means and other reductions. */
#include "model/onnx/families.h"

#include <math.h>
#include <string.h>

/* --- windows ---------------------------------------------------------------------------------------- */

static gboolean get_pair(Builder *b, const char *name, guint pair[2], gboolean needed)
{
    gint64 n[2];
    guint count = 0;
    if (!get_ints(b, &(Operands){0}, G_MAXUINT, name, n, 2, &count))
        return FALSE;
    if (count == 0 && !needed)
        return TRUE;
    if (count != 2 || n[0] < 1 || n[1] < 1 || n[0] > 4096 || n[1] > 4096)
        return node_fail(b, "%s must be two numbers of 1 to 4096", name);
    pair[0] = (guint)n[1];
    pair[1] = (guint)n[0];
    return TRUE;
}

static gboolean get_pads(Builder *b, IdiomPoolAnyParams *p, const gint64 size[2])
{
    const char *automatic = idiom_node_text(b->node, "auto_pad", "NOTSET");
    gint64 n[4] = {0};
    guint count = 0;
    if (g_str_has_prefix(automatic, "SAME_")) {
        for (guint axis = 0; axis < 2; axis++) {
            const gint64 reach = (gint64)(p->kernel[axis] - 1) * p->dilation[axis] + 1,
                         stride = p->stride[axis];
            const gint64 total =
                MAX(((size[axis] + stride - 1) / stride - 1) * stride + reach - size[axis], 0);
            const gint64 first = g_str_equal(automatic, "SAME_UPPER") ? total / 2 : total - total / 2;
            p->pad[axis] = (guint)first;
            p->pad[2 + axis] = (guint)(total - first);
        }
        return TRUE;
    }
    if (g_str_equal(automatic, "VALID"))
        return TRUE;
    if (!get_ints(b, &(Operands){0}, G_MAXUINT, "pads", n, 4, &count))
        return FALSE;
    for (guint k = 0; k < 4; k++) {
        if (n[k] < 0 || n[k] > 4096)
            return node_fail(b, "pads must be 0 to 4096");
        p->pad[k < 2 ? 1 - k : 5 - k] = (guint)n[k]; /* from top, left, bottom, right */
    }
    return TRUE;
}

gboolean build_pool(Builder *b, const Operands *o, Value *out)
{
    Value *x = o->in[0];
    IdiomPoolAnyParams p = {.mode = b->variant == POOL_MEAN ? IDIOM_POOL_AVG : IDIOM_POOL_MAX,
                            .stride = {1, 1},
                            .dilation = {1, 1},
                            .ceil_mode = idiom_node_int(b->node, "ceil_mode", 0) != 0,
                            .count_pads = idiom_node_int(b->node, "count_include_pad", 0) != 0};
    if (!x->source || x->rank != 4 || o->n_out > 1)
        return node_fail(b, o->n_out > 1 ? "only its first result is supported" : "only pictures are pooled");
    if (!get_pair(b, "kernel_shape", p.kernel, TRUE) || !get_pair(b, "strides", p.stride, FALSE) ||
        !get_pair(b, "dilations", p.dilation, FALSE) || !get_pads(b, &p, (gint64[]){x->dims[3], x->dims[2]}))
        return FALSE;
    const gboolean padded = p.pad[0] || p.pad[1] || p.pad[2] || p.pad[3];
    const gboolean plain = !padded && !p.ceil_mode && p.kernel[0] == p.kernel[1] && p.kernel[0] <= 8 &&
                           p.stride[0] == p.stride[1] && p.dilation[0] == 1 && p.dilation[1] == 1;
    IdiomTensor *planes = value_planes(b, x);
    IdiomTensor *made = plain ? idiom_pool2d(b->graph, planes, p.mode, p.kernel[0], p.stride[0], FALSE)
                              : idiom_pool2d_any(b->graph, planes, &p);
    *out = value_of_source(source_of(b, made));
    return made != NULL;
}

/* --- reductions ------------------------------------------------------------------------------------- */

/* Mean of all channels: a convolution with equal weights. */
static IdiomTensor *channel_mean(Builder *b, IdiomTensor *planes)
{
    if (!planes)
        return NULL;
    const guint channels = planes->shape.c;
    g_autofree float *weights = g_new(float, channels);
    for (guint c = 0; c < channels; c++)
        weights[c] = 1.0f / (float)channels;
    return idiom_conv2d(b->graph, planes, NULL,
                        idiom_constant(b->graph, IDIOM_SHAPE(1, channels, 1, 1), weights), NULL,
                        &(IdiomConvParams){0});
}

/* Any other axes: they are put last, as pixels of as many channels as there are means. */
static IdiomTensor *moved_mean(Builder *b, const Value *x, guint mask)
{
    Value moved = *x, rows;
    gint64 kept = 1, reduced = 1;
    guint at = 0;
    for (guint last = 0; last < 2; last++) {
        for (guint d = 0; d < x->rank; d++) {
            if ((mask >> d & 1) != last)
                continue;
            moved.dims[at] = x->dims[d];
            moved.strides[at++] = x->strides[d];
            *(last ? &reduced : &kept) *= x->dims[d];
        }
    }
    if (!value_reshape(b, &moved, 4, (gint64[]){1, kept, 1, reduced}, &rows))
        return NULL;
    return idiom_mean_hw(b->graph, value_planes(b, &rows));
}

gboolean reduce_mean(Builder *b, Value *x, const gint64 *axes, guint count, Value *out)
{
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    guint mask = 0;
    memcpy(dims, x->dims, sizeof dims);
    for (guint k = 0; k < count; k++) {
        mask |= 1u << axes[k];
        dims[axes[k]] = 1;
    }
    if (!value_count(x) || x->rank == 0)
        return node_fail(b, "there is nothing to be reduced");
    const gboolean picture = value_is_picture(x);
    IdiomTensor *made;
    if (picture && mask == 1u << 1)
        made = channel_mean(b, value_planes(b, x));
    else if (picture && (mask == 3u << 2 || mask == 7u << 1))
        made = idiom_mean_hw(b->graph, value_planes(b, x));
    else
        made = moved_mean(b, x, mask);
    if (picture && mask == 7u << 1)
        made = channel_mean(b, made);
    if (!made)
        return FALSE;
    const Value mean = value_of_source(source_of(b, made));
    return value_reshape(b, &mean, x->rank, dims, out);
}

static double reduce_two(int how, double x, double y)
{
    return how == REDUCE_PRODUCT ? x * y
           : how == REDUCE_LEAST ? fmin(x, y)
           : how == REDUCE_MOST  ? fmax(x, y)
                                 : x + y;
}

static gboolean reduce_host(Builder *b, const Value *x, const gint64 *dims, Value *out)
{
    IdiomArray *to = array_make(b, x->array->type, x->rank, dims);
    if (!to)
        return FALSE;
    g_autofree guint *counts = g_new0(guint, to->count + 1);
    const gsize count = value_count(x);
    for (gsize k = 0; k < count; k++) {
        gsize at = 0, rest = k, step = 1;
        for (guint d = x->rank; d-- > 0;) {
            const gsize i = rest % (gsize)x->dims[d];
            rest /= (gsize)x->dims[d];
            at += (dims[d] == 1 ? 0 : i) * step;
            step *= (gsize)dims[d];
        }
        const double v = value_get(x, k);
        idiom_array_set(to, at, counts[at]++ ? reduce_two(b->variant, idiom_array_get(to, at), v) : v);
    }
    for (gsize k = 0; b->variant == REDUCE_MEAN && k < to->count; k++)
        idiom_array_set(to, k, idiom_array_get(to, k) / MAX(counts[k], 1));
    *out = value_of_array(to);
    return TRUE;
}

static gboolean reduce_picture(Builder *b, Value *x, const gint64 *axes, guint count, Value *out)
{
    Value mean;
    double elements = 1;
    if (b->variant == REDUCE_MEAN)
        return reduce_mean(b, x, axes, count, out);
    if (b->variant != REDUCE_SUM)
        return node_fail(b, "is not supported for pictures");
    for (guint k = 0; k < count; k++)
        elements *= (double)x->dims[axes[k]];
    IdiomArray *factor = array_make(b, IDIOM_TYPE_FLOAT, 0, NULL);
    if (!factor || !reduce_mean(b, x, axes, count, &mean))
        return FALSE;
    idiom_array_set(factor, 0, elements);
    Value number = value_of_array(factor);
    return binary(b, &mean, &number, OP_MUL, out);
}

gboolean build_reduce(Builder *b, const Operands *o, Value *out)
{
    Value *x = o->in[0], all;
    gint64 axes[IDIOM_ARRAY_MAX_RANK], dims[IDIOM_ARRAY_MAX_RANK];
    guint count = 0, rank = 0, mask = 0;
    if (!get_ints(b, o, 1, "axes", axes, G_N_ELEMENTS(axes), &count))
        return FALSE;
    if (!count && idiom_node_int(b->node, "noop_with_empty_axes", 0))
        return build_identity(b, o, out);
    for (guint d = 0; !count && d < x->rank; d++)
        axes[d] = d;
    count = count ? count : x->rank;
    memcpy(dims, x->dims, sizeof dims);
    for (guint k = 0; k < count; k++) {
        if (!check_axis(b, &axes[k], x->rank))
            return FALSE;
        mask |= 1u << axes[k];
        dims[axes[k]] = 1;
    }
    if (x->array ? !reduce_host(b, x, dims, &all) : !reduce_picture(b, x, axes, count, &all))
        return FALSE;
    *out = all;
    if (idiom_node_int(b->node, "keepdims", 1))
        return TRUE;
    for (guint d = 0; d < x->rank; d++)
        if (!(mask >> d & 1))
            dims[rank++] = x->dims[d];
    return value_reshape(b, &all, rank, dims, out);
}

gboolean build_global_mean(Builder *b, const Operands *o, Value *out)
{
    if (!o->in[0]->source || o->in[0]->rank != 4)
        return node_fail(b, "only pictures are pooled");
    return reduce_mean(b, o->in[0], (gint64[]){2, 3}, 2, out);
}
