/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "loss/losses.h"
#include "media/picture.h"

/* Figures that say how much of a photo and how much of a style there is in a stylized picture. */
typedef enum {
    /*
     * Structural similarity of photo and output (Wang et al., IEEE TIP 2004): grey, mean over all windows inside.
     * Windows are boxes of 7x7, or 11x11 with Gaussian weights of deviation 1.5 as in the paper.
     */
    METRIC_SSIM,
    METRIC_SSIM_GAUSSIAN,
    /* The first where the photo's colour may be skin (skin_likelihood() of regions.h): faces and hands. NaN where hardly any is. */
    METRIC_SSIM_SKIN,
    /* The content term of losses.h: distance of features, layers weighted as in training. */
    METRIC_CONTENT,
    /*
     * Distance of style: |G - S| / |S| (Frobenius), G and S the Gram matrices of picture and style, mean over the
     * style layers of each feature network, or of the built-in features; of the photo, and of the output.
     */
    METRIC_VGG_PHOTO,
    METRIC_VGG_OUTPUT,
    METRIC_SQUEEZENET_PHOTO,
    METRIC_SQUEEZENET_OUTPUT,
    METRIC_BUILTIN_PHOTO,
    METRIC_BUILTIN_OUTPUT,
    /*
     * Regular patterns: mean absolute difference of neighbours, apart for the four phases of x (or y) modulo 4, largest
     * over smallest; 1 where there is no grid.
     */
    METRIC_PHASE_X,
    METRIC_PHASE_Y,
    /* The look, of look.h; evaluation_run() leaves these out. */
    METRIC_FLAT_PHOTO,
    METRIC_FLAT_OUTPUT,
    METRIC_FORMS_PHOTO,
    METRIC_FORMS_OUTPUT,
    METRIC_WAVE,
    METRIC_YELLOW_STYLE,
    METRIC_YELLOW_PHOTO,
    METRIC_YELLOW_OUTPUT,
    METRIC_PALETTE_PHOTO,
    METRIC_PALETTE_OUTPUT,
    METRIC_HUE_PHOTO,
    METRIC_HUE_OUTPUT,
    METRIC_CHROMA_PHOTO,
    METRIC_CHROMA_OUTPUT,
    METRIC_RINGS,
    N_METRICS,
} Metric;

/* Short and in one word: "ssim", "style-vgg", ... */
const char *metric_name(Metric metric);

/* NaN: could not be measured (no features of that network, no style to compare with). */
typedef struct {
    double value[N_METRICS];
} Scores;

/* What is measured against: Gram matrices of a style. */
typedef struct Evaluation Evaluation;

/* The smallest side of a picture that can be measured. */
#define EVALUATION_MIN_SIDE 16

/*
 * @features: kept by the caller, longer than the result; NULL to measure without
 * @references: the style's pictures, pooled as in training (losses_add_style()); none: no distance of style
 */
Evaluation *evaluation_new(IdiomDevice *device, IdiomFeatures *features, const Reference *references,
                           guint n_references, GError **error);
void evaluation_free(Evaluation *evaluation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evaluation, evaluation_free)

/* Both pictures must have the same size. @error: IDIOM_ERROR_SHAPE where they have not, or are too small. */
gboolean evaluation_run(Evaluation *evaluation, const Picture *photo, const Picture *output, Scores *scores,
                        GError **error);

#endif
