/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Twice the size, by repetition or bilinear interpolation. */
#include "ops/internal.h"

static gboolean upsample_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomUpsample *mode = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    guint more = *mode == IDIOM_UPSAMPLE_BILINEAR; /* one more gap than pixels, the edges included */
    IdiomShape grid = IDIOM_SHAPE(x->shape.n, x->shape.c, x->shape.h + more, x->shape.w + more);
    struct {
        IdiomDims ds, d, grid;
    } push = {idiom_dims(x->shape), idiom_dims(out->shape), idiom_dims(grid)};
    IdiomDispatch d = {
        .shader = "upsample2",
        .spec = {*mode == IDIOM_UPSAMPLE_BILINEAR},
        .n_spec = 1,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, grid);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean upsample_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomUpsample *mode = op->params;
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    struct {
        IdiomDims dg, d;
    } push = {idiom_dims(dy->shape), idiom_dims(out->shape)};
    IdiomDispatch d = {
        .shader = "upsample2_backward",
        .spec = {*mode == IDIOM_UPSAMPLE_BILINEAR},
        .n_spec = 1,
        .planes = {dy, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass upsample_backward_class = {"upsample2_backward", NULL, upsample_backward_record,
                                                     NULL};

static void upsample_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient;
    IdiomOp *back =
        idiom_graph_add_op(g, &upsample_backward_class, &dy, 1, op->params, sizeof(IdiomUpsample));
    idiom_graph_accumulate(g, op->in[0], idiom_op_add_output(back, g, IDIOM_LAYOUT_PLANES, op->in[0]->shape));
}

static const IdiomOpClass upsample_class = {"upsample2", upsample_backward, upsample_record, NULL};

IdiomTensor *idiom_upsample2(IdiomGraph *g, IdiomTensor *x, IdiomUpsample mode)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "upsample2", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    IdiomShape s = x->shape;
    IdiomOp *op = idiom_graph_add_op(g, &upsample_class, &x, 1, &mode, sizeof mode);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, s.c, 2 * s.h, 2 * s.w));
}
