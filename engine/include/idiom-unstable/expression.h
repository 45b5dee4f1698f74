/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_UNSTABLE_EXPRESSION_H
#define IDIOM_UNSTABLE_EXPRESSION_H

#include <idiom/expression.h>

#include <idiom-unstable/temporal.h>
#include <idiom-unstable/video.h>

G_BEGIN_DECLS

/** idiom_overlay_words: how many an idiom_overlay()'s table has for @frame. */
guint idiom_overlay_words(const IdiomFrame *frame);

/**
 * idiom_overlay_fill: makes @table, of idiom_overlay_words(), say what is laid over a frame.
 * @addresses: of each sprite's drawing's pixels on the device, four bytes each
 * @n: 0 to IDIOM_MAX_SPRITES
 * @alone: the frame is emptied first
 */
void idiom_overlay_fill(guint32 *table, const IdiomSprite *sprites, const guint64 *addresses, guint n,
                        gboolean alone, const IdiomFrame *frame);

/**
 * idiom_overlay:
 * @bytes: bytes tensor of idiom_frame_shape()
 * @table: flat, idiom_overlay_words(), by idiom_overlay_fill()
 *
 * Lays sprites over @bytes, which is changed in place. Formats with alpha become as opaque as the sprites are.
 */
void idiom_overlay(IdiomGraph *g, IdiomTensor *bytes, IdiomTensor *table, const IdiomFrame *frame);

/** Cells of an area for idiom_gauge(), from left to right and from top to bottom. */
#define IDIOM_GAUGE_COLUMNS 8
#define IDIOM_GAUGE_ROWS 4
#define IDIOM_GAUGE_CELLS (IDIOM_GAUGE_COLUMNS * IDIOM_GAUGE_ROWS)

/**
 * idiom_gauge:
 * @bytes: bytes tensor of idiom_frame_shape()
 * @areas: flat [1,1,n,4]: x, y, width, height in pixels
 *
 * Flat [1,n,IDIOM_GAUGE_CELLS,4]: mean, least and greatest luminance of 3x3 pixels in each cell of each area, and 0.
 */
IdiomTensor *idiom_gauge(IdiomGraph *g, IdiomTensor *bytes, IdiomTensor *areas, const IdiomFrame *frame);

/**
 * idiom_follow:
 * @points: flat [1,1,n,4]: x, y, radius in pixels of the picture, and anything
 *
 * Flat [1,1,n,4]: how far each point has moved to the right and down since the last picture, in pixels, how far that is to
 * be trusted, 0 to 1, and 0.
 */
IdiomTensor *idiom_follow(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *points);

/**
 * idiom_contour:
 * @picture: planes [1,3,h,w]
 * @history: planes [1,1,h,w]: the last result
 *
 * Planes [1,1,h,w]: where a pen would draw contours, 0 to 1. Steady where the picture hardly changes. No gradient.
 */
IdiomTensor *idiom_contour(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *history);

/** Elements of idiom_sketch()'s amounts: line, tones, colours of the palette, ink (3), 2 free, palette (3 each). */
#define IDIOM_SKETCH_AMOUNTS (8 + 3 * IDIOM_MAX_PALETTE)

/**
 * idiom_sketch:
 * @picture: planes [1,3,h,w]
 * @contour: planes [1,1,h,w]
 * @amounts: flat, IDIOM_SKETCH_AMOUNTS
 *
 * Planes [1,3,h,w]: @picture with its tones drawn towards the palette's, or without one towards five levels of luma, and
 * contours in ink. No gradient.
 */
IdiomTensor *idiom_sketch(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *contour, IdiomTensor *amounts);

G_END_DECLS

#endif
