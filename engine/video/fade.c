/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cross-fade of two video frames, byte by byte. */
#include <idiom-unstable/video.h>

#include "ops/internal.h"

enum { FROM, TO, AMOUNT };

static gboolean fade_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    gsize words = idiom_shape_elements(op->in[FROM]->shape) / 4;
    struct {
        guint64 from, to, result, amount;
        guint32 count;
    } push = {idiom_recorder_address(r, op->in[FROM]), idiom_recorder_address(r, op->in[TO]),
              idiom_recorder_address(r, op->out[0]), idiom_recorder_address(r, op->in[AMOUNT]),
              (guint32)words};
    IdiomDispatch d = {.shader = "fade", .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, words);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass fade_class = {"fade", NULL, fade_record, NULL};

IdiomTensor *idiom_fade(IdiomGraph *g, IdiomTensor *from, IdiomTensor *to, IdiomTensor *amount)
{
    const char *name = fade_class.name;
    IdiomTensor *in[] = {[FROM] = from, [TO] = to, [AMOUNT] = amount};
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)) ||
        !idiom_require_layout(g, name, from, IDIOM_LAYOUT_BYTES) || !idiom_require_same(g, name, from, to) ||
        !idiom_require_layout(g, name, amount, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (idiom_shape_elements(from->shape) % 4 || idiom_shape_elements(amount->shape) != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "fade: frames are " IDIOM_SHAPE_FORMAT
                                ", not whole words, or amount is " IDIOM_SHAPE_FORMAT ", not one element",
                                IDIOM_SHAPE_ARGS(from->shape), IDIOM_SHAPE_ARGS(amount->shape));
    IdiomOp *op = idiom_graph_add_op(g, &fade_class, in, G_N_ELEMENTS(in), NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_BYTES, from->shape);
}
