/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* State: what a run leaves for the next one. */
#include "ops/internal.h"

static gboolean assign_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    (void)error;
    idiom_record_copy(r, op->in[1], op->in[0]);
    return TRUE;
}

static const IdiomOpClass assign_class = {"assign", NULL, assign_record, NULL};

void idiom_assign(IdiomGraph *g, IdiomTensor *state, IdiomTensor *value)
{
    IdiomTensor *in[] = {state, value};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_same(g, "assign", state, value))
        return;
    if (!state->state) {
        idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "assign: the tensor to change is not a state");
        return;
    }
    IdiomOp *op = idiom_graph_add_op(g, &assign_class, in, 2, NULL, 0);
    op->in_place = TRUE;
}
