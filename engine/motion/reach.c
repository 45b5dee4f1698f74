/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much history the next picture may have. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean reach_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        IdiomDims d;
        guint64 rest, last, next;
    } push = {idiom_dims(op->in[0]->shape), idiom_recorder_address(r, op->in[2]),
              idiom_recorder_address(r, op->in[1]), idiom_recorder_address(r, op->out[0])};
    IdiomDispatch d = {
        .shader = "temporal_reach",
        .local = {1},
        .groups = {1},
        .planes = {op->in[0]},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass reach_class = {"temporal_reach", NULL, reach_record, NULL};

IdiomTensor *idiom_temporal_reach(IdiomGraph *g, IdiomTensor *means, IdiomTensor *last, IdiomTensor *rest)
{
    IdiomTensor *in[] = {means, last, rest};
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &reach_class, in, G_N_ELEMENTS(in), NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, last->shape);
}
