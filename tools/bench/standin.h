/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_BENCH_STANDIN_H
#define IDIOM_BENCH_STANDIN_H

#include <idiom-unstable/features.h>

/*
 * The layers of VGG and SqueezeNet 1.0 that the losses look at by default, with random weights: a training step with
 * them does the same work as with the real ones, which need not be at hand.
 */
IdiomFeatures *standin_features(IdiomDevice *device, GError **error);

#endif
