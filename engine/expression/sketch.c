/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drawn looks: contours in ink, few tones. */
#include "ops/internal.h"

#include <idiom-unstable/expression.h>

/* --- contours -------------------------------------------------------------------------------------- */

/* Shorter side of a frame in which lines are as wide as they are meant. */
#define USUAL_SIDE 360.0f

static gboolean contour_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *picture = op->in[0], *out = op->out[0];
    const guint side = MIN(out->shape.w, out->shape.h);
    struct {
        IdiomDims dp, d;
        float radius;
    } push = {idiom_dims(picture->shape), idiom_dims(out->shape), MAX((float)side / USUAL_SIDE, 1)};
    IdiomDispatch d = {.shader = "contour",
                       .planes = {picture, op->in[1], out},
                       .n_planes = 3,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass contour_class = {"contour", NULL, contour_record, NULL};

IdiomTensor *idiom_contour(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *history)
{
    IdiomTensor *in[] = {picture, history};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "contour", picture, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "contour", history, IDIOM_LAYOUT_PLANES))
        return NULL;
    const IdiomShape expected = IDIOM_SHAPE(1, 1, picture->shape.h, picture->shape.w);
    if (!idiom_shape_equal(history->shape, expected))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "contour: history is " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(history->shape));
    IdiomOp *op = idiom_graph_add_op(g, &contour_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, expected);
}

/* --- looks ----------------------------------------------------------------------------------------- */

static gboolean sketch_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        IdiomDims d, dc;
        guint64 amounts;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->in[1]->shape),
              idiom_recorder_address(r, op->in[2])};
    IdiomDispatch d = {.shader = "sketch",
                       .planes = {op->in[0], op->in[1], op->out[0]},
                       .n_planes = 3,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass sketch_class = {"sketch", NULL, sketch_record, NULL};

IdiomTensor *idiom_sketch(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *contour, IdiomTensor *amounts)
{
    IdiomTensor *in[] = {picture, contour, amounts};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "sketch", picture, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "sketch", contour, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "sketch", amounts, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (picture->shape.c != 3 || contour->shape.h != picture->shape.h ||
        contour->shape.w != picture->shape.w || idiom_shape_elements(amounts->shape) != IDIOM_SKETCH_AMOUNTS)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "sketch: " IDIOM_SHAPE_FORMAT " with " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(picture->shape), IDIOM_SHAPE_ARGS(contour->shape));
    IdiomOp *op = idiom_graph_add_op(g, &sketch_class, in, 3, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, picture->shape);
}
