/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maximum and mean over windows. */
#include "ops/internal.h"

typedef struct {
    IdiomPool mode;
    guint k, stride;
} Params;

/* The shaders unroll the window. */
#define MAX_K 8u

static gboolean pool_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
    } push = {idiom_dims(x->shape), idiom_dims(out->shape)};
    IdiomDispatch d = {
        .shader = "pool2d",
        .spec = {p->mode == IDIOM_POOL_AVG, p->k, p->stride},
        .n_spec = 3,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

/* Into scratch of the pooled size. */
static gboolean record_argmax(IdiomRecorder *r, const Params *p, const IdiomTensor *x,
                              const IdiomTensor *argmax, GError **error)
{
    struct {
        IdiomDims ds, d;
    } push = {idiom_dims(x->shape), idiom_dims(argmax->shape)};
    IdiomDispatch d = {
        .shader = "pool2d_argmax",
        .spec = {p->k, p->stride},
        .n_spec = 2,
        .planes = {x, argmax},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, argmax->shape);
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return TRUE;
}

static gboolean pool_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    const IdiomTensor *argmax = p->mode == IDIOM_POOL_MAX ? op->out[1] : NULL;
    if (argmax && !record_argmax(r, p, op->in[1], argmax, error))
        return FALSE;
    struct {
        IdiomDims d, dg;
    } push = {idiom_dims(out->shape), idiom_dims(dy->shape)};
    IdiomDispatch d = {
        .shader = "pool2d_backward",
        .spec = {p->mode == IDIOM_POOL_AVG, p->k, p->stride, op->other != NULL, op->slope},
        .n_spec = 5,
        .planes = {dy, argmax ? argmax : dy, out, op->other ? op->other : dy,
                   op->activated ? op->activated : dy},
        .n_planes = 5,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass pool_backward_class = {
    .name = "pool2d_backward", .record = pool_backward_record, .adds_other = TRUE, .applies_slope = TRUE};

static void pool_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    /* a mean's gradient does not depend on the input, whose memory then need not be kept */
    IdiomTensor *in[] = {op->out[0]->gradient, p->mode == IDIOM_POOL_MAX ? op->in[0] : NULL};
    IdiomOp *back = idiom_graph_add_op(g, &pool_backward_class, in, 2, p, sizeof *p);
    idiom_graph_accumulate(g, op->in[0], idiom_op_add_output(back, g, IDIOM_LAYOUT_PLANES, op->in[0]->shape));
    if (p->mode == IDIOM_POOL_MAX)
        idiom_op_add_output(back, g, IDIOM_LAYOUT_PLANES, op->out[0]->shape);
}

static const IdiomOpClass pool_class = {"pool2d", pool_backward, pool_record, NULL};

/* Windows along an axis of @size pixels; 0 if there are none. Every window begins inside. */
static guint windows(guint size, guint k, guint stride, gboolean ceil_mode)
{
    if (size < k)
        return ceil_mode ? 1 : 0;
    guint rest = size - k;
    if (!ceil_mode)
        return rest / stride + 1;
    guint count = IDIOM_DIV_UP(rest, stride) + 1;
    return (count - 1) * stride < size ? count : count - 1;
}

IdiomTensor *idiom_pool2d(IdiomGraph *g, IdiomTensor *x, IdiomPool mode, guint k, guint stride,
                          gboolean ceil_mode)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "pool2d", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (k == 0 || k > MAX_K || stride == 0 || stride > G_MAXUINT16)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT,
                                "pool2d: window %u, stride %u; possible are 1 .. %u, 1 .. %u", k, stride,
                                MAX_K, G_MAXUINT16);
    if (mode == IDIOM_POOL_AVG && ceil_mode)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "pool2d: ceil_mode is for the maximum only");
    IdiomShape s = x->shape;
    s.w = windows(s.w, k, stride, ceil_mode);
    s.h = windows(s.h, k, stride, ceil_mode);
    if (s.w == 0 || s.h == 0)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "pool2d: " IDIOM_SHAPE_FORMAT " is smaller than a window of %ux%u",
                                IDIOM_SHAPE_ARGS(x->shape), k, k);
    Params p = {mode, k, stride};
    IdiomOp *op = idiom_graph_add_op(g, &pool_class, &x, 1, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}
