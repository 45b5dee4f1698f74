/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/internal.h"

static gboolean resize_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomResizeParams *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
        float scale[2], offset[2];
    } push = {idiom_dims(x->shape),
              idiom_dims(out->shape),
              {(float)p->scale[0], (float)p->scale[1]},
              {(float)p->offset[0], (float)p->offset[1]}};
    IdiomDispatch d = {
        .shader = "resize2d",
        .spec = {p->mode == IDIOM_UPSAMPLE_BILINEAR, p->rounding},
        .n_spec = 2,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass resize_class = {
    .name = "resize2d", .record = resize_record, .inference_only = TRUE};

IdiomTensor *idiom_resize2d(IdiomGraph *g, IdiomTensor *x, guint w, guint h, const IdiomResizeParams *params)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "resize2d", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (!w || !h)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "resize2d: to %ux%u", w, h);
    IdiomOp *op = idiom_graph_add_op(g, &resize_class, &x, 1, params, sizeof *params);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(x->shape.n, x->shape.c, h, w));
}
