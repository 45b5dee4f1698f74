/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_EXPRESSION_H
#define IDIOM_EXPRESSION_H

#include <idiom/error.h>

G_BEGIN_DECLS

/**
 * IdiomDrawing:
 *
 * A small picture with alpha that is shown over, or under, what a renderer paints: a caption, a bubble, a sticker. It does
 * not change, so that a renderer gives it to its device once; what moves is where it is placed, see IdiomSprite.
 * Reference counted, thread-safe.
 */
typedef struct IdiomDrawing IdiomDrawing;

/**
 * IDIOM_DRAWING_MAX_SIDE:
 *
 * Longest side of a drawing in pixels.
 */
#define IDIOM_DRAWING_MAX_SIDE 8192

/**
 * idiom_drawing_new: (skip)
 * @pixels: bytes of red, green, blue, alpha from the top left on, colours multiplied by alpha; copied
 * @width: in pixels, 1 to IDIOM_DRAWING_MAX_SIDE
 * @height: likewise
 * @stride: bytes from row to row, at least 4 @width
 * @error: IDIOM_ERROR_ARGUMENT, naming size and limit
 *
 * Returns: (transfer full): the drawing, or %NULL
 */
IDIOM_API IdiomDrawing *idiom_drawing_new(const guint8 *pixels, guint width, guint height, gsize stride,
                                          GError **error);

/**
 * idiom_drawing_ref: (skip)
 * @drawing: a drawing
 *
 * Returns: (transfer full): @drawing
 */
IDIOM_API IdiomDrawing *idiom_drawing_ref(IdiomDrawing *drawing);

/**
 * idiom_drawing_unref:
 * @drawing: (nullable): a drawing
 *
 * Gives up a reference.
 */
IDIOM_API void idiom_drawing_unref(IdiomDrawing *drawing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomDrawing, idiom_drawing_unref)

/**
 * idiom_drawing_size:
 * @drawing: a drawing
 * @width: (out): receives its width in pixels
 * @height: (out): and its height
 *
 * Tells how large a drawing is.
 */
IDIOM_API void idiom_drawing_size(const IdiomDrawing *drawing, guint *width, guint *height);

/**
 * IDIOM_MAX_SPRITES:
 *
 * Sprites in a frame.
 */
#define IDIOM_MAX_SPRITES 64

/**
 * IdiomSprite:
 * @drawing: what is shown; must stay until the frame has been sent
 * @x: place of the drawing's centre, in pixels of the frame
 * @y: likewise
 * @xx: pixels to the right in the frame for one to the right in the drawing
 * @xy: pixels to the right in the frame for one down in the drawing
 * @yx: pixels down in the frame for one to the right in the drawing
 * @yy: pixels down in the frame for one down in the drawing
 * @opacity: 0 to 1
 * @wobble: pixels of the drawing by which its lines sway, 0 for none
 * @phase: of the swaying, in radians; what changes from frame to frame moves
 *
 * A drawing in a frame. A matrix that cannot be inverted shows nothing.
 */
typedef struct {
    IdiomDrawing *drawing;
    double x, y;
    double xx, xy, yx, yy;
    double opacity;
    double wobble, phase;
} IdiomSprite;

/**
 * IDIOM_MAX_PALETTE:
 *
 * Colours of a palette.
 */
#define IDIOM_MAX_PALETTE 8

/**
 * IdiomPalette:
 * @ink: red, green, blue of lines, 0 to 1
 * @n_colours: 0 to IDIOM_MAX_PALETTE
 * @colours: red, green, blue of each, 0 to 1
 *
 * The colours that something is drawn in.
 */
typedef struct {
    float ink[3];
    guint n_colours;
    float colours[IDIOM_MAX_PALETTE][3];
} IdiomPalette;

/**
 * IDIOM_MAX_AREAS:
 *
 * Areas of a frame whose light is measured.
 */
#define IDIOM_MAX_AREAS 4

/**
 * IDIOM_MAX_POINTS:
 *
 * Points of a frame that are followed.
 */
#define IDIOM_MAX_POINTS 8

/**
 * IdiomArea:
 * @x: left side in pixels
 * @y: top in pixels
 * @width: in pixels
 * @height: in pixels
 *
 * A part of a frame.
 */
typedef struct {
    double x, y, width, height;
} IdiomArea;

/**
 * IdiomPoint:
 * @x: in pixels of the frame
 * @y: likewise
 * @radius: of the square around it that moves with it, in pixels
 *
 * A point that is followed as the scene moves.
 */
typedef struct {
    double x, y, radius;
} IdiomPoint;

/**
 * IdiomExpression:
 * @struct_size: bytes of this structure as the caller knows it
 * @sprites: (array length=n_sprites): the lowest one first
 * @n_sprites: 0 to IDIOM_MAX_SPRITES
 * @before: sprites are laid over the source, so that the style paints them; otherwise over what it has made
 * @alone: the frame is empty but for the sprites: for formats with alpha, in which it is transparent elsewhere, and black
 *   in others. What is measured and followed is the source's all the same.
 * @areas: (array length=n_areas): what lies under them is measured, before the sprites come over it
 * @n_areas: 0 to IDIOM_MAX_AREAS
 * @points: (array length=n_points): followed from the frame before to this one
 * @n_points: 0 to IDIOM_MAX_POINTS
 *
 * What a frame says besides what it shows. Start from IDIOM_EXPRESSION_INIT.
 */
typedef struct {
    gsize struct_size;
    const IdiomSprite *sprites;
    guint n_sprites;
    gboolean before;
    gboolean alone;
    const IdiomArea *areas;
    guint n_areas;
    const IdiomPoint *points;
    guint n_points;
} IdiomExpression;

/**
 * IDIOM_EXPRESSION_INIT:
 *
 * Initializer of an IdiomExpression that says nothing.
 */
#define IDIOM_EXPRESSION_INIT                                                                                \
    {                                                                                                        \
        .struct_size = sizeof(IdiomExpression)                                                               \
    }

/**
 * IdiomLight:
 * @mean: relative luminance as WCAG defines it, 0 to 1
 * @least: of the darkest pixel that was looked at
 * @most: of the lightest
 *
 * How light an area is.
 */
typedef struct {
    double mean, least, most;
} IdiomLight;

/**
 * IdiomMove:
 * @x: pixels to the right since the frame before
 * @y: pixels down
 * @sure: how far that is to be trusted, 0 (it is not known: @x and @y are 0) to 1
 *
 * How a point has moved.
 */
typedef struct {
    double x, y, sure;
} IdiomMove;

/**
 * IdiomObservation:
 * @struct_size: bytes of this structure as the caller knows it
 * @n_lights: areas that were measured
 * @lights: what was found there
 * @n_moves: points that were followed
 * @moves: what they did
 *
 * What was found in a frame, where its IdiomExpression asked for it.
 */
typedef struct {
    gsize struct_size;
    guint n_lights;
    IdiomLight lights[IDIOM_MAX_AREAS];
    guint n_moves;
    IdiomMove moves[IDIOM_MAX_POINTS];
} IdiomObservation;

/**
 * IDIOM_OBSERVATION_INIT:
 *
 * Initializer of an IdiomObservation.
 */
#define IDIOM_OBSERVATION_INIT                                                                               \
    {                                                                                                        \
        .struct_size = sizeof(IdiomObservation)                                                              \
    }

G_END_DECLS

#endif
