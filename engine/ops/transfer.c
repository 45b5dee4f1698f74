/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the host's order of elements (flat NCHW) and the shaders' (planes). Each is the other's gradient.
 */
#include "ops/internal.h"

static gboolean record(IdiomRecorder *r, const char *shader, const IdiomTensor *flat,
                       const IdiomTensor *planes, GError **error)
{
    struct {
        IdiomDims d;
        guint64 flat;
    } push = {idiom_dims(planes->shape), idiom_recorder_address(r, flat)};
    IdiomDispatch d = {.shader = shader,
                       .spec = {MIN(planes->shape.c, 4)},
                       .n_spec = 1,
                       .planes = {planes},
                       .n_planes = 1,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, planes->shape);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean to_planes_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, "to_planes", op->in[0], op->out[0], error);
}

static gboolean to_flat_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, "to_flat", op->out[0], op->in[0], error);
}

static void to_planes_backward(IdiomGraph *g, IdiomOp *op)
{
    idiom_graph_accumulate(g, op->in[0], idiom_to_flat(g, op->out[0]->gradient));
}

static void to_flat_backward(IdiomGraph *g, IdiomOp *op)
{
    idiom_graph_accumulate(g, op->in[0], idiom_to_planes(g, op->out[0]->gradient));
}

static const IdiomOpClass to_planes_class = {"to_planes", to_planes_backward, to_planes_record, NULL};
static const IdiomOpClass to_flat_class = {"to_flat", to_flat_backward, to_flat_record, NULL};

static IdiomTensor *transfer(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *x, IdiomLayout from,
                             IdiomLayout to)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, klass->name, x, from))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, klass, &x, 1, NULL, 0);
    return idiom_op_add_output(op, g, to, x->shape);
}

IdiomTensor *idiom_to_planes(IdiomGraph *g, IdiomTensor *flat)
{
    return transfer(g, &to_planes_class, flat, IDIOM_LAYOUT_FLAT, IDIOM_LAYOUT_PLANES);
}

IdiomTensor *idiom_to_full_planes(IdiomGraph *g, IdiomTensor *flat)
{
    IdiomTensor *planes = idiom_to_planes(g, flat);
    if (planes)
        planes->precision = IDIOM_FP32;
    return planes;
}

IdiomTensor *idiom_to_flat(IdiomGraph *g, IdiomTensor *planes)
{
    return transfer(g, &to_flat_class, planes, IDIOM_LAYOUT_PLANES, IDIOM_LAYOUT_FLAT);
}
