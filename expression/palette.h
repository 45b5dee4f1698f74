/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The colours that pictures are made of, and which of them a hand takes. */
#ifndef EXPRESSION_PALETTE_H
#define EXPRESSION_PALETTE_H

#include "hand.h"

typedef struct {
    Colour colours[HAND_PALETTE]; /* the darkest first */
    double shares[HAND_PALETTE];  /* of the area; their sum is 1 */
    guint n;
} Palette;

/* Clusters the colours of @n_pixels of R, G, B (k-means in CIE Lab); the same pixels give the same palette. */
Palette palette_of(const guint8 *rgb, gsize n_pixels);

/* Ink, paper, accent and palette. Ink and paper have a contrast of 7 or more. */
void hand_take_palette(Hand *hand, const Palette *palette);

#endif
