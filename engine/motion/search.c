/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion at the coarsest level: all whole displacements are tried. */
#include "motion/motion.h"
#include "ops/internal.h"

#define MAX_RANGE 8u

static gboolean search_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *range = op->params;
    struct {
        IdiomDims dq, d;
        gint32 way, range;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape), 0, (gint32)*range};
    IdiomDispatch d = {
        .shader = "flow_search",
        .planes = {[2] = op->out[0]},
        .n_planes = 3,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->in[0]->shape);
    return idiom_flow_record_ways(r, &d, op->out[0], op->in, op->in, &push.way, error);
}

static const IdiomOpClass search_class = {"flow_search", NULL, search_record, NULL};

IdiomTensor *idiom_flow_search(IdiomGraph *g, IdiomTensor *const quads[2])
{
    if (idiom_graph_failed(g, quads, 2))
        return NULL;
    IdiomShape s = quads[0]->shape;
    guint range = MIN(IDIOM_DIV_UP(MAX(s.w, s.h), 8), MAX_RANGE);
    IdiomOp *op = idiom_graph_add_op(g, &search_class, quads, 2, &range, sizeof range);
    return idiom_op_add_full_output(op, g, IDIOM_SHAPE(2, 4, s.h, s.w));
}
