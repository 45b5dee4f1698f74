/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Places of cells in the field of noise, as displacements from where the cells are themselves. Each octave of the field
 * repeats after ROUND cells, so that displacements need not grow.
 */
#ifndef PLACES_GLSL
#define PLACES_GLSL

const float CELL = 4.0; /* pixels of the picture: IDIOM_NOISE_CELL */
const float ROUND = 2048.0;

vec2 unwound(vec2 v)
{
    return v - ROUND * round(v / ROUND);
}

#endif
