/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STROKES_H
#define STROKES_H

#include "paint/field.h"

/*
 * Strokes of a brush: channel 0 is how thick the paint is, -1..1, channel 1 how much light falls on it from the upper
 * left, around 0. Where a stroke lies follows from a texture, as faint as it may be; without any there are no strokes.
 * @texture: channel 0 is used; @flow: which way they run, see flow_of(); @width, @length: of a stroke in pixels
 */
Field *strokes_along(const Field *texture, const Field *flow, float width, float length);

/* Writes the light of channel 1 anew, as the thickness of channel 0 has it. */
void strokes_light(Field *strokes);

#endif
