/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_FILTERBANK_H
#define IDIOM_FILTERBANK_H

#include <idiom-unstable/graph.h>

/*
 * The built-in features: a fixed network of oriented filters, whose weights are computed here, so that styles can be
 * trained with no file at hand. That Gram matrices of filters which nobody trained describe textures well, if there are
 * several scales, is due to Ustyuzhaninov et al., arXiv 1606.00021; rectified and averaged responses that are filtered
 * again, to Mallat's scattering (Bruna and Mallat, arXiv 1203.1513).
 *
 *   level 0  7x7 on the colours as an opponent system (brightness, two of hue): edges and lines of brightness in eight
 *            orientations, edges of hue in four, spots and averages of all three; each in both signs, rectified
 *   level 1  averages over 2x2 of level 0, 3x3: each channel combines a few of those at random, rectified: corners,
 *            curves, ends, edges of one hue beside lines of brightness
 *   level 2  the same again on level 1
 *
 * All responses have mean 0 and deviation 1 before rectification on a synthetic scene (dead leaves: discs of random
 * size, place and colour, which have the statistics of photographs; Lee, Mumford, Huang, IJCV 2001), so that no channel
 * outweighs the others. Level l's convolution pads by half its kernel.
 */
#define IDIOM_FILTER_BANK_LEVELS 3
#define IDIOM_FILTER_BANK_KERNEL(level) ((level) ? 3u : 7u) /* pixels a side */

/* Declares "bank.<level>.weight" and ".bias" in @params. Takes some tenths of a second. */
void idiom_filter_bank_declare(IdiomParams *params);

#endif
