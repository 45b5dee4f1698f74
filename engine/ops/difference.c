/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* First and second differences along an axis. */
#include "ops/internal.h"

typedef struct {
    guint axis, order;
} Params;

static gboolean record(IdiomRecorder *r, const IdiomOp *op, gboolean backward, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
    } push = {idiom_dims(x->shape), idiom_dims(out->shape)};
    IdiomDispatch d = {
        .shader = "difference",
        .spec = {p->axis, p->order, backward},
        .n_spec = 3,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean difference_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, op, FALSE, error);
}

static gboolean difference_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, op, TRUE, error);
}

static const IdiomOpClass difference_backward_class = {"difference_backward", NULL,
                                                       difference_backward_record, NULL};

static void difference_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient;
    IdiomOp *back = idiom_graph_add_op(g, &difference_backward_class, &dy, 1, op->params, sizeof(Params));
    idiom_graph_accumulate(g, op->in[0], idiom_op_add_output(back, g, IDIOM_LAYOUT_PLANES, op->in[0]->shape));
}

static const IdiomOpClass difference_class = {"difference", difference_backward, difference_record, NULL};

IdiomTensor *idiom_difference(IdiomGraph *g, IdiomTensor *x, guint axis, guint order)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "difference", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (axis > 1 || order < 1 || order > 2)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT,
                                "difference: axis %u, order %u; possible are 0 and 1, 1 and 2", axis, order);
    IdiomShape s = x->shape;
    guint *size = axis == 0 ? &s.w : &s.h;
    if (*size <= order)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "difference: " IDIOM_SHAPE_FORMAT " is too small for order %u along axis %u",
                                IDIOM_SHAPE_ARGS(s), order, axis);
    *size -= order;
    Params p = {axis, order};
    IdiomOp *op = idiom_graph_add_op(g, &difference_class, &x, 1, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}
