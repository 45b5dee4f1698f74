/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TAUGHT_H
#define TAUGHT_H

#include <idiom-unstable/ops.h>

/*
 * Distances between features of a student's and of its teacher's picture of the same crop, flat scalars. A teacher has
 * settled which form goes where, so its pictures are compared place by place, and its textures crop by crop: no term has
 * to hold on to the photo.
 *
 * @map, @wanted: planes of equal shape, the student's and the teacher's; the gradient is for @map alone
 */

/* |G - G'|^2 / |G'|^2 over all pictures of the batch (Frobenius), G their Gram matrices, not centred. */
IdiomTensor *taught_gram_distance(IdiomGraph *g, IdiomTensor *map, IdiomTensor *wanted);

/* Mean squared difference over the variance of all elements of @wanted. */
IdiomTensor *taught_feature_distance(IdiomGraph *g, IdiomTensor *map, IdiomTensor *wanted);

#endif
