/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DISCRIMINATOR_H
#define DISCRIMINATOR_H

#include <idiom-unstable/graph.h>

/*
 * The patch discriminator learns to distinguish patches of the style's pictures from painted ones (PatchGAN:
 * Isola et al., arXiv 1611.07004). Three conv4x4 of stride 2 with 24, 48, 96 channels and leaky ReLU, one conv3x3 to a
 * logit per patch of 38 x 38 pixels and style. A paired one sees the photo beside what was made of it, and has 32, 64,
 * 128 channels: with a teacher, that a stroke looks like the style's is not enough, it must be where the teacher puts one.
 * Weights are spectrally normalized (Miyato et al., arXiv 1802.05957), so
 * that its slope stays bounded and the generator always has something to follow; no other normalization.
 */

/*
 * Adds the parameters with values to start from; the same seed gives the same values.
 * @params: receives weights and biases, which are to be optimized
 * @spectral: receives the vectors of the power iteration, which change with every run of a program in which the
 *   discriminator is trained, and belong to the state of a training
 * @styles: number of styles, at least 1
 * @paired: whether it sees photos, too
 */
void discriminator_declare(IdiomParams *params, IdiomParams *spectral, guint styles, gboolean paired,
                           guint64 seed);

/* Number of inner layers. */
#define DISCRIMINATOR_MAPS 3

/*
 * @params, @spectral: as declared
 * @picture: planes [n,3,h,w], RGB in 0..1, h and w at least 16
 * @photo: of @picture's shape: what it was made of; NULL unless paired
 * @mix: flat [1,styles,1,1]: 1 for the style that the patches should have and 0 for the others; NULL where
 *   there is one style
 * @trainable: the weights get gradients, and each run of the program begins with a step of the power iteration, one
 *   for however many times the discriminator stands in the graph. Otherwise all parameters are constants: after they
 *   have changed, idiom_program_refresh().
 * @maps: NULL, or receives what the inner layers yield: planes [n,c,h/2,w/2], [n,2c,h/4,w/4], [n,4c,h/8,w/8]
 * Returns: logits [n,1,h/8,w/8], high where the patch is taken for the style's
 */
IdiomTensor *discriminator_build(IdiomGraph *g, IdiomParams *params, IdiomParams *spectral,
                                 IdiomTensor *picture, IdiomTensor *photo, IdiomTensor *mix,
                                 gboolean trainable, IdiomTensor *maps[DISCRIMINATOR_MAPS]);

/*
 * What discriminator and generator make small, with D the logits on the style's patches (real) or on painted ones
 * (fake). Where D is 0, the slopes are 1 (hinge, lsgan) and 1/2 (bce).
 *
 *                       real               fake               generator
 * @GAN_HINGE  max(0, 1 - D)      max(0, 1 + D)      -D                 Lim and Ye, arXiv 1705.02894
 * @GAN_BCE    log(1 + exp(-D))   log(1 + exp(D))    log(1 + exp(-D))   Goodfellow et al., arXiv 1406.2661, the
 *                                                                            generator's in the non-saturating form
 * @GAN_LSGAN  (D - 1)^2 / 2      (D + 1)^2 / 2      (D - 1)^2 / 2      Mao et al., arXiv 1611.04076
 */
typedef enum {
    GAN_HINGE,
    GAN_BCE,
    GAN_LSGAN,
} Gan;

/* "hinge", "bce", "lsgan" */
const char *gan_name(Gan gan);
/* FALSE if no kind has that @name. */
gboolean gan_from_name(const char *name, Gan *gan);

/* The discriminator's loss, in two parts to be added: means over all patches of @logits. */
IdiomTensor *discriminator_loss_real(IdiomGraph *g, Gan gan, IdiomTensor *logits);
IdiomTensor *discriminator_loss_fake(IdiomGraph *g, Gan gan, IdiomTensor *logits);

/*
 * How well the discriminator does, a flat scalar: half the difference of mean tanh D on the style's patches and on
 * painted ones. 1 where it is sure and right, 0 where it knows nothing, -1 where it is fooled. No gradient is meant.
 */
IdiomTensor *discriminator_winning(IdiomGraph *g, IdiomTensor *real_logits, IdiomTensor *fake_logits);

/* The generator's loss: mean over all patches of @logits. */
IdiomTensor *adversarial_loss(IdiomGraph *g, Gan gan, IdiomTensor *logits);

/*
 * Feature matching (Salimans et al., arXiv 1606.03498), with the statistics that make a style: how far painted pictures
 * are from the style's in the means m and covariances C of the discriminator's inner layers; 0 where these agree. Mean
 * over layers and pictures of (|m - m'|^2 / tr C' + |C - C'|^2 / |C'|^2) / 2 (Frobenius, ' for the style's). Pictures
 * are compared in pairs: over many batches that is as good as with the average of the style.
 *
 * @painted: maps of a discriminator that is not trainable; the gradient goes to its picture
 * @real: maps of the same for pictures of the style, equally many and of equal size; no gradient
 */
IdiomTensor *discriminator_feature_loss(IdiomGraph *g, IdiomTensor *const painted[DISCRIMINATOR_MAPS],
                                        IdiomTensor *const real[DISCRIMINATOR_MAPS]);

#endif
