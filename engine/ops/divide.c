/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Quotient of flat scalars. */
#include "ops/internal.h"

static gboolean divide_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        guint64 a, b, result;
    } push = {idiom_recorder_address(r, op->in[0]), idiom_recorder_address(r, op->in[1]),
              idiom_recorder_address(r, op->out[0])};
    IdiomDispatch d = {.shader = "divide", .push = &push, .push_size = sizeof push};
    return idiom_record_dispatch(r, &d, error);
}

static void divide_backward(IdiomGraph *g, IdiomOp *op)
{
    idiom_graph_accumulate(g, op->in[0], idiom_divide(g, op->out[0]->gradient, op->in[1]));
}

static const IdiomOpClass divide_class = {"divide", divide_backward, divide_record, NULL};

IdiomTensor *idiom_divide(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    IdiomTensor *in[] = {a, b};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "divide", a, IDIOM_LAYOUT_FLAT) ||
        !idiom_require_same(g, "divide", a, b))
        return NULL;
    if (idiom_shape_elements(a->shape) != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "divide: " IDIOM_SHAPE_FORMAT " is not one element",
                                IDIOM_SHAPE_ARGS(a->shape));
    IdiomOp *op = idiom_graph_add_op(g, &divide_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, a->shape);
}
