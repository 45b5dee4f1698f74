/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the samples of a frame lie in memory, by format: all that import, export, copies and the layout know of it. */
#ifndef IDIOM_VIDEO_FORMAT_H
#define IDIOM_VIDEO_FORMAT_H

#include <idiom/frame.h>

#define IDIOM_FORMAT_COMPONENTS 3 /* R, G, B or Y, U, V; what else there is (alpha) is carried along */

/* The samples of one component in a row: at first, first + step, ... bytes. A step of 0: there is no such component. */
typedef struct {
    guint8 plane, step, first;
} IdiomComponent;

typedef struct {
    const char *name;
    gboolean yuv; /* a matrix turns it into RGB; grey has only Y */
    guint8 n_planes;
    guint8 sub_x, sub_y; /* of chroma: logarithm to base 2 of the pixels per sample */
    guint8 bits;         /* of a sample */
    guint8 shift;        /* of its lowest bit, in a word of 8 or 16 bits that is little-endian */
    IdiomComponent components[IDIOM_FORMAT_COMPONENTS];
    IdiomComponent
        alpha; /* step 0: there is none; in the pixels, or a plane of its own with rows as far apart as those of luma */
} IdiomFormat;

/* NULL if it is not known. */
const IdiomFormat *idiom_format(IdiomVideoFormat format);

/* Bytes that belong together in a row of @plane: a pixel, a pair of chroma samples, two pixels that share chroma. */
guint idiom_format_texel(const IdiomFormat *format, guint plane);

/* Rows of @plane, and bytes in each, of a frame of this size. */
guint idiom_format_rows(const IdiomFormat *format, guint plane, guint height);
guint idiom_format_row_bytes(const IdiomFormat *format, guint plane, guint width);

#endif
