/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RGB planes -> video frame, blended with the frame that they were made of. */
#include "ops/internal.h"
#include "video/colour.h"

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
    gboolean yuv = idiom_frame_is_yuv(frame);
    gboolean nv12 = frame->format == IDIOM_VIDEO_NV12;
    IdiomDispatch d = {
        .shader = yuv ? "export_yuv" : "export_rgb",
        .spec = {yuv ? nv12 : idiom_frame_is_bgr(frame)},
        .n_spec = 1,
        .planes = {picture},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    /* An invocation writes whole words: 4 luma samples, 4 of U and V each or 2 pairs. */
    idiom_cover_blocks(&d, frame, yuv && !nv12 ? 8 : 4, yuv ? 2 : 1);
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
