/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of the last run, moved as the scene has moved, in place of a new one. */
#include "motion/motion.h"
#include "ops/internal.h"

enum { HISTORY, FLOW, CONTINUES, INPUTS };

static gboolean hold_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims d, dm;
        guint64 continues;
        float per_pixel;
    } push = {idiom_dims(op->in[HISTORY]->shape), idiom_dims(op->in[FLOW]->shape),
              idiom_recorder_address(r, op->in[CONTINUES]), 1.0f / (float)*cell};
    IdiomDispatch d = {
        .shader = "temporal_hold",
        .planes = {op->in[HISTORY], op->in[FLOW], op->out[0]},
        .n_planes = 3,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    const IdiomShape s = op->out[0]->shape;
    idiom_dispatch_cover(&d, IDIOM_SHAPE(1, 1, IDIOM_DIV_UP(s.h, 2), IDIOM_DIV_UP(s.w, 2)));
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass hold_class = {"temporal_hold", NULL, hold_record, NULL};

IdiomTensor *idiom_temporal_hold(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *history)
{
    IdiomTensor *in[INPUTS] = {[HISTORY] = history, [FLOW] = motion->flow, [CONTINUES] = motion->continues};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_layout(g, "hold", history, IDIOM_LAYOUT_PLANES))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &hold_class, in, INPUTS, &motion->cell, sizeof motion->cell);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, history->shape);
}

void idiom_hold(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *history)
{
    idiom_assign(g, history, idiom_temporal_hold(g, motion, history));
}
