/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_EVALUATE_H
#define IDIOM_EVALUATE_H

#include "picture.h"

#include <idiom/features.h>
#include <idiom/style.h>

/* Figures that say how much of a photo and how much of a style there is in a stylized picture. */
typedef struct {
    /*
     * Structural similarity of photo and output (Wang et al., IEEE TIP 2004): grey, windows of 7x7, mean over all
     * windows inside.
     */
    double ssim;
    /*
     * Distance of style: |G - S| / |S| (Frobenius), G and S the Gram matrices of picture and style, mean over the
     * style layers of each feature network; of the photo, and of the output. NaN without that network.
     */
    double vgg_photo, vgg_output, squeezenet_photo, squeezenet_output;
    /*
     * Regular patterns: mean absolute difference of neighbours, apart for the four phases of x (or y) modulo 4, largest
     * over smallest; 1 where there is no grid.
     */
    double phase_x, phase_y;
} IdiomScores;

/* What is measured against: Gram matrices of a style's picture. */
typedef struct IdiomEvaluation IdiomEvaluation;

/* @features: kept by the caller, longer than the result */
IdiomEvaluation *idiom_evaluation_new(IdiomDevice *device, IdiomFeatures *features,
                                      const IdiomPicture *reference, GError **error);
void idiom_evaluation_free(IdiomEvaluation *evaluation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomEvaluation, idiom_evaluation_free)

/* Both pictures have the same size, at least 16x16. */
gboolean idiom_evaluation_run(IdiomEvaluation *evaluation, const IdiomPicture *photo,
                              const IdiomPicture *output, IdiomScores *scores, GError **error);

#endif
