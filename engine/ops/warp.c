/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture moved by a field of flow. */
#include "ops/internal.h"

static gboolean warp_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *x = op->in[0], *flow = op->in[1], *out = op->out[0];
    struct {
        IdiomDims d, df;
    } push = {idiom_dims(x->shape), idiom_dims(flow->shape)};
    IdiomDispatch d = {
        .shader = "warp",
        .planes = {x, flow, out},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass warp_class = {"warp", NULL, warp_record, NULL};

IdiomTensor *idiom_warp(IdiomGraph *g, IdiomTensor *x, IdiomTensor *flow)
{
    IdiomTensor *in[] = {x, flow};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "warp", x, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "warp", flow, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (!idiom_shape_equal(flow->shape, IDIOM_SHAPE(x->shape.n, 2, x->shape.h, x->shape.w)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "warp: flow is " IDIOM_SHAPE_FORMAT ", needed is [%u,2,%u,%u]",
                                IDIOM_SHAPE_ARGS(flow->shape), x->shape.n, x->shape.h, x->shape.w);
    IdiomOp *op = idiom_graph_add_op(g, &warp_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, x->shape);
}
