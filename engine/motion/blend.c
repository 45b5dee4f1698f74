/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stylized picture, steadied by the last result. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean blend_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims d, dp, dm, dg;
        guint64 amount, reach, rest;
        float per_pixel;
    } push = {idiom_dims(op->out[0]->shape),
              idiom_dims(op->in[IDIOM_BLEND_PICTURE]->shape),
              idiom_dims(op->in[IDIOM_BLEND_FLOW]->shape),
              idiom_dims(op->in[IDIOM_BLEND_GAIN]->shape),
              idiom_recorder_address(r, op->in[IDIOM_BLEND_AMOUNT]),
              idiom_recorder_address(r, op->in[IDIOM_BLEND_REACH]),
              idiom_recorder_address(r, op->in[IDIOM_BLEND_REST]),
              1.0f / (float)*cell};
    IdiomDispatch d = {
        .shader = "temporal_blend",
        .planes = {op->in[IDIOM_BLEND_FRESH], op->in[IDIOM_BLEND_PICTURE], op->in[IDIOM_BLEND_HISTORY],
                   op->in[IDIOM_BLEND_FLOW], op->in[IDIOM_BLEND_GAIN], op->out[0]},
        .n_planes = 6,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    const IdiomShape s = op->out[0]->shape;
    idiom_dispatch_cover(&d, IDIOM_SHAPE(1, 1, IDIOM_DIV_UP(s.h, 2), IDIOM_DIV_UP(s.w, 2)));
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass blend_class = {"temporal_blend", NULL, blend_record, NULL};

IdiomTensor *idiom_temporal_blend(IdiomGraph *g, IdiomTensor *const in[IDIOM_BLEND_INPUTS], guint cell)
{
    if (idiom_graph_failed(g, in, IDIOM_BLEND_INPUTS))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &blend_class, in, IDIOM_BLEND_INPUTS, &cell, sizeof cell);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, in[IDIOM_BLEND_HISTORY]->shape);
}
