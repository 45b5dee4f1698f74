/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_DISCRIMINATOR_H
#define IDIOM_DISCRIMINATOR_H

#include <idiom/graph.h>

/*
 * The patch discriminator: tells patches of the style's pictures from patches that the generator painted (PatchGAN:
 * Isola et al., arXiv 1611.07004). Three conv4x4 of stride 2 with 24, 48, 96 channels and leaky ReLU, one conv3x3 to a
 * logit per patch; no normalization.
 */

/* Adds the parameters with values to start from; the same seed gives the same values. */
void idiom_discriminator_declare(IdiomParams *params, guint64 seed);

/*
 * @picture: planes [n,3,h,w], RGB in 0..1, h and w at least 16
 * Returns: logits [n,1,h/8,w/8], high where the patch is taken for the painter's
 */
IdiomTensor *idiom_discriminator_build(IdiomGraph *g, IdiomParams *params, IdiomTensor *picture,
                                       gboolean trainable);

/*
 * The discriminator's hinge loss (Lim and Ye, arXiv 1705.02894), in two parts to be added: mean max(0, 1 - D) over
 * the style's patches and mean max(0, 1 + D) over painted ones. Both are 1 where it knows nothing, 0 where it is sure.
 */
IdiomTensor *idiom_discriminator_loss_real(IdiomGraph *g, IdiomTensor *logits);
IdiomTensor *idiom_discriminator_loss_fake(IdiomGraph *g, IdiomTensor *logits);

/* What the generator wants small: -mean D. */
IdiomTensor *idiom_adversarial_loss(IdiomGraph *g, IdiomTensor *logits);

#endif
