/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reads a style off pictures, for those who train it; idiom/reference.h has the rest. */
#ifndef IDIOM_READER_H
#define IDIOM_READER_H

#include <idiom-unstable/generator.h>
#include <idiom/reference.h>

G_BEGIN_DECLS

/**
 * A style file that reads has, beside the generator's, three tensors, and "reader": "1" in its metadata:
 *
 * reader.weight   [styles, IDIOM_READER_FEATURES, 1, 1]
 * reader.bias     [1, styles, 1, 1]: what a picture's features are multiplied by, and what is added: the softmax of the
 *                 result is how much of each of the file's styles is in the picture
 * reader.colours  [styles, 12, 1, 1]: of the pictures that each style makes: mean of the logits of R, G and B, and their
 *                 covariance, row by row
 */
#define IDIOM_READER_WEIGHT "reader.weight"
#define IDIOM_READER_BIAS "reader.bias"
#define IDIOM_READER_COLOURS "reader.colours"
#define IDIOM_READER_COLOUR_VALUES 12

/** Layers of the built-in features, and for each of their channels mean and deviation. */
#define IDIOM_READER_FEATURES (6 * 64 * 2)

/**
 * What looks at pictures: keeps what the last one needed for the next one of that size. Used by one thread at a time.
 */
typedef struct IdiomDescriber IdiomDescriber;

IdiomDescriber *idiom_describer_new(IdiomDevice *device);
void idiom_describer_free(IdiomDescriber *describer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomDescriber, idiom_describer_free)

/**
 * idiom_describer_run:
 * @reference: of any size; its weight does not matter
 * @features: receives IDIOM_READER_FEATURES numbers: how strong and how uneven the built-in features (see features.h) of the
 *   picture's brightness are, at a shorter side of 192 pixels, as logarithms. Brightness is taken to mean 0.5 and deviation
 *   0.2 before, so that a texture is the same in all colours.
 * @error: as idiom_program_new(), idiom_program_run()
 */
gboolean idiom_describer_run(IdiomDescriber *describer, const IdiomReference *reference, float *features,
                             GError **error);

/** idiom_reader_colours: the row of reader.colours for a picture: IDIOM_READER_COLOUR_VALUES numbers. */
void idiom_reader_colours(const IdiomReference *reference, float *values);

G_END_DECLS

#endif
