/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_GENERATOR_H
#define IDIOM_GENERATOR_H

#include <idiom-unstable/graph.h>
#include <idiom-unstable/noise.h>

G_BEGIN_DECLS

/**
 * The generator: the network that turns a picture into its stylized self. A quarter of the resolution does
 * the work: pixel unshuffle by 4, conv3x3, residual blocks of two conv3x3 with conditional instance norm, and
 * a tail that comes back to full resolution and sees the picture once more. Feed-forward style transfer after
 * Johnson et al. (arXiv 1603.08155), many styles in one network after Dumoulin et al. (arXiv 1610.07629),
 * upsampling before convolution after Odena et al. (distill.pub/2016/deconv-checkerboard). It may see noise beside the
 * picture, to paint from where the picture is flat: see idiom-unstable/noise.h.
 */

/**
 * IdiomTail: from quarter to full resolution. All end with a conv3x3 that also sees the picture.
 * @IDIOM_TAIL_NNX: twice the size by nearest neighbour, conv3x3, twice by nearest neighbour
 * @IDIOM_TAIL_BHX: twice the size bilinear, conv3x3, conv3x3, twice bilinear: fewer regular patterns; the
 * default
 */
typedef enum {
    IDIOM_TAIL_NNX,
    IDIOM_TAIL_BHX,
} IdiomTail;

#define IDIOM_GENERATOR_MAX_CHANNELS 512
#define IDIOM_GENERATOR_MAX_BLOCKS 64
#define IDIOM_GENERATOR_MAX_STYLES 64
/** Layer that makes the picture: its three channels go through tanh and to 0..1. */
#define IDIOM_GENERATOR_LAST "out2"

/** Architecture of a generator. */
typedef struct {
    guint channels; /**< at quarter resolution; 1..512 */
    guint blocks;   /**< residual blocks; 0..64 */
    guint mid;      /**< channels at half resolution; 1..512 */
    IdiomTail tail;
    guint styles; /**< rows of each instance norm's scale and shift; 1..64 */
    guint noise;  /**< channels of noise beside the picture: 0 or IDIOM_NOISE_CHANNELS */
} IdiomGeneratorConfig;

/**
 * idiom_generator_preset:
 * @size: "nano" (1.8 GFLOP for a picture of 640x360), "small" (3.6) or "base" (14.8)
 * @styles: number of styles
 * @config: receives the architecture, without noise
 * @error: IDIOM_ERROR_ARGUMENT
 */
gboolean idiom_generator_preset(const char *size, guint styles, IdiomGeneratorConfig *config, GError **error);

/** idiom_generator_check: whether all fields are in range. @error: IDIOM_ERROR_ARGUMENT, naming field and limit. */
gboolean idiom_generator_check(const IdiomGeneratorConfig *config, GError **error);

/** idiom_tail_name, idiom_tail_from_name: "nnx", "bhx"; FALSE for an unknown name. */
const char *idiom_tail_name(IdiomTail tail);
gboolean idiom_tail_from_name(const char *name, IdiomTail *tail);

/**
 * A parameter: weights have the shape OIHW, biases [1,o,1,1], norm scales and shifts [styles,c,1,1]. Before
 * training its values are uniform in start - spread .. start + spread.
 */
typedef struct {
    char *name;
    IdiomShape shape;
    double start, spread;
} IdiomGeneratorTensor;

/**
 * idiom_generator_tensors: (transfer full): array of IdiomGeneratorTensor, all parameters of @config in the
 * order in which they are declared; free with g_array_unref(). Convolutions before an instance norm have no
 * bias: it would have no influence.
 */
GArray *idiom_generator_tensors(const IdiomGeneratorConfig *config);

/**
 * idiom_generator_declare: adds all parameters to @params with values to start a training from: weights and
 * biases uniform within 1 / sqrt(inputs of a sum), norm scales 1, shifts 0. The same @seed gives the same values
 * everywhere.
 */
void idiom_generator_declare(IdiomParams *params, const IdiomGeneratorConfig *config, guint32 seed);

/**
 * idiom_generator_build:
 * @params: with the parameters of @config
 * @picture: planes [n,3,h,w], RGB in 0..1, any size
 * @mix: flat [1 or n,styles,1,1], weight of each style; NULL where styles is 1
 * @noise: planes [n,config->noise,ceil(h/4),ceil(w/4)], a cell of the field for every 4x4 pixels; NULL: the field's cells
 *   from (0, 0) on. Not looked at where config->noise is 0.
 * @keep: flat scalar: share of the last run's statistics in those of the instance norms, see idiom_instance_norm(); NULL:
 *   none, and nothing is kept
 * @trainable: see idiom_graph_param()
 *
 * Sizes that are not multiples of 4 are mirrored up to the next one and cut again.
 *
 * Returns: planes [n,3,h,w], RGB in 0..1
 */
IdiomTensor *idiom_generator_build(IdiomGraph *graph, IdiomParams *params, const IdiomGeneratorConfig *config,
                                   IdiomTensor *picture, IdiomTensor *noise, IdiomTensor *mix,
                                   IdiomTensor *keep, gboolean trainable);

G_END_DECLS

#endif
