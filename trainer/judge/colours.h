/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COLOURS_H
#define COLOURS_H

#include "loss/palette.h"
#include "media/picture.h"

/* Which colours a picture has, in CIE L*a*b* (sRGB, white D65), wherever they lie. */

#define COLOURS_BINS 320 /* of one unit, from -160 on */
#define COLOURS_HUES 24  /* of 15 degrees */

typedef struct {
    double below[PALETTE_DIRECTIONS]
                [COLOURS_BINS]; /* share of pixels up to each bin, along palette_direction() */
    double hues[COLOURS_HUES];  /* of sum 1, each pixel counting by its chroma; all 0 in a grey picture */
    double yellow;              /* the 99th percentile of b*: the brightest yellow */
} Colours;

/* CIE L*, a*, b* of a pixel. */
void colours_lab(const guint8 rgb[3], double lab[3]);

void colours_measure(const Picture *picture, Colours *colours);

/* Adds @weight times @colours to @sum, which starts with zeros: of several pictures, with weights of sum 1. */
void colours_add(Colours *sum, const Colours *colours, double weight);

/*
 * How far the colours of one have to move to be those of the other, in units of L*a*b*: the sliced Wasserstein distance, mean
 * over palette_direction().
 */
double colours_palette_distance(const Colours *a, const Colours *b);

/* How much of the hues is not common to both: 0 to 1; NaN where one has no hue. */
double colours_hue_distance(const Colours *a, const Colours *b);

#endif
