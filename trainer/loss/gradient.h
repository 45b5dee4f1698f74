/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef GRADIENT_H
#define GRADIENT_H

#include <idiom-unstable/ops.h>

/* The gradient-domain loss, of luma: edges of the content survive, and gradients are distributed like those of strokes. */

/*
 * Edges at full (@scale 1) or half (2) resolution: how much the component of the output's gradient along the
 * content's falls short of it. One-sided, so that an edge may become stronger and strokes may be added where the
 * content is flat or across its gradient; what is lost or inverted costs.
 *
 * @content, @output: luma, planes [n,1,h,w]; the gradient is for @output alone
 * Returns mean squared shortfall over mean squared gradient of the content (flat scalar): 0 for the content itself, 1
 * for a flat output, more where edges are inverted
 */
IdiomTensor *edge_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, guint scale);

/* Scales of stroke_map(): the picture averaged over 1, 2, and 4 pixels. */
#define STROKE_SCALES 3

/*
 * What strokes look like at scale number @index: gradients in eight directions, each cut off at zero, averaged
 * over cells of 4 x 4 pixels (a histogram of oriented gradients: Dalal and Triggs, CVPR 2005).
 * Their mean says how strong gradients are, their covariance how unevenly they lie and which directions go together:
 * a stroke has opposite gradients on its two sides and none along it, over the length of a cell; grain has every
 * direction in every cell, and hardly any covariance. So their Gram matrices are made alike, as of features.
 *
 * @luma: planes [n,1,h,w], h and w at least 16
 * Returns: planes [n,8,h',w']
 */
IdiomTensor *stroke_map(IdiomGraph *g, IdiomTensor *luma, guint index);

#endif
