/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SEPARATE_H
#define SEPARATE_H

#include "media/picture.h"

#include <idiom/device.h>

/*
 * How well painted pictures pass for the style's: a discriminator that has had no part in the training learns, from
 * scratch, to distinguish the two kinds, and is then tested on pictures it has not seen (a classifier two-sample test:
 * Lopez-Paz and Oquab, arXiv 1610.06545). Half right is chance. Only to be compared between
 * runs with the same references, number of steps and sizes.
 */

/* Pixels a side of the crops. */
#define SEPARATION_CROP 64

typedef struct {
    double
        patches; /* share of patches (38 x 38 pixels) classified correctly, references and outputs counting half each */
    double crops;      /* the same of whole crops, by the mean over their patches */
    double references; /* of the reference crops alone, */
    double outputs;    /* and of the outputs' */
    double seen;       /* as crops, but of the pictures learned from: what is above comes from lack of data */
} Separation;

/*
 * @references, @outputs: (element-type Picture): pictures of the style and painted ones, in the sizes in which
 *   they are to be compared. Of four or more every fourth picture is held back for the question; of fewer, the last
 *   third of each, along its longer side.
 * @steps: steps of learning, each with eight crops of either kind; a few hundred are enough
 * @seed: the same seed and pictures give the same result on the same device
 * @error: IDIOM_ERROR_ARGUMENT: no picture, or one that is too small: 64 x 64 pixels are needed, 192 x 64 where parts
 *   are held back; or an error of the device
 *
 * 300 steps take a minute on two CPU cores.
 */
gboolean separation_run(IdiomDevice *device, const GPtrArray *references, const GPtrArray *outputs,
                        guint steps, guint64 seed, Separation *result, GError **error);

#endif
