/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PAINT_H
#define PAINT_H

#include "media/picture.h"

/*
 * Looks that are drawn by rule and not after a painting: material for a network to learn from (idiom-train distill
 * --teacher FOLDER). What they draw follows from the photo and from noise that the network is shown too and that is
 * carried along with the scene, so the network can know it, and it is steady.
 */
typedef struct {
    const char *name, *help;
} PaintLook;

/* All looks, ended by one without name. */
const PaintLook *paint_looks(void);

/*
 * (transfer full): @photo in @look.
 * @x, @y: its place in the noise, see idiom_noise_offset()
 * @error: IDIOM_ERROR_ARGUMENT: no such look; the message lists them
 */
Picture *paint_picture(const char *look, const Picture *photo, int x, int y, GError **error);

/*
 * (transfer full): @photo with noise where it is flat, for a network to paint that draws nothing where nothing is: tiles,
 * blobs and strokes then lie as the noise has them.
 * @x, @y: as above; @hills, @strokes: how much of each channel there is, in units of light 0..100
 */
Picture *paint_ground(const Picture *photo, int x, int y, float hills, float strokes);

#endif
