/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How points of a picture have moved. */
#include "ops/internal.h"

#include <idiom-unstable/expression.h>

enum { FLOW, CONTINUES, POINTS, INPUTS };

static gboolean follow_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims df;
        guint64 points, continues, result;
        float per_pixel;
    } push = {idiom_dims(op->in[FLOW]->shape), idiom_recorder_address(r, op->in[POINTS]),
              idiom_recorder_address(r, op->in[CONTINUES]), idiom_recorder_address(r, op->out[0]),
              1.0f / (float)*cell};
    IdiomDispatch d = {.shader = "follow",
                       .planes = {op->in[FLOW]},
                       .n_planes = 1,
                       .local = {op->in[POINTS]->shape.h},
                       .push = &push,
                       .push_size = sizeof push};
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass follow_class = {"follow", NULL, follow_record, NULL};

IdiomTensor *idiom_follow(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *points)
{
    IdiomTensor *in[INPUTS] = {[FLOW] = motion->flow, [CONTINUES] = motion->continues, [POINTS] = points};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_layout(g, "follow", points, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (!idiom_shape_equal(points->shape, IDIOM_SHAPE(1, 1, points->shape.h, 4)) || points->shape.h > 64)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "follow: points are " IDIOM_SHAPE_FORMAT ", not 1,1,n,4 with n up to 64",
                                IDIOM_SHAPE_ARGS(points->shape));
    IdiomOp *op = idiom_graph_add_op(g, &follow_class, in, INPUTS, &motion->cell, sizeof motion->cell);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, points->shape);
}
