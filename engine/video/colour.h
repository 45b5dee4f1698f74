/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What import and export share. */
#ifndef IDIOM_VIDEO_COLOUR_H
#define IDIOM_VIDEO_COLOUR_H

#include <idiom-unstable/video.h>

#include "graph/op.h"
#include "video/format.h"

/* Samples to RGB 0..1: R = luma_scale Y + luma_offset + red_v (V - chroma_zero), and so on. */
typedef struct {
    float luma_scale, luma_offset;
    float red_v, green_u, green_v, blue_u;
    float chroma_zero;
} IdiomYuvToRgb;

/* RGB 0..1 to samples: factors of R, G, B, and what is added. */
typedef struct {
    float luma[4], u[4], v[4];
} IdiomRgbToYuv;

IdiomYuvToRgb idiom_yuv_to_rgb(const IdiomFrame *frame);
IdiomRgbToYuv idiom_rgb_to_yuv(const IdiomFrame *frame);

/* Where the planes that have colours lie, in words of 4 bytes, as shaders take it. */
typedef struct {
    gint32 offset[3], stride[3];
} IdiomFrameWords;

IdiomFrameWords idiom_frame_words(const IdiomFrame *frame);

/* Where the plane that has alpha begins, in words. Its rows are as far apart as those of the first plane. */
gint32 idiom_frame_alpha_word(const IdiomFrame *frame);

/* A component as shaders take it; the numbers are in video/format.glsl. */
guint32 idiom_component_pack(const IdiomComponent *component);

/* What shaders know of the format when they are compiled. */
void idiom_frame_specialize(const IdiomFrame *frame, IdiomDispatch *d);

/* One invocation per block of @w x @h pixels, with less of an overhang than idiom_dispatch_cover() has. */
void idiom_cover_blocks(IdiomDispatch *d, const IdiomFrame *frame, guint w, guint h);

/* FALSE, with the graph's error set in the name of @op, if @bytes cannot be such a frame or the layout is wrong. */
gboolean idiom_require_frame(IdiomGraph *g, const char *op, const IdiomTensor *bytes,
                             const IdiomFrame *frame);

#endif
