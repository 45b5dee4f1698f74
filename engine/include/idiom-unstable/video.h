/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_VIDEO_H
#define IDIOM_VIDEO_H

#include <idiom/frame.h>

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * IdiomFrame: a kind of frame and its layout in the one block of bytes that the device reads or writes. The caller
 * fills in the first part, idiom_frame_layout() the second. Strides and offsets of one's own are fine as well: they
 * must be multiples of 4, strides at least row_bytes rounded up to 4, that of a plane of alpha the first plane's, and planes
 * must not overlap.
 */
typedef struct {
    IdiomVideoFormat format;
    guint width, height;
    IdiomVideoMatrix matrix; /**< YUV formats only */
    gboolean full_range;     /**< as in IdiomVideoInfo, and so are the next two */
    gboolean chroma_left;
    gboolean chroma_top;

    guint n_planes;
    gsize offset[IDIOM_VIDEO_MAX_PLANES];    /**< of the first row, in bytes */
    gsize stride[IDIOM_VIDEO_MAX_PLANES];    /**< from row to row, in bytes */
    guint row_bytes[IDIOM_VIDEO_MAX_PLANES]; /**< that mean something in a row */
    guint rows[IDIOM_VIDEO_MAX_PLANES];
    gsize size; /**< of the block, in bytes */
} IdiomFrame;

/**
 * idiom_frame_layout: fills in @frame's layout: planes one after the other, strides and offsets multiples of 16.
 *
 * Returns: FALSE with IDIOM_ERROR_ARGUMENT for an unknown format or matrix, IDIOM_ERROR_SHAPE for a width or height
 *   of 0 or above 32767
 */
gboolean idiom_frame_layout(IdiomFrame *frame, GError **error);

/** idiom_frame_shape: shape of the bytes tensor that holds such a frame. */
static inline IdiomShape idiom_frame_shape(const IdiomFrame *frame)
{
    return IDIOM_SHAPE(1, 1, 1, (guint)frame->size);
}

/**
 * idiom_frame_write: copies a picture into a frame.
 * @bytes: the frame, @frame->size bytes
 * @planes, @strides: first row of each plane of the picture, and bytes from row to row; any stride, also negative
 */
void idiom_frame_write(const IdiomFrame *frame, guint8 *bytes, const guint8 *const *planes,
                       const gssize *strides);

/** idiom_frame_read: the other way: copies @bytes to the picture at @planes. Only row_bytes of each row are touched. */
void idiom_frame_read(const IdiomFrame *frame, const guint8 *bytes, guint8 *const *planes,
                      const gssize *strides);

/**
 * idiom_import:
 * @bytes: bytes tensor of idiom_frame_shape()
 *
 * Planes [1,3,height,width], RGB, 0..1, as the frame's own primaries and transfer function have it. Chroma is
 * interpolated linearly. No gradient.
 */
IdiomTensor *idiom_import(IdiomGraph *g, IdiomTensor *bytes, const IdiomFrame *frame);

/**
 * idiom_export:
 * @picture: planes [1,3,height,width], RGB; values are clamped to 0..1
 * @source: bytes tensor of idiom_frame_shape(): the frame that @picture was made of
 * @strength: flat, one element, 0..1: what is written is source + strength (picture - source), in the frame's own
 *   colour space, rounded to nearest. The fourth byte of RGBA and the like is the source's. With a @matte two elements:
 *   the strength where that is 0, and where it is 1
 * @matte: NULL, or as idiom_matte() makes it, for the picture's size; chroma has the mean of the pixels that share it
 *
 * Bytes of idiom_frame_shape(). Chroma is the mean of 2x2 pixels. Bytes between the end of a row and the next row
 * are not defined. No gradient.
 */
IdiomTensor *idiom_export(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, IdiomTensor *strength,
                          IdiomTensor *matte, const IdiomFrame *frame);

/**
 * idiom_export_as:
 * @picture: planes [1,3,height,width], RGB; values are clamped to 0..1
 * @source: bytes tensor of idiom_frame_shape() of @from
 * @from: the frame that @picture was made of, of the same size as @frame
 *
 * As idiom_export() at full strength, into a frame of another kind than the source. Alpha is that of @source, where both
 * have one, and otherwise opaque.
 */
IdiomTensor *idiom_export_as(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, const IdiomFrame *from,
                             const IdiomFrame *frame);

/** idiom_frame_same_kind: whether frames like @a are, byte by byte, frames like @b; their layouts do not count. */
gboolean idiom_frame_same_kind(const IdiomFrame *a, const IdiomFrame *b);

G_END_DECLS

#endif
