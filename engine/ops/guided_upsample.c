/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A picture made larger along the edges of another: after the fast guided filter (He and Sun, arXiv 1505.00996), except
 * that what does not follow the guide stays as it is, too.
 */
#include "ops/internal.h"

enum { LOW, LOW_GUIDE, GUIDE, INPUTS };
enum { RESULT, COLOURS, GAINS };

static gboolean upsample_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *low = op->in[LOW], *result = op->out[RESULT];
    struct {
        IdiomDims dl, dc, d;
        float ratio[2];
    } push = {idiom_dims(low->shape),
              idiom_dims(op->out[COLOURS]->shape),
              idiom_dims(result->shape),
              {(float)low->shape.w / (float)result->shape.w, (float)low->shape.h / (float)result->shape.h}};
    IdiomDispatch d = {
        .shader = "guided_gain",
        .planes = {low, op->in[LOW_GUIDE], op->out[COLOURS], op->out[GAINS]},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[COLOURS]->shape);
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.shader = "guided_upsample";
    d.planes[0] = op->out[COLOURS];
    d.planes[1] = op->out[GAINS];
    d.planes[2] = op->in[GUIDE];
    d.planes[3] = result;
    idiom_dispatch_cover(&d, result->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass upsample_class = {"guided_upsample", NULL, upsample_record, NULL};

IdiomTensor *idiom_guided_upsample(IdiomGraph *g, IdiomTensor *low, IdiomTensor *low_guide,
                                   IdiomTensor *guide)
{
    IdiomTensor *in[INPUTS] = {[LOW] = low, [LOW_GUIDE] = low_guide, [GUIDE] = guide};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_same(g, "guided_upsample", low, low_guide) ||
        !idiom_require_layout(g, "guided_upsample", low, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "guided_upsample", guide, IDIOM_LAYOUT_PLANES))
        return NULL;
    const IdiomShape s = low->shape, t = guide->shape;
    if (s.c != 3 || t.c != 3 || s.n != t.n || s.w > t.w || s.h > t.h)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "guided_upsample: " IDIOM_SHAPE_FORMAT " by " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(s), IDIOM_SHAPE_ARGS(t));
    IdiomOp *op = idiom_graph_add_op(g, &upsample_class, in, INPUTS, NULL, 0);
    IdiomTensor *result = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, t);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, 4, s.h, s.w)); /* colours */
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);                             /* gains */
    return result;
}
