/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RGB planes -> video frame, blended with the frame that they were made of. */
#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

enum { PICTURE, SOURCE, STRENGTH };

static gboolean export_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomFrame *frame = op->params;
    const IdiomTensor *picture = op->in[PICTURE];
    struct {
        IdiomDims d;
        guint64 source, result, strength;
        IdiomFrameWords words;
        IdiomRgbToYuv colour;
        gint32 source_shift;
    } push = {idiom_dims(picture->shape),
              idiom_recorder_address(r, op->in[SOURCE]),
              idiom_recorder_address(r, op->out[0]),
              idiom_recorder_address(r, op->in[STRENGTH]),
              idiom_frame_words(frame),
              idiom_rgb_to_yuv(frame),
              0};
    const IdiomFormat *format = idiom_format(frame->format);
    IdiomDispatch d = {
        .shader = "export", .planes = {picture}, .n_planes = 1, .push = &push, .push_size = sizeof push};
    idiom_frame_specialize(frame, &d);
    /* An invocation writes whole words: four bytes of chroma belong to eight pixels where a sample is one for two. */
    const gboolean wide = format->sub_x && format->components[1].step == 1;
    idiom_cover_blocks(&d, frame, wide ? 8 : 4, format->sub_y ? 2 : 1);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass export_class = {"export", NULL, export_record, NULL};

IdiomTensor *idiom_export(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, IdiomTensor *strength,
                          const IdiomFrame *frame)
{
    IdiomTensor *in[] = {[PICTURE] = picture, [SOURCE] = source, [STRENGTH] = strength};
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)) || !idiom_require_frame(g, "export", source, frame) ||
        !idiom_require_layout(g, "export", picture, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "export", strength, IDIOM_LAYOUT_FLAT))
        return NULL;
    IdiomShape expected = IDIOM_SHAPE(1, 3, frame->height, frame->width);
    if (!idiom_shape_equal(picture->shape, expected))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "export: picture is " IDIOM_SHAPE_FORMAT ", not " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(picture->shape), IDIOM_SHAPE_ARGS(expected));
    if (idiom_shape_elements(strength->shape) != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "export: strength is " IDIOM_SHAPE_FORMAT ", not one element",
                                IDIOM_SHAPE_ARGS(strength->shape));
    IdiomOp *op = idiom_graph_add_op(g, &export_class, in, G_N_ELEMENTS(in), frame, sizeof *frame);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_BYTES, source->shape);
}
