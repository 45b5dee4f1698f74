/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STROKES_H
#define STROKES_H

#include "paint/field.h"

/*
 * Strokes of a brush: channel 0 is how thick the paint is, -1..1, channel 1 how much light falls on it from the upper
 * left, around 0; channels 2 and 3 are cosine and sine of twice its angle. Where a stroke lies follows from a texture,
 * as faint as it may be: a photo's own, which even a sky has, or noise that is carried along with the scene.
 * Without any there are no strokes.
 * @texture: channel 0 is used; @flow: which way they run, see flow_of(); @width, @length: of a stroke in pixels
 */
Field *strokes_along(const Field *texture, const Field *flow, float width, float length);

#endif
