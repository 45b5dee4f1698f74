/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixels into channels and back (Shi et al., arXiv 1609.05158). Each is the other's gradient. */
#include "ops/internal.h"

/* An invocation holds r r blocks of four channels. */
#define MAX_R 8u

static gboolean record(IdiomRecorder *r, const IdiomOp *op, const IdiomTensor *large,
                       const IdiomTensor *small, GError **error)
{
    const guint *factor = op->params;
    IdiomShape grid = small->shape;
    grid.c = large->shape.c;
    struct {
        IdiomDims large, small, grid;
    } push = {idiom_dims(large->shape), idiom_dims(small->shape), idiom_dims(grid)};
    IdiomDispatch d = {
        .shader = op->klass->name,
        .spec = {*factor},
        .n_spec = 1,
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, grid);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean unshuffle_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, op, op->in[0], op->out[0], error);
}

static gboolean shuffle_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    return record(r, op, op->out[0], op->in[0], error);
}

static void unshuffle_backward(IdiomGraph *g, IdiomOp *op)
{
    const guint *factor = op->params;
    idiom_graph_accumulate(g, op->in[0], idiom_pixel_shuffle(g, op->out[0]->gradient, *factor));
}

static void shuffle_backward(IdiomGraph *g, IdiomOp *op)
{
    const guint *factor = op->params;
    idiom_graph_accumulate(g, op->in[0], idiom_pixel_unshuffle(g, op->out[0]->gradient, *factor));
}

static const IdiomOpClass unshuffle_class = {"pixel_unshuffle", unshuffle_backward, unshuffle_record, NULL};
static const IdiomOpClass shuffle_class = {"pixel_shuffle", shuffle_backward, shuffle_record, NULL};

static gboolean check(IdiomGraph *g, const char *op, const IdiomTensor *x, guint r)
{
    if (!idiom_require_layout(g, op, x, IDIOM_LAYOUT_PLANES))
        return FALSE;
    if (r >= 1 && r <= MAX_R)
        return TRUE;
    idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "%s: factor %u is not in 1 .. %u", op, r, MAX_R);
    return FALSE;
}

IdiomTensor *idiom_pixel_unshuffle(IdiomGraph *g, IdiomTensor *x, guint r)
{
    if (idiom_graph_failed(g, &x, 1) || !check(g, unshuffle_class.name, x, r))
        return NULL;
    IdiomShape s = x->shape;
    if (s.h % r != 0 || s.w % r != 0)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "pixel_unshuffle: height or width of " IDIOM_SHAPE_FORMAT
                                " is no multiple of %u",
                                IDIOM_SHAPE_ARGS(s), r);
    IdiomOp *op = idiom_graph_add_op(g, &unshuffle_class, &x, 1, &r, sizeof r);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, s.c * r * r, s.h / r, s.w / r));
}

IdiomTensor *idiom_pixel_shuffle(IdiomGraph *g, IdiomTensor *x, guint r)
{
    if (idiom_graph_failed(g, &x, 1) || !check(g, shuffle_class.name, x, r))
        return NULL;
    IdiomShape s = x->shape;
    if (s.c % (r * r) != 0)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "pixel_shuffle: channels of " IDIOM_SHAPE_FORMAT " are no multiple of %u",
                                IDIOM_SHAPE_ARGS(s), r * r);
    IdiomOp *op = idiom_graph_add_op(g, &shuffle_class, &x, 1, &r, sizeof r);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, s.c / (r * r), s.h * r, s.w * r));
}
