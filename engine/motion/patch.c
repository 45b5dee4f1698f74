/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion at a finer level, patch by patch. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean patch_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFlowPatches *p = op->params;
    IdiomTensor *const *quads = op->in, *coarse = op->in[2], *const *gradients = op->in + 4,
                       *out = op->out[0];
    struct {
        IdiomDims dq, dg, dc, d;
        guint64 rest;
        gint32 way;
    } push = {idiom_dims(quads[0]->shape), idiom_dims(gradients[0]->shape),      idiom_dims(coarse->shape),
              idiom_dims(out->shape),      idiom_recorder_address(r, op->in[3]), 0};
    IdiomDispatch d = {
        .shader = "flow_patch",
        .spec = {p->searched, p->stride},
        .n_spec = 2,
        .planes = {[2] = coarse, out},
        .n_planes = 4,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, IDIOM_SHAPE(1, 4, out->shape.h, out->shape.w));
    return idiom_flow_record_ways(r, &d, out, gradients, quads, &push.way, error);
}

static const IdiomOpClass patch_class = {"flow_patch", NULL, patch_record, NULL};

IdiomTensor *idiom_flow_patch(IdiomGraph *g, IdiomTensor *const quads[2], IdiomTensor *const gradients[2],
                              IdiomTensor *coarse, IdiomTensor *rest, IdiomFlowPatches p)
{
    IdiomTensor *in[] = {quads[0], quads[1], coarse, rest, gradients[0], gradients[1]};
    if (idiom_graph_failed(g, in, 4 + p.ways))
        return NULL;
    IdiomShape s = quads[0]->shape;
    IdiomOp *op = idiom_graph_add_op(g, &patch_class, in, G_N_ELEMENTS(in), &p, sizeof p);
    return idiom_op_add_full_output(
        op, g, IDIOM_SHAPE(p.ways, 4, IDIOM_DIV_UP(s.h, p.stride), IDIOM_DIV_UP(s.w, p.stride)));
}
