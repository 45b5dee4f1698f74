/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture made smaller: each pixel the mean of the area that it covers. */
#include "ops/internal.h"

static gboolean shrink_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *x = op->in[0], *y = op->out[0];
    struct {
        IdiomDims dx, d;
    } push = {idiom_dims(x->shape), idiom_dims(y->shape)};
    IdiomDispatch d = {
        .shader = "shrink",
        .planes = {x, y},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, y->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass shrink_class = {"shrink", NULL, shrink_record, NULL};

IdiomTensor *idiom_shrink(IdiomGraph *g, IdiomTensor *x, guint w, guint h)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "shrink", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (w < 1 || h < 1 || w > x->shape.w || h > x->shape.h)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "shrink: from " IDIOM_SHAPE_FORMAT " to %ux%u",
                                IDIOM_SHAPE_ARGS(x->shape), w, h);
    IdiomOp *op = idiom_graph_add_op(g, &shrink_class, &x, 1, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(x->shape.n, x->shape.c, h, w));
}
