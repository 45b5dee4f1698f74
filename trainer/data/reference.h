/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "media/picture.h"

/* What is wrong with a picture that a style should be learned from. */
typedef struct {
    double noise;  /* standard deviation in the flattest parts, of 255 */
    double blocks; /* how much larger steps are at the borders of JPEG's 8x8 blocks than elsewhere, of 255 */
} Flaws;

/* @picture: as it comes from its file: scaling blurs noise and hides blocks. */
Flaws picture_flaws(const Picture *picture);

/*
 * A copy of @picture without noise of deviation @sigma (of 255): non-local means (Buades, Coll, Morel, CVPR 2005), which
 * keeps strokes because they are found again elsewhere in the picture.
 */
Picture *picture_clean(const Picture *picture, double sigma);

/*
 * Reads a picture to learn a style from, with @side pixels on its shorter side. One that is small, noisy or shows JPEG
 * blocks is cleaned first, and a line on stderr says so.
 * @quality: above 0 to 1, for a good picture: how much it should count among several references
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT, as picture_load()
 */
gboolean reference_load(const char *path, guint side, Picture **picture, double *quality, GError **error);

#endif
