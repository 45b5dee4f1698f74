/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much detail the next blend must restore, and how unlike both pictures are. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean gain_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const gint32 *cell = op->params;
    struct {
        IdiomDims dp, ds, dm, d;
        guint64 rest;
        gint32 cell;
    } push = {idiom_dims(op->in[0]->shape),         idiom_dims(op->in[1]->shape),
              idiom_dims(op->in[2]->shape),         idiom_dims(op->out[0]->shape),
              idiom_recorder_address(r, op->in[4]), *cell};
    IdiomDispatch d = {
        .shader = "temporal_gain",
        .planes = {op->in[0], op->in[1], op->in[2], op->in[3], op->out[0]},
        .n_planes = 5,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass gain_class = {"temporal_gain", NULL, gain_record, NULL};

IdiomTensor *idiom_temporal_gain(IdiomGraph *g, IdiomTensor *fresh, IdiomTensor *steadied, IdiomTensor *last,
                                 const IdiomMotion *motion)
{
    IdiomTensor *in[] = {fresh, steadied, motion->flow, last, motion->rest};
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)))
        return NULL;
    IdiomOp *op =
        idiom_graph_add_op(g, &gain_class, in, G_N_ELEMENTS(in), &motion->cell, sizeof motion->cell);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, last->shape);
}
