/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far motion is to be trusted. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean confidence_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFlowScales *p = op->params;
    struct {
        IdiomDims dl, dm, db, d;
        IdiomFlowScales p;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->in[2]->shape), idiom_dims(op->in[3]->shape),
              idiom_dims(op->out[0]->shape), *p};
    IdiomDispatch d = {
        .shader = "flow_confidence",
        .planes = {op->in[0], op->in[1], op->in[2], op->in[3], op->out[0]},
        .n_planes = 5,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass confidence_class = {"flow_confidence", NULL, confidence_record, NULL};

IdiomTensor *idiom_flow_confidence(IdiomGraph *g, IdiomTensor *const luma[2], IdiomTensor *motion,
                                   IdiomTensor *back, IdiomFlowScales p)
{
    IdiomTensor *in[] = {luma[0], luma[1], motion, back};
    if (idiom_graph_failed(g, in, 4))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &confidence_class, in, 4, &p, sizeof p);
    return idiom_op_add_full_output(op, g, IDIOM_SHAPE(1, 4, motion->shape.h, motion->shape.w));
}
