/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_FEATURES_H
#define IDIOM_FEATURES_H

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * Feature networks: image classifiers whose inner layers tell how alike two pictures look. VGG16 and VGG19 (Simonyan
 * and Zisserman, arXiv 1409.1556) and SqueezeNet 1.0 (Iandola et al., arXiv 1602.07360), from safetensors files with
 * torchvision's tensor names. Files may hold only the first layers; several files add up.
 *
 * Layers are named
 *   vBC    VGG, after the ReLU of convolution C of block B: "v11", "v21", "v54"
 *   qN     SqueezeNet, output of torchvision's features.N: q0 (after its ReLU), q3, q4, q5, q7, q8, q9, q10, q12
 *   bL     the built-in features, level L: b1, b2, b3
 * with "@S" appended for the picture averaged over S x S pixels first, S at most 8: "v12@2".
 *
 * Used by one thread at a time.
 */
typedef struct IdiomFeatures IdiomFeatures;

/**
 * idiom_features_load:
 * @paths: @n_paths files
 * @error: as idiom_tensor_file_open() and idiom_tensor_file_read(); IDIOM_ERROR_FORMAT also for a file that is no
 *   feature network, or whose layers do not follow one another
 */
IdiomFeatures *idiom_features_load(const char *const *paths, guint n_paths, IdiomDevice *device,
                                   GError **error);

/**
 * idiom_features_builtin: features that need no file: a fixed bank of oriented filters at several scales, computed here,
 * always the same. Each level has 64 channels; level L has its picture's size over 2^(L-1). See model/filterbank.h.
 */
IdiomFeatures *idiom_features_builtin(IdiomDevice *device);

/** Layers of the built-in features that make good styles, and weights: "LAYER:WEIGHT,..." */
#define IDIOM_BUILTIN_STYLE_LAYERS "b1:6,b2:6,b3:3,b1@2:3,b2@2:3,b3@2:3"
#define IDIOM_BUILTIN_CONTENT_LAYERS "b1@2:2,b2@2:2"

void idiom_features_free(IdiomFeatures *features);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomFeatures, idiom_features_free)

/** idiom_features_check: whether @layer is a name as above and loaded. @error: IDIOM_ERROR_ARGUMENT. */
gboolean idiom_features_check(const IdiomFeatures *features, const char *layer, GError **error);

/** The features of one picture in one graph. Layers share what they have in common. */
typedef struct IdiomFeatureMaps IdiomFeatureMaps;

/**
 * idiom_feature_maps_new:
 * @features: kept by the caller, longer than the result
 * @picture: planes [n,3,h,w], RGB in 0..1
 *
 * Returns: (transfer full): to be freed before or after the graph; its tensors belong to the graph
 */
IdiomFeatureMaps *idiom_feature_maps_new(IdiomFeatures *features, IdiomGraph *graph, IdiomTensor *picture);
void idiom_feature_maps_free(IdiomFeatureMaps *maps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomFeatureMaps, idiom_feature_maps_free)

/**
 * idiom_feature_map: planes: the output of @layer for the picture. The network's weights are constants. A bad
 * @layer, or a picture too small for it, sets the graph's error.
 */
IdiomTensor *idiom_feature_map(IdiomFeatureMaps *maps, const char *layer);

G_END_DECLS

#endif
