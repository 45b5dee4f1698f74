/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Video frame -> RGB planes. */
#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

static gboolean import_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFrame *frame = op->params;
    const IdiomTensor *y = op->out[0];
    struct {
        IdiomDims d;
        guint64 bytes;
        IdiomFrameWords words;
        IdiomYuvToRgb colour;
    } push = {idiom_dims(y->shape), idiom_recorder_address(r, op->in[0]), idiom_frame_words(frame),
              idiom_yuv_to_rgb(frame)};
    IdiomDispatch d = {
        .shader = "import", .planes = {y}, .n_planes = 1, .push = &push, .push_size = sizeof push};
    idiom_frame_specialize(frame, &d);
    idiom_cover_blocks(&d, frame, 4, idiom_format(frame->format)->sub_y ? 2 : 1);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass import_class = {"import", NULL, import_record, NULL};

IdiomTensor *idiom_import(IdiomGraph *g, IdiomTensor *bytes, const IdiomFrame *frame)
{
    if (idiom_graph_failed(g, &bytes, 1) || !idiom_require_frame(g, "import", bytes, frame))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &import_class, &bytes, 1, frame, sizeof *frame);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 3, frame->height, frame->width));
}
