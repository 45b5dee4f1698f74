/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over what a tensor was repeated along: height and width, batch, or both. */
#include "ops/internal.h"

static gboolean sum_n_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        IdiomDims d;
    } push = {idiom_dims(op->in[0]->shape)};
    IdiomDispatch d = {
        .shader = "sum_n",
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass sum_n_class = {"sum_n", NULL, sum_n_record, NULL};

IdiomTensor *idiom_sum_to_shape(IdiomGraph *g, IdiomTensor *x, IdiomShape shape)
{
    if (idiom_graph_failed(g, &x, 1))
        return NULL;
    IdiomShape s = x->shape;
    if (idiom_shape_equal(s, shape))
        return x; /* flat tensors too */
    if (!idiom_require_layout(g, "sum_to_shape", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    gboolean spatial = shape.h != s.h || shape.w != s.w, batch = shape.n != s.n;
    if (shape.c != s.c || (spatial && (shape.h != 1 || shape.w != 1)) || (batch && shape.n != 1))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "sum_to_shape: " IDIOM_SHAPE_FORMAT " is not " IDIOM_SHAPE_FORMAT " repeated",
                                IDIOM_SHAPE_ARGS(s), IDIOM_SHAPE_ARGS(shape));
    if (spatial)
        x = idiom_affine(g, idiom_mean_hw(g, x), (double)s.h * s.w, 0);
    if (batch && x) {
        IdiomOp *op = idiom_graph_add_op(g, &sum_n_class, &x, 1, NULL, 0);
        x = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, shape);
    }
    return x;
}
