/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pooling as networks of other people have it. */
#include "ops/internal.h"

#define MAX_SIDE 4096   /* of windows, so that sums stay far from overflow */
#define MAX_TURNS 65000 /* lavapipe ends every loop after 65535 */

static gboolean pool_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomPoolAnyParams *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
        gint32 kernel[2], stride[2], dilation[2], pad[4];
    } push = {idiom_dims(x->shape), idiom_dims(out->shape)};
    for (guint axis = 0; axis < 2; axis++) {
        push.kernel[axis] = (gint32)p->kernel[axis];
        push.stride[axis] = (gint32)p->stride[axis];
        push.dilation[axis] = (gint32)p->dilation[axis];
        push.pad[axis] = (gint32)p->pad[axis];
        push.pad[2 + axis] = (gint32)p->pad[2 + axis];
    }
    IdiomDispatch d = {
        .shader = "pool2d_any",
        .spec = {p->mode == IDIOM_POOL_AVG, p->count_pads},
        .n_spec = 2,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass pool_class = {.name = "pool2d_any", .record = pool_record, .inference_only = TRUE};

/* Windows along an axis; 0 if there are none. Every window begins inside or in the padding in front. */
static guint windows(const IdiomPoolAnyParams *p, guint axis, guint size)
{
    const guint reach = (p->kernel[axis] - 1) * p->dilation[axis] + 1, stride = p->stride[axis];
    const guint padded = size + p->pad[axis] + p->pad[2 + axis];
    if (padded < reach)
        return 0;
    if (!p->ceil_mode)
        return (padded - reach) / stride + 1;
    const guint count = IDIOM_DIV_UP(padded - reach, stride) + 1;
    return (count - 1) * stride < size + p->pad[axis] ? count : count - 1;
}

IdiomTensor *idiom_pool2d_any(IdiomGraph *g, IdiomTensor *x, const IdiomPoolAnyParams *params)
{
    const IdiomPoolAnyParams *p = params;
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "pool2d_any", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    gboolean fine = (gsize)p->kernel[0] * p->kernel[1] <= MAX_TURNS;
    for (guint axis = 0; axis < 2; axis++)
        fine &= p->kernel[axis] >= 1 && p->kernel[axis] <= MAX_SIDE && p->stride[axis] >= 1 &&
                p->stride[axis] <= MAX_SIDE && p->dilation[axis] >= 1 && p->dilation[axis] <= MAX_SIDE &&
                p->pad[axis] <= MAX_SIDE && p->pad[2 + axis] <= MAX_SIDE;
    IdiomShape s = x->shape;
    s.w = fine ? windows(p, 0, s.w) : 0;
    s.h = fine ? windows(p, 1, s.h) : 0;
    if (!s.w || !s.h)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "pool2d_any: windows of %ux%u on " IDIOM_SHAPE_FORMAT,
                                p->kernel[0], p->kernel[1], IDIOM_SHAPE_ARGS(x->shape));
    IdiomOp *op = idiom_graph_add_op(g, &pool_class, &x, 1, p, sizeof *p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}
