/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma of a picture, averaged over cells. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean luma_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims ds, d;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape)};
    IdiomDispatch d = {
        .shader = "flow_luma",
        .spec = {*cell},
        .n_spec = 1,
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass luma_class = {"flow_luma", NULL, luma_record, NULL};

IdiomTensor *idiom_flow_luma(IdiomGraph *g, IdiomTensor *picture, guint cell)
{
    if (idiom_graph_failed(g, &picture, 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &luma_class, &picture, 1, &cell, sizeof cell);
    return idiom_op_add_output(
        op, g, IDIOM_LAYOUT_PLANES,
        IDIOM_SHAPE(1, 1, IDIOM_DIV_UP(picture->shape.h, cell), IDIOM_DIV_UP(picture->shape.w, cell)));
}
