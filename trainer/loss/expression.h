/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include <idiom-unstable/ops.h>

/*
 * The expression loss: text stays readable, and pictures are drawn with lines. Both look at luma alone. All results are
 * flat scalars with a gradient for @output alone; 0 is what is wanted.
 */

/*
 * Legibility at full (@scale 1) or half (2) resolution. Three signals are compared where there is text: the
 * differences to the right and to the lower neighbour (edges of glyphs), and luma less its average over a Gaussian of 2
 * pixels (local contrast). What matters is that the output has the content's contrast with the content's sign: an error
 * that makes contrast smaller, or that makes something of nothing, counts fully, one that makes it larger a quarter.
 * Colours, and brightness at large, are free.
 *
 * @content, @output: luma in 0..1, planes [n,1,h,w]
 * @mask: planes [n,1,h,w]: 1 at text, 0 elsewhere; pixels count by its square
 * Returns the mean over text of the weighted squared errors of the three; nearly 0 if no more than a thousandth of the
 * batch is text, 0 without any
 */
IdiomTensor *legibility_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *mask,
                             guint scale);

/*
 * Drawn lines. A difference of Gaussians of 1.25 and 2 pixels, softly thresholded, says where the content has contours
 * (as in XDoG: Winnemoeller, Kyprianidis and Olsen, Computers & Graphics 2012): on the darker side of an edge, and
 * on dark lines. There the same difference in the output shall be that of a dark line, and nowhere else negative.
 * Lines and the rest have equal weight, however many lines there are.
 *
 * @content, @output: luma in 0..1, planes [n,1,h,w]
 * Returns the sum of both parts' mean squared errors, in units of a line's depth: about 1 for a flat output
 */
IdiomTensor *line_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output);

#endif
