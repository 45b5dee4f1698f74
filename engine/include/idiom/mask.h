/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_MASK_H
#define IDIOM_MASK_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * IdiomMask:
 * @struct_size: bytes of this structure as the caller knows it
 * @pixels: the first row: one byte a pixel, 255 in the subject, 0 in the background, the rest between
 * @width: in pixels, 1 to 32767; any, whatever the frame's is
 * @height: in pixels, 1 to 32767
 * @stride: bytes from row to row, also negative
 *
 * Where the subject of a frame is, over all of the frame. The renderer brings it to about 192 pixels in a row, and from there
 * along the edges of the frame to the frame's size, softly: it need not be exact. Start from IDIOM_MASK_INIT.
 */
typedef struct {
    gsize struct_size;
    const guint8 *pixels;
    guint width;
    guint height;
    gssize stride;
} IdiomMask;

/**
 * IDIOM_MASK_INIT:
 *
 * Initializer of an IdiomMask.
 */
#define IDIOM_MASK_INIT                                                                                      \
    {                                                                                                        \
        .struct_size = sizeof(IdiomMask)                                                                     \
    }

G_END_DECLS

#endif
