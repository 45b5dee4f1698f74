/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RGB planes -> video frame, blended with the frame that they were made of, or of another kind. */
#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

enum { PICTURE, SOURCE, STRENGTH, MATTE, INPUTS };

typedef struct {
    IdiomFrame frame, from; /* the same where it is blended */
    gboolean blends;
} Export;

/* What the frame is laid over, and whether it has a plane of alpha: see export.comp. */
static guint32 base_of(const Export *e)
{
    const IdiomFormat *from = idiom_format(e->from.format), *to = idiom_format(e->frame.format);
    const guint32 apart = to->alpha.plane ? 16 : 0;
    if (e->blends)
        return apart;
    if (!from->alpha.step || !to->alpha.step)
        return apart + 1;
    return apart + (from->alpha.plane ? 6u : 2u + from->alpha.first);
}

static gboolean export_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Export *e = op->params;
    const IdiomFrame *frame = &e->frame;
    const IdiomTensor *picture = op->in[PICTURE], *matte = op->in[MATTE];
    struct {
        IdiomDims d;
        guint64 source, result, strength;
        IdiomFrameWords words;
        IdiomRgbToYuv colour;
        gint32 source_shift, source_alpha, source_stride, alpha;
    } push = {idiom_dims(picture->shape),
              idiom_recorder_address(r, op->in[SOURCE]),
              idiom_recorder_address(r, op->out[0]),
              idiom_recorder_address(r, op->in[e->blends ? STRENGTH : SOURCE]),
              idiom_frame_words(frame),
              idiom_rgb_to_yuv(frame),
              0,
              idiom_frame_alpha_word(&e->from),
              idiom_frame_words(&e->from).stride[0],
              idiom_frame_alpha_word(frame)};
    const IdiomFormat *format = idiom_format(frame->format);
    IdiomDispatch d = {
        .shader = "export",
        .planes = {picture, matte ? matte : picture},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_frame_specialize(frame, &d);
    d.spec[d.n_spec++] = matte != NULL;
    d.spec[d.n_spec++] = base_of(e);
    /* An invocation writes whole words: four bytes of chroma belong to eight pixels where a sample is one for two. */
    const gboolean wide = format->sub_x && format->components[1].step == 1;
    idiom_cover_blocks(&d, frame, wide ? 8 : 4, format->sub_y ? 2 : 1);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass export_class = {"export", NULL, export_record, NULL};

static gboolean require_picture(IdiomGraph *g, const IdiomTensor *picture, const IdiomFrame *frame)
{
    const IdiomShape expected = IDIOM_SHAPE(1, 3, frame->height, frame->width);
    if (!idiom_require_layout(g, "export", picture, IDIOM_LAYOUT_PLANES))
        return FALSE;
    if (idiom_shape_equal(picture->shape, expected))
        return TRUE;
    idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                     "export: picture is " IDIOM_SHAPE_FORMAT ", not " IDIOM_SHAPE_FORMAT,
                     IDIOM_SHAPE_ARGS(picture->shape), IDIOM_SHAPE_ARGS(expected));
    return FALSE;
}

IdiomTensor *idiom_export(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, IdiomTensor *strength,
                          IdiomTensor *matte, const IdiomFrame *frame)
{
    IdiomTensor *in[INPUTS] = {
        [PICTURE] = picture, [SOURCE] = source, [STRENGTH] = strength, [MATTE] = matte};
    const guint wanted = matte ? 2 : 1;
    if (idiom_graph_failed(g, in, matte ? INPUTS : MATTE) ||
        !idiom_require_frame(g, "export", source, frame) ||
        !idiom_require_layout(g, "export", strength, IDIOM_LAYOUT_FLAT) ||
        !require_picture(g, picture, frame))
        return NULL;
    if (idiom_shape_elements(strength->shape) != wanted)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "export: strength is " IDIOM_SHAPE_FORMAT ", not of %u elements",
                                IDIOM_SHAPE_ARGS(strength->shape), wanted);
    if (matte && !idiom_shape_equal(matte->shape, idiom_matte_shape(picture->shape)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "export: " IDIOM_SHAPE_FORMAT " is no mask of the frame",
                                IDIOM_SHAPE_ARGS(matte->shape));
    const Export params = {*frame, *frame, TRUE};
    IdiomOp *op = idiom_graph_add_op(g, &export_class, in, INPUTS, &params, sizeof params);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_BYTES, source->shape);
}

IdiomTensor *idiom_export_as(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, const IdiomFrame *from,
                             const IdiomFrame *frame)
{
    IdiomTensor *in[INPUTS] = {[PICTURE] = picture, [SOURCE] = source};
    if (idiom_graph_failed(g, in, STRENGTH) || !idiom_require_frame(g, "export", source, from) ||
        !require_picture(g, picture, frame))
        return NULL;
    if (from->width != frame->width || from->height != frame->height)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "export: a frame of %ux%u from one of %ux%u",
                                frame->width, frame->height, from->width, from->height);
    const Export params = {*frame, *from, FALSE};
    IdiomOp *op = idiom_graph_add_op(g, &export_class, in, INPUTS, &params, sizeof params);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(frame));
}
