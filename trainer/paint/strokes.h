/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STROKES_H
#define STROKES_H

#include "paint/field.h"

/*
 * Strokes of a brush that run along a picture's forms: channel 0 is how thick the paint is, -1..1, channel 1 how much
 * light falls on it from the upper left, around 0; channels 2 and 3 are cosine and sine of twice its angle. Where a stroke lies follows from the picture's own texture, as faint
 * as it may be: even a sky has some, and it moves with the scene. A picture without any has no strokes.
 * @width, @length: of a stroke in pixels
 */
Field *strokes_of(const Field *lab, float width, float length);

#endif
