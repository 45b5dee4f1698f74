/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The features in which motion is sought: luma without its local mean, over its local contrast; with neighbours, and with gradients. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean features_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *quads = op->out[0], *gradients = op->out[1], *features = op->out[2];
    struct {
        IdiomDims d, dq, dg;
    } push = {idiom_dims(features->shape), idiom_dims(quads->shape), idiom_dims(gradients->shape)};
    IdiomDispatch d = {
        .shader = "flow_features",
        .planes = {op->in[0], features},
        .n_planes = 2,
        .push = &push.d,
        .push_size = sizeof push.d,
    };
    idiom_dispatch_cover(&d, features->shape);
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.shader = "flow_quads";
    d.planes[0] = features;
    d.planes[1] = quads;
    d.planes[2] = gradients;
    d.n_planes = 3;
    d.push = &push;
    d.push_size = sizeof push;
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass features_class = {"flow_features", NULL, features_record, NULL};

IdiomFlowFeatures idiom_flow_features(IdiomGraph *g, IdiomTensor *luma)
{
    IdiomFlowFeatures f = {NULL, NULL};
    if (idiom_graph_failed(g, &luma, 1))
        return f;
    IdiomShape s = luma->shape;
    IdiomOp *op = idiom_graph_add_op(g, &features_class, &luma, 1, NULL, 0);
    f.quads = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 4, s.h, s.w));
    f.gradients = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 3, s.h, s.w));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    return f;
}
