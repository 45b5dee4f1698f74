/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FILTERS_H
#define FILTERS_H

#include <idiom-unstable/ops.h>

/* Fixed linear filters of pictures, for losses. All are differentiable with respect to the picture. */

/* Rec. 601 luma of RGB planes [n,3,h,w]: [n,1,h,w]. */
IdiomTensor *luma_planes(IdiomGraph *g, IdiomTensor *picture);

/*
 * @x convolved with fixed kernels; edges are repeated, so that the size stays and flat pictures stay flat.
 * @kernels: OIHW [outputs,c,size,size], @size odd, c the channels of @x
 * @act: applied to the result
 */
IdiomTensor *filter(IdiomGraph *g, IdiomTensor *x, const float *kernels, guint outputs, guint size,
                    IdiomActivation act);

/* A Gaussian of @sigma pixels, cut off to @size x @size (odd), of sum @sum, added to @kernel [size,size]. */
void add_gaussian(float *kernel, guint size, double sigma, double sum);

#endif
