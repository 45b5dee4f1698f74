/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layout of video frames. */
#include <string.h>

#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

#define MAX_DIMENSION 32767
#define ALIGNMENT 16
#define ALPHA_PLANE 3 /* where alpha has one of its own */

gboolean idiom_frame_layout(IdiomFrame *frame, GError **error)
{
    if (frame->width < 1 || frame->width > MAX_DIMENSION || frame->height < 1 ||
        frame->height > MAX_DIMENSION) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                    "a frame of %ux%u: width and height must be 1 to %d", frame->width, frame->height,
                    MAX_DIMENSION);
        return FALSE;
    }
    const IdiomFormat *format = idiom_format(frame->format);
    if (!format) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown video format %d", (int)frame->format);
        return FALSE;
    }
    if ((guint)frame->matrix > IDIOM_VIDEO_BT2020) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown video matrix %d", (int)frame->matrix);
        return FALSE;
    }
    frame->n_planes = format->n_planes;
    frame->size = 0;
    for (guint i = 0; i < frame->n_planes; ++i) {
        frame->rows[i] = idiom_format_rows(format, i, frame->height);
        frame->row_bytes[i] = idiom_format_row_bytes(format, i, frame->width);
        frame->offset[i] = frame->size;
        frame->stride[i] = (gsize)IDIOM_DIV_UP(frame->row_bytes[i], ALIGNMENT) * ALIGNMENT;
        frame->size += frame->stride[i] * frame->rows[i];
    }
    return TRUE;
}

gboolean idiom_require_frame(IdiomGraph *g, const char *op, const IdiomTensor *bytes, const IdiomFrame *frame)
{
    IdiomFrame expected = *frame;
    GError *error = NULL;
    if (!idiom_frame_layout(&expected, &error)) {
        idiom_graph_fail(g, (IdiomError)error->code, "%s: %s", op, error->message);
        g_error_free(error);
        return FALSE;
    }
    for (guint i = 0; i < expected.n_planes; ++i) {
        gsize offset = frame->offset[i], stride = frame->stride[i];
        if (offset % 4 || stride % 4 || stride < expected.row_bytes[i] || stride > G_MAXINT32 ||
            (i == ALPHA_PLANE && stride != frame->stride[0]) || offset > frame->size ||
            stride * expected.rows[i] > frame->size - offset) {
            idiom_graph_fail(
                g, IDIOM_ERROR_SHAPE,
                "%s: plane %u at %zu with stride %zu: must be multiples of 4 (and alpha's stride "
                "luma's) and %u rows of %u bytes must fit in %zu",
                op, i, offset, stride, expected.rows[i], expected.row_bytes[i], frame->size);
            return FALSE;
        }
    }
    if (frame->size > G_MAXUINT32 || !idiom_shape_equal(bytes->shape, idiom_frame_shape(frame))) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: bytes are " IDIOM_SHAPE_FORMAT ", the frame has %zu", op,
                         IDIOM_SHAPE_ARGS(bytes->shape), frame->size);
        return FALSE;
    }
    return idiom_require_layout(g, op, bytes, IDIOM_LAYOUT_BYTES);
}

gboolean idiom_frame_same_kind(const IdiomFrame *a, const IdiomFrame *b)
{
    const IdiomFormat *format = idiom_format(a->format);
    if (a->format != b->format || a->width != b->width || a->height != b->height)
        return FALSE;
    return !format->yuv ||
           (a->full_range == b->full_range &&
            (format->n_planes + format->sub_x == 1 ||
             (a->matrix == b->matrix && a->chroma_left == b->chroma_left && a->chroma_top == b->chroma_top)));
}

IdiomFrameWords idiom_frame_words(const IdiomFrame *frame)
{
    IdiomFrameWords words = {{0}, {0}};
    for (guint i = 0; i < frame->n_planes && i < G_N_ELEMENTS(words.offset); ++i) {
        words.offset[i] = (gint32)(frame->offset[i] / 4);
        words.stride[i] = (gint32)(frame->stride[i] / 4);
    }
    return words;
}

gint32 idiom_frame_alpha_word(const IdiomFrame *frame)
{
    return (gint32)(frame->offset[idiom_format(frame->format)->alpha.plane] / 4);
}

guint32 idiom_component_pack(const IdiomComponent *c)
{
    return c->plane | (guint32)c->step << 4 | (guint32)c->first << 8;
}

void idiom_frame_specialize(const IdiomFrame *frame, IdiomDispatch *d)
{
    const IdiomFormat *f = idiom_format(frame->format);
    const guint32 spec[] = {idiom_component_pack(&f->components[0]),
                            idiom_component_pack(&f->components[1]),
                            idiom_component_pack(&f->components[2]),
                            f->yuv,
                            f->bits,
                            f->shift,
                            f->sub_x,
                            f->sub_y,
                            f->sub_x && frame->chroma_left,
                            f->sub_y && frame->chroma_top};
    G_STATIC_ASSERT(G_N_ELEMENTS(spec) <= IDIOM_MAX_SPEC);
    memcpy(d->spec, spec, sizeof spec);
    d->n_spec = G_N_ELEMENTS(spec);
}

void idiom_cover_blocks(IdiomDispatch *d, const IdiomFrame *frame, guint w, guint h)
{
    const guint width = 32;
    d->local[0] = width;
    d->groups[0] = IDIOM_DIV_UP(IDIOM_DIV_UP(frame->width, w), width);
    d->groups[1] = IDIOM_DIV_UP(frame->height, h);
}

void idiom_frame_write(const IdiomFrame *frame, guint8 *bytes, const guint8 *const *planes,
                       const gssize *strides)
{
    for (guint i = 0; i < frame->n_planes; ++i)
        for (guint y = 0; y < frame->rows[i]; ++y)
            memcpy(bytes + frame->offset[i] + y * frame->stride[i], planes[i] + (gssize)y * strides[i],
                   frame->row_bytes[i]);
}

void idiom_frame_read(const IdiomFrame *frame, const guint8 *bytes, guint8 *const *planes,
                      const gssize *strides)
{
    for (guint i = 0; i < frame->n_planes; ++i)
        for (guint y = 0; y < frame->rows[i]; ++y)
            memcpy(planes[i] + (gssize)y * strides[i], bytes + frame->offset[i] + y * frame->stride[i],
                   frame->row_bytes[i]);
}

/* --- colour --------------------------------------------------------------------------------------- */

typedef struct {
    double kr, kg, kb;                                         /* luma */
    double luma_offset, luma_range, chroma_zero, chroma_range; /* of samples */
} Colour;

static Colour frame_colour(const IdiomFrame *frame)
{
    static const double weights[][2] = {
        [IDIOM_VIDEO_BT601] = {0.299, 0.114},
        [IDIOM_VIDEO_BT709] = {0.2126, 0.0722},
        [IDIOM_VIDEO_BT2020] = {0.2627, 0.0593},
    };
    double kr = weights[frame->matrix][0], kb = weights[frame->matrix][1];
    const guint bits = idiom_format(frame->format)->bits;
    const double unit = 1 << (bits - 8),
                 most = (1 << bits) - 1; /* limited ranges are multiples of those of 8 bits */
    return frame->full_range ? (Colour){kr, 1 - kr - kb, kb, 0, most, 128 * unit, most}
                             : (Colour){kr, 1 - kr - kb, kb, 16 * unit, 219 * unit, 128 * unit, 224 * unit};
}

IdiomYuvToRgb idiom_yuv_to_rgb(const IdiomFrame *frame)
{
    Colour c = frame_colour(frame);
    double red = 2 * (1 - c.kr) / c.chroma_range, blue = 2 * (1 - c.kb) / c.chroma_range;
    return (IdiomYuvToRgb){
        .luma_scale = (float)(1 / c.luma_range),
        .luma_offset = (float)(-c.luma_offset / c.luma_range),
        .red_v = (float)red,
        .green_u = (float)(-blue * c.kb / c.kg),
        .green_v = (float)(-red * c.kr / c.kg),
        .blue_u = (float)blue,
        .chroma_zero = (float)c.chroma_zero,
    };
}

IdiomRgbToYuv idiom_rgb_to_yuv(const IdiomFrame *frame)
{
    Colour c = frame_colour(frame);
    double blue = c.chroma_range / (2 * (1 - c.kb)), red = c.chroma_range / (2 * (1 - c.kr)),
           l = c.luma_range;
    return (IdiomRgbToYuv){
        .luma = {(float)(l * c.kr), (float)(l * c.kg), (float)(l * c.kb), (float)c.luma_offset},
        .u = {(float)(-blue * c.kr), (float)(-blue * c.kg), (float)(blue * (1 - c.kb)), (float)c.chroma_zero},
        .v = {(float)(red * (1 - c.kr)), (float)(-red * c.kg), (float)(-red * c.kb), (float)c.chroma_zero},
    };
}
