/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_REFERENCE_H
#define IDIOM_REFERENCE_H

#include <idiom/device.h>
#include <idiom/style.h>

G_BEGIN_DECLS

/**
 * IDIOM_STYLE_ANY:
 *
 * Name of the installed style that reads its style from pictures.
 */
#define IDIOM_STYLE_ANY "any"

/**
 * IDIOM_REFERENCE_MIN_SIDE:
 *
 * Pixels of a side; a smaller picture shows no manner.
 */
#define IDIOM_REFERENCE_MIN_SIDE 16

/**
 * IDIOM_REFERENCE_MAX_SIDE:
 *
 * Pixels of a side.
 */
#define IDIOM_REFERENCE_MAX_SIDE 16384

/**
 * IdiomReference:
 * @struct_size: size of this structure, as the caller knows it; set by IDIOM_REFERENCE_INIT
 * @pixels: R, G and B of a picture, a byte each, rows from top to bottom
 * @width: pixels, IDIOM_REFERENCE_MIN_SIDE to IDIOM_REFERENCE_MAX_SIDE
 * @height: pixels, likewise
 * @stride: bytes from row to row, at least 3 * @width
 * @weight: share among several pictures: a number above 0; only ratios count
 *
 * A picture whose manner and colours are wanted.
 */
typedef struct {
    gsize struct_size;
    const guint8 *pixels;
    guint width, height;
    gsize stride;
    double weight;
} IdiomReference;

/**
 * IDIOM_REFERENCE_INIT:
 *
 * Initializer of an IdiomReference: weight 1.
 */
#define IDIOM_REFERENCE_INIT                                                                                 \
    {                                                                                                        \
        .struct_size = sizeof(IdiomReference), .weight = 1                                                   \
    }

/**
 * idiom_style_read: (skip)
 * @style: one that reads, such as IDIOM_STYLE_ANY
 * @device: on which the pictures are looked at; frames may be rendered there meanwhile
 * @references: (array length=count): pictures to take the manner and colours from
 * @count: of them, at least 1
 * @name: of the new style: no comma, no control characters, 1 to 64 bytes
 * @error: IDIOM_ERROR_ARGUMENT for a @style that does not read, a picture of a size out of range, a weight or a name that
 *   cannot be; IDIOM_ERROR_MEMORY, IDIOM_ERROR_VULKAN, IDIOM_ERROR_DEVICE_LOST
 *
 * Reads a style off pictures that it was never trained on: the scales and shifts of the network's norms are a blend of
 * those that it learned, as the pictures' texture says, and its last convolution takes the colours to theirs. The result
 * is an ordinary style, as fast as any other of its size. Takes about a second; thread-safe.
 *
 * Returns: (transfer full): a style, or %NULL
 */
IDIOM_API IdiomStyle *idiom_style_read(const IdiomStyle *style, IdiomDevice *device,
                                       const IdiomReference *references, guint count, const char *name,
                                       GError **error);

G_END_DECLS

#endif
