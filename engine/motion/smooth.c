/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patches that show no motion of their own take it from their neighbours. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean smooth_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const gboolean *fill = op->params;
    IdiomDims push = idiom_dims(op->out[0]->shape);
    IdiomDispatch d = {
        .shader = "flow_smooth",
        .spec = {*fill},
        .n_spec = 1,
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass smooth_class = {"flow_smooth", NULL, smooth_record, NULL};

IdiomTensor *idiom_flow_smooth(IdiomGraph *g, IdiomTensor *motion, gboolean fill)
{
    if (idiom_graph_failed(g, &motion, 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &smooth_class, &motion, 1, &fill, sizeof fill);
    return idiom_op_add_full_output(op, g, motion->shape);
}
