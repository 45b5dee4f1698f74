/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a picture continues the one before. */
#include "motion/motion.h"
#include "ops/internal.h"

static gboolean cut_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *flow = op->in[0], *columns = op->out[2];
    struct {
        IdiomDims d;
        guint64 columns, may_continue, continues, rest, last;
    } push = {idiom_dims(flow->shape),
              idiom_recorder_address(r, columns),
              idiom_recorder_address(r, op->in[1]),
              idiom_recorder_address(r, op->out[0]),
              idiom_recorder_address(r, op->out[1]),
              idiom_recorder_address(r, op->in[2])};
    IdiomDispatch d = {
        .shader = "flow_cut",
        .spec = {FALSE},
        .n_spec = 1,
        .local = {32},
        .groups = {IDIOM_DIV_UP(flow->shape.w, 32)},
        .planes = {flow},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.spec[0] = TRUE;
    d.local[0] = d.groups[0] = 1;
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass cut_class = {"flow_cut", NULL, cut_record, NULL};

IdiomFlowCut idiom_flow_cut(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *may_continue, IdiomTensor *last)
{
    IdiomFlowCut cut = {NULL, NULL};
    IdiomTensor *in[] = {flow, may_continue, last};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "motion", may_continue, IDIOM_LAYOUT_FLAT))
        return cut;
    IdiomOp *op = idiom_graph_add_op(g, &cut_class, in, 3, NULL, 0);
    cut.continues = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    cut.rest = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, last->shape);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 3, flow->shape.w)); /* columns */
    return cut;
}
