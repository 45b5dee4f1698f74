/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slices and concatenations of channels. The gradient of one is made of the other's kernel. */
#include "ops/internal.h"

/* One source, or two, of the channels of a dispatch: channel c of the result is channel c + offset of the
 * source. */
typedef struct {
    const IdiomTensor *tensor;
    int offset;
} Source;

/* Makes the blocks [@first, @first + @count) of the result. */
static gboolean record(IdiomRecorder *r, const IdiomOp *op, guint first, guint count, Source a,
                       const Source *b, GError **error)
{
    const IdiomTensor *out = op->out[0];
    IdiomShape grid = out->shape;
    grid.c = 4 * count;
    const Source *second = b ? b : &a; /* the descriptor must be something */
    struct {
        IdiomDims d, da, db, grid;
        gint32 first, offset_a, offset_b;
    } push = {idiom_dims(out->shape),
              idiom_dims(a.tensor->shape),
              idiom_dims(second->tensor->shape),
              idiom_dims(grid),
              (gint32)first,
              a.offset,
              second->offset};
    IdiomDispatch d = {
        .shader = "channels",
        .spec = {b != NULL, (guint32)a.offset & 3, (guint32)second->offset & 3, op->slope},
        .n_spec = 4,
        .planes = {a.tensor, second->tensor, out, op->activated ? op->activated : a.tensor},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, grid);
    return idiom_record_dispatch(r, &d, error);
}

/* --- slice ---------------------------------------------------------------------------------------- */

static gboolean shift_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const int *offset = op->params;
    return record(r, op, 0, idiom_c4(op->out[0]->shape.c), (Source){op->in[0], *offset}, NULL, error);
}

static void shift_backward(IdiomGraph *g, IdiomOp *op);

static const IdiomOpClass slice_class = {
    .name = "slice", .backward = shift_backward, .record = shift_record, .applies_slope = TRUE};

/* @channels channels from @offset on, which may lie outside of @x: zero there. */
static IdiomTensor *shift(IdiomGraph *g, IdiomTensor *x, int offset, guint channels)
{
    IdiomShape s = x->shape;
    s.c = channels;
    IdiomOp *op = idiom_graph_add_op(g, &slice_class, &x, 1, &offset, sizeof offset);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}

static void shift_backward(IdiomGraph *g, IdiomOp *op)
{
    const int *offset = op->params;
    idiom_graph_accumulate(g, op->in[0], shift(g, op->out[0]->gradient, -*offset, op->in[0]->shape.c));
}

IdiomTensor *idiom_slice(IdiomGraph *g, IdiomTensor *x, guint first, guint count)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "slice", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (count == 0 || count > x->shape.c || first > x->shape.c - count)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "slice: %u channels from %u of " IDIOM_SHAPE_FORMAT,
                                count, first, IDIOM_SHAPE_ARGS(x->shape));
    return shift(g, x, (int)first, count);
}

/* --- concat --------------------------------------------------------------------------------------- */

static gboolean concat_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    guint ca = op->in[0]->shape.c, blocks = idiom_c4(op->out[0]->shape.c);
    Source a = {op->in[0], 0}, b = {op->in[1], -(int)ca};
    if (ca % 4 != 0)
        return record(r, op, 0, blocks, a, &b, error);
    return record(r, op, 0, ca / 4, a, NULL, error) && record(r, op, ca / 4, blocks - ca / 4, b, NULL, error);
}

static void concat_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient, *a = op->in[0], *b = op->in[1];
    if (a->requires_gradient)
        idiom_graph_accumulate(g, a, idiom_slice(g, dy, 0, a->shape.c));
    if (b->requires_gradient)
        idiom_graph_accumulate(g, b, idiom_slice(g, dy, a->shape.c, b->shape.c));
}

static const IdiomOpClass concat_class = {"concat", concat_backward, concat_record, NULL};

IdiomTensor *idiom_concat(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    IdiomTensor *in[] = {a, b};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "concat", a, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "concat", b, IDIOM_LAYOUT_PLANES))
        return NULL;
    IdiomShape s = a->shape, t = b->shape;
    if (s.n != t.n || s.h != t.h || s.w != t.w)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "concat: operands differ: " IDIOM_SHAPE_FORMAT " and " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(s), IDIOM_SHAPE_ARGS(t));
    s.c += t.c;
    IdiomOp *op = idiom_graph_add_op(g, &concat_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}
