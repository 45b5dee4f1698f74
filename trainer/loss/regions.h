/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REGIONS_H
#define REGIONS_H

#include <idiom-unstable/ops.h>

/* Terms that know where the photo has what. */

/*
 * Chroma: mean absolute differences of neighbours in chroma (the two of Rec. 601), at averages over 2 and 8 pixels,
 * where the photo's colours do not change; where they do, less counts. With @taught, whose chroma may change where the
 * photo's does not, it counts less there, too.
 *
 * @content, @output, @taught (or NULL): RGB in 0..1, planes [n,3,h,w], sides at least 16
 * Returns a flat scalar with a gradient for @output alone
 */
IdiomTensor *chroma_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *taught);

/*
 * Where the colour of @picture (RGB, planes [n,3,h,w]) may be skin: planes [n,1,h,w], 0..1. An ellipse in the chroma plane
 * of Rec. 601, where skin of all tones lies close together (Hsu, Abdel-Mottaleb and Jain, IEEE TPAMI 2002), smoothed
 * over 7 pixels. Wood and sand look the same to it.
 */
IdiomTensor *skin_likelihood(IdiomGraph *g, IdiomTensor *picture);

#endif
