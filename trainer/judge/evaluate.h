/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_EVALUATE_H
#define IDIOM_EVALUATE_H

#include "loss/losses.h"
#include "media/picture.h"

/* Figures that say how much of a photo and how much of a style there is in a stylized picture. */
typedef enum {
    /*
     * Structural similarity of photo and output (Wang et al., IEEE TIP 2004): grey, mean over all windows inside.
     * Windows are boxes of 7x7, or 11x11 with Gaussian weights of deviation 1.5 as in the paper.
     */
    IDIOM_METRIC_SSIM,
    IDIOM_METRIC_SSIM_GAUSSIAN,
    /* The content term of losses.h: distance of features, layers weighted as in training. */
    IDIOM_METRIC_CONTENT,
    /*
     * Distance of style: |G - S| / |S| (Frobenius), G and S the Gram matrices of picture and style, mean over the
     * style layers of each feature network, or of the built-in features; of the photo, and of the output.
     */
    IDIOM_METRIC_VGG_PHOTO,
    IDIOM_METRIC_VGG_OUTPUT,
    IDIOM_METRIC_SQUEEZENET_PHOTO,
    IDIOM_METRIC_SQUEEZENET_OUTPUT,
    IDIOM_METRIC_BUILTIN_PHOTO,
    IDIOM_METRIC_BUILTIN_OUTPUT,
    /*
     * Regular patterns: mean absolute difference of neighbours, apart for the four phases of x (or y) modulo 4, largest
     * over smallest; 1 where there is no grid.
     */
    IDIOM_METRIC_PHASE_X,
    IDIOM_METRIC_PHASE_Y,
    IDIOM_N_METRICS,
} IdiomMetric;

/* Short and in one word: "ssim", "style-vgg", ... */
const char *idiom_metric_name(IdiomMetric metric);

/* NaN: could not be measured (no features of that network, no style to compare with). */
typedef struct {
    double value[IDIOM_N_METRICS];
} IdiomScores;

/* What is measured against: Gram matrices of a style. */
typedef struct IdiomEvaluation IdiomEvaluation;

/* The smallest side of a picture that can be measured. */
#define IDIOM_EVALUATION_MIN_SIDE 16

/*
 * @features: kept by the caller, longer than the result; NULL to measure without
 * @references: the style's pictures, pooled as in training (idiom_losses_add_style()); none: no distance of style
 */
IdiomEvaluation *idiom_evaluation_new(IdiomDevice *device, IdiomFeatures *features,
                                      const IdiomReference *references, guint n_references, GError **error);
void idiom_evaluation_free(IdiomEvaluation *evaluation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomEvaluation, idiom_evaluation_free)

/* Both pictures must have the same size. @error: IDIOM_ERROR_SHAPE where they have not, or are too small. */
gboolean idiom_evaluation_run(IdiomEvaluation *evaluation, const IdiomPicture *photo,
                              const IdiomPicture *output, IdiomScores *scores, GError **error);

#endif
