/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of the last run, moved as the scene has moved, steadies that of this one. */
#include <idiom/temporal.h>

#include "ops/internal.h"

enum { FRESH, PICTURE, HISTORY, FLOW, AMOUNT, PAST, GAIN };

static gboolean blend_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims d, dp, dm, dg;
        guint64 amount, past;
        float per_pixel;
    } push = {idiom_dims(op->out[0]->shape),
              idiom_dims(op->in[PICTURE]->shape),
              idiom_dims(op->in[FLOW]->shape),
              idiom_dims(op->in[GAIN]->shape),
              idiom_recorder_address(r, op->in[AMOUNT]),
              idiom_recorder_address(r, op->in[PAST]),
              1.0f / (float)*cell};
    IdiomDispatch d = {
        .shader = "temporal_blend",
        .planes = {op->in[FRESH], op->in[PICTURE], op->in[HISTORY], op->in[FLOW], op->in[GAIN], op->out[0]},
        .n_planes = 6,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass blend_class = {"temporal_blend", NULL, blend_record, NULL};

/* --- how much detail to restore ------------------------------------------------------------------- */

static gboolean gain_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const gint32 *cell = op->params;
    struct {
        IdiomDims dp, ds, d;
        guint64 past;
        gint32 cell;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->in[1]->shape), idiom_dims(op->out[0]->shape),
              idiom_recorder_address(r, op->in[3]), *cell};
    IdiomDispatch d = {
        .shader = "temporal_gain",
        .planes = {op->in[0], op->in[1], op->in[2], op->out[0]},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass gain_class = {"temporal_gain", NULL, gain_record, NULL};

static void update_gain(IdiomGraph *g, IdiomTensor *gain, IdiomTensor *fresh, IdiomTensor *steadied,
                        const IdiomMotion *motion)
{
    IdiomTensor *in[] = {fresh, steadied, gain, motion->past};
    IdiomOp *op =
        idiom_graph_add_op(g, &gain_class, in, G_N_ELEMENTS(in), &motion->cell, sizeof motion->cell);
    idiom_assign(g, gain, idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, gain->shape));
}

IdiomTensor *idiom_steady(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *picture,
                          IdiomTensor *stylized, IdiomTensor *amount)
{
    IdiomTensor *given[] = {picture, stylized, motion->flow, motion->past, amount};
    if (idiom_graph_failed(g, given, G_N_ELEMENTS(given)) ||
        !idiom_require_same(g, "steady", picture, stylized) ||
        !idiom_require_layout(g, "steady", amount, IDIOM_LAYOUT_FLAT))
        return NULL;
    IdiomShape s = picture->shape, with_luma = IDIOM_SHAPE(1, 4, s.h, s.w);
    IdiomTensor *history = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, with_luma);
    IdiomShape patches = motion->flow->shape;
    IdiomTensor *gain = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 1, patches.h, patches.w));
    IdiomTensor *in[] = {[GAIN] = gain,         [FRESH] = stylized, [PICTURE] = picture,  [HISTORY] = history,
                         [FLOW] = motion->flow, [AMOUNT] = amount,  [PAST] = motion->past};
    IdiomOp *op =
        idiom_graph_add_op(g, &blend_class, in, G_N_ELEMENTS(in), &motion->cell, sizeof motion->cell);
    IdiomTensor *result = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, with_luma);
    if (!result || !gain)
        return NULL;
    update_gain(g, gain, stylized, result, motion);
    idiom_assign(g, history, result);
    /* the colours alone: the same memory, one channel fewer */
    IdiomTensor *colours = idiom_stop_gradient(g, result);
    if (colours)
        colours->shape.c = 3;
    return colours;
}
