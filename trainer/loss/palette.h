/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PALETTE_H
#define PALETTE_H

#include <idiom-unstable/ops.h>

/*
 * The palette: which colours there are and how many of each, wherever they lie. Colours are projected on 13 directions of
 * CIE L*a*b* (axes, diagonals of planes and of the cube), and along each the share of pixels below 16 thresholds,
 * 10 units apart, is counted softly: cumulative histograms. Two palettes are as far apart as these are (a sliced
 * Cramer distance; the sliced Wasserstein distance takes the absolute value in place of the square). Unlike that of
 * histograms, the slope does not vanish where colours are far off.
 */

/* Directions and thresholds: channels of palette_map(). */
#define PALETTE_DIRECTIONS 13
#define PALETTE_STEPS 16
#define PALETTE_CHANNELS (PALETTE_DIRECTIONS * PALETTE_STEPS)

/* Direction number @index: a unit vector in (L*, a*, b*). */
void palette_direction(guint index, double direction[3]);

/*
 * @picture: RGB in 0..1, planes [n,3,h,w], sides even
 * Returns planes [n,PALETTE_CHANNELS,h/2,w/2]: for each direction and threshold whether the colour, averaged over 2 x 2
 * pixels, lies below, softly 0..1. Its mean over the picture is the palette. L*a*b* is that of the CIE but near black,
 * where its cube root begins smoothly.
 */
IdiomTensor *palette_map(IdiomGraph *g, IdiomTensor *picture);

/*
 * @palette, @wanted: planes [n,PALETTE_CHANNELS,1,1]; @wanted of one picture or as many; the gradient is for @palette
 * Returns the sum of squared differences over the thresholds, mean over directions and pictures (flat scalar): 0 where
 * the palettes agree, 0.13 where all are lighter by 10 units
 */
IdiomTensor *palette_distance(IdiomGraph *g, IdiomTensor *palette, IdiomTensor *wanted);

#endif
