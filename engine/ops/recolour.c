/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of a picture's colour is its own and how much another's, at its own luma. */
#include "ops/internal.h"

enum { PICTURE, SOURCE, AMOUNT, INPUTS };

static gboolean recolour_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *x = op->in[PICTURE];
    struct {
        IdiomDims d;
        guint64 amount;
    } push = {idiom_dims(x->shape), idiom_recorder_address(r, op->in[AMOUNT])};
    IdiomDispatch d = {
        .shader = "recolour",
        .planes = {x, op->in[SOURCE], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, x->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass recolour_class = {"recolour", NULL, recolour_record, NULL};

IdiomTensor *idiom_recolour(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, IdiomTensor *amount)
{
    IdiomTensor *in[INPUTS] = {[PICTURE] = picture, [SOURCE] = source, [AMOUNT] = amount};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_same(g, "recolour", picture, source) ||
        !idiom_require_layout(g, "recolour", picture, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "recolour", amount, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (picture->shape.c != 3)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "recolour: " IDIOM_SHAPE_FORMAT " has not 3 channels",
                                IDIOM_SHAPE_ARGS(picture->shape));
    IdiomOp *op = idiom_graph_add_op(g, &recolour_class, in, INPUTS, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, picture->shape);
}
