/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How light a frame is in some areas. */
#include "ops/internal.h"
#include "video/colour.h"

#include <idiom-unstable/expression.h>

enum { BYTES, AREAS, INPUTS };

static gboolean gauge_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFrame *frame = op->params;
    struct {
        IdiomDims d;
        guint64 bytes, areas, result;
        IdiomFrameWords words;
        IdiomYuvToRgb colour;
    } push = {{(gint32)frame->width, (gint32)frame->height, 1, 1},
              idiom_recorder_address(r, op->in[BYTES]),
              idiom_recorder_address(r, op->in[AREAS]),
              idiom_recorder_address(r, op->out[0]),
              idiom_frame_words(frame),
              idiom_yuv_to_rgb(frame)};
    IdiomDispatch d = {.shader = "gauge", .push = &push, .push_size = sizeof push};
    idiom_frame_specialize(frame, &d);
    d.local[0] = IDIOM_GAUGE_CELLS;
    d.groups[1] = op->in[AREAS]->shape.h;
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass gauge_class = {"gauge", NULL, gauge_record, NULL};

IdiomTensor *idiom_gauge(IdiomGraph *g, IdiomTensor *bytes, IdiomTensor *areas, const IdiomFrame *frame)
{
    IdiomTensor *in[INPUTS] = {[BYTES] = bytes, [AREAS] = areas};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_frame(g, "gauge", bytes, frame) ||
        !idiom_require_layout(g, "gauge", areas, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (!idiom_shape_equal(areas->shape, IDIOM_SHAPE(1, 1, areas->shape.h, 4)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "gauge: areas are " IDIOM_SHAPE_FORMAT ", not 1,1,n,4",
                                IDIOM_SHAPE_ARGS(areas->shape));
    IdiomOp *op = idiom_graph_add_op(g, &gauge_class, in, INPUTS, frame, sizeof *frame);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT,
                               IDIOM_SHAPE(1, areas->shape.h, IDIOM_GAUGE_CELLS, 4));
}
