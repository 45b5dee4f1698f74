/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exponential moving average of a whole parameter set, in place. */
#include "ops/internal.h"

enum { AVERAGE, PARAMS, DECAY };

static gboolean average_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    gsize elements = idiom_shape_elements(op->in[AVERAGE]->shape);
    struct {
        guint64 average, params, decay;
        guint32 count;
    } push = {idiom_recorder_address(r, op->in[AVERAGE]), idiom_recorder_address(r, op->in[PARAMS]),
              idiom_recorder_address(r, op->in[DECAY]), (guint32)elements};
    IdiomDispatch d = {.shader = "average", .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, elements);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass average_class = {"average", NULL, average_record, NULL};

void idiom_average(IdiomGraph *g, IdiomParams *average, IdiomParams *params, IdiomTensor *decay)
{
    IdiomTensor *in[] = {
        [AVERAGE] = idiom_graph_params_flat(g, average),
        [PARAMS] = idiom_graph_params_flat(g, params),
        [DECAY] = decay,
    };
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)) ||
        !idiom_require_same(g, "average", in[AVERAGE], in[PARAMS]) ||
        !idiom_require_layout(g, "average", decay, IDIOM_LAYOUT_FLAT))
        return;
    if (idiom_shape_elements(decay->shape) != 1) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "average: decay is " IDIOM_SHAPE_FORMAT ", not one element",
                         IDIOM_SHAPE_ARGS(decay->shape));
        return;
    }
    IdiomOp *op = idiom_graph_add_op(g, &average_class, in, G_N_ELEMENTS(in), NULL, 0);
    op->in_place = TRUE;
}
