/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adam (Kingma and Ba, arXiv 1412.6980), in place on whole parameter sets. */
#include "ops/internal.h"

#define LANES 32
/* Elements that an invocation updates, so that the bias corrections are computed once for several. */
#define ELEMENTS 16
#define MAX_GROUPS 65535

enum { PARAMS, M, V, GRADIENT, HYPER };

static gboolean adam_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    gsize elements = idiom_shape_elements(op->in[PARAMS]->shape);
    struct {
        guint64 params, m, v, gradient, hyper;
        guint32 count;
    } push = {idiom_recorder_address(r, op->in[PARAMS]), idiom_recorder_address(r, op->in[M]),
              idiom_recorder_address(r, op->in[V]),      idiom_recorder_address(r, op->in[GRADIENT]),
              idiom_recorder_address(r, op->in[HYPER]),  (guint32)elements};
    IdiomDispatch d = {
        .shader = "adam",
        .local = {LANES},
        .groups = {(guint)MIN(IDIOM_DIV_UP(elements, LANES * ELEMENTS), MAX_GROUPS)},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass adam_class = {"adam", NULL, adam_record, NULL};

void idiom_adam(IdiomGraph *g, IdiomParams *params, IdiomTensor *gradient, IdiomParams *m, IdiomParams *v,
                IdiomTensor *hyper)
{
    IdiomTensor *in[] = {
        [PARAMS] = idiom_graph_params_flat(g, params),
        [M] = idiom_graph_params_flat(g, m),
        [V] = idiom_graph_params_flat(g, v),
        [GRADIENT] = gradient,
        [HYPER] = hyper,
    };
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)) || !idiom_require_same(g, "adam", in[PARAMS], in[M]) ||
        !idiom_require_same(g, "adam", in[PARAMS], in[V]) ||
        !idiom_require_same(g, "adam", in[PARAMS], gradient) ||
        !idiom_require_layout(g, "adam", hyper, IDIOM_LAYOUT_FLAT))
        return;
    if (!idiom_shape_equal(hyper->shape, IDIOM_SHAPE(1, 5, 1, 1))) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "adam: hyper is " IDIOM_SHAPE_FORMAT ", not [1,5,1,1]",
                         IDIOM_SHAPE_ARGS(hyper->shape));
        return;
    }
    IdiomOp *op = idiom_graph_add_op(g, &adam_class, in, G_N_ELEMENTS(in), NULL, 0);
    op->in_place = TRUE;
}
