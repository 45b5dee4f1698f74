/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of the last run, moved as the scene has moved, steadies that of this one. */
#include <idiom-unstable/temporal.h>

#include "ops/internal.h"

enum { FRESH, PICTURE, HISTORY, FLOW, AMOUNT, REACH, REST, GAIN, INPUTS };

static gboolean blend_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims d, dp, dm, dg;
        guint64 amount, reach, rest;
        float per_pixel;
    } push = {idiom_dims(op->out[0]->shape),
              idiom_dims(op->in[PICTURE]->shape),
              idiom_dims(op->in[FLOW]->shape),
              idiom_dims(op->in[GAIN]->shape),
              idiom_recorder_address(r, op->in[AMOUNT]),
              idiom_recorder_address(r, op->in[REACH]),
              idiom_recorder_address(r, op->in[REST]),
              1.0f / (float)*cell};
    IdiomDispatch d = {
        .shader = "temporal_blend",
        .planes = {op->in[FRESH], op->in[PICTURE], op->in[HISTORY], op->in[FLOW], op->in[GAIN], op->out[0]},
        .n_planes = 6,
        .push = &push,
        .push_size = sizeof push,
    };
    const IdiomShape s = op->out[0]->shape;
    idiom_dispatch_cover(&d, IDIOM_SHAPE(1, 1, IDIOM_DIV_UP(s.h, 2), IDIOM_DIV_UP(s.w, 2)));
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass blend_class = {"temporal_blend", NULL, blend_record, NULL};

/* --- how much detail to restore, and how much history the next picture may have ---------------------- */

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
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass gain_class = {"temporal_gain", NULL, gain_record, NULL};

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

/* Changes both states by how @steadied compares with @fresh. */
static void control(IdiomGraph *g, IdiomTensor *gain, IdiomTensor *reach, IdiomTensor *fresh,
                    IdiomTensor *steadied, const IdiomMotion *motion)
{
    IdiomTensor *in[] = {fresh, steadied, motion->flow, gain, motion->rest};
    IdiomOp *op =
        idiom_graph_add_op(g, &gain_class, in, G_N_ELEMENTS(in), &motion->cell, sizeof motion->cell);
    IdiomTensor *next = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, gain->shape);
    IdiomTensor *compared[] = {idiom_mean_hw(g, next), reach, motion->rest};
    if (idiom_graph_failed(g, compared, G_N_ELEMENTS(compared)))
        return;
    op = idiom_graph_add_op(g, &reach_class, compared, G_N_ELEMENTS(compared), NULL, 0);
    idiom_assign(g, reach, idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, reach->shape));
    idiom_assign(g, gain, next);
}

IdiomTensor *idiom_colours(IdiomGraph *g, IdiomTensor *history)
{
    IdiomTensor *colours = idiom_stop_gradient(g, history);
    if (colours)
        colours->shape.c = 3;
    return colours;
}

IdiomSteady idiom_steady(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *picture,
                         IdiomTensor *stylized, IdiomTensor *amount)
{
    IdiomTensor *given[] = {picture, stylized, motion->flow, motion->rest, amount};
    if (idiom_graph_failed(g, given, G_N_ELEMENTS(given)) ||
        !idiom_require_same(g, "steady", picture, stylized) ||
        !idiom_require_layout(g, "steady", amount, IDIOM_LAYOUT_FLAT))
        return (IdiomSteady){NULL, NULL};
    IdiomShape s = picture->shape, with_luma = IDIOM_SHAPE(1, 4, s.h, s.w);
    IdiomTensor *history = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, with_luma);
    IdiomShape patches = motion->flow->shape;
    IdiomTensor *gain = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 4, patches.h, patches.w));
    IdiomTensor *reach = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 2));
    IdiomTensor *in[INPUTS] = {
        [FRESH] = stylized, [PICTURE] = picture, [HISTORY] = history,   [FLOW] = motion->flow,
        [AMOUNT] = amount,  [REACH] = reach,     [REST] = motion->rest, [GAIN] = gain};
    IdiomOp *op = idiom_graph_add_op(g, &blend_class, in, INPUTS, &motion->cell, sizeof motion->cell);
    IdiomTensor *result = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, with_luma);
    if (!result || !gain || !reach)
        return (IdiomSteady){NULL, NULL};
    control(g, gain, reach, stylized, result, motion);
    idiom_assign(g, history, result);
    return (IdiomSteady){idiom_colours(g, result), history};
}
