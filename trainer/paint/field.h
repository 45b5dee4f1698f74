/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FIELD_H
#define FIELD_H

#include "media/picture.h"

/* Numbers in the plane, channel after channel: what the drawn looks are computed with. Beyond its sides a field goes on
 * as at the side. */
typedef struct {
    guint w, h, channels;
    float *v;
} Field;

Field *field_new(guint w, guint h, guint channels);
Field *field_copy(const Field *field);
void field_free(Field *field);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Field, field_free)

/* Bilinear, at pixel coordinates. */
float field_at(const Field *field, guint channel, float x, float y);

/* With a Gaussian of @sigma pixels. */
Field *field_blur(const Field *field, float sigma);

/* Channels L 0..100, a and b of CIE Lab (D65). */
Field *field_lab(const Picture *picture);

/* Channel 0 of @values, where that of @lab has mean 0 and deviation 1; one with little contrast does not get much. */
Field *field_tone(const Field *lab, const Field *values);

/* A picture of three channels RGB, 0..1. */
Picture *field_picture(const Field *rgb);

/* Colour of Lab values as RGB 0..1, clamped. */
void field_rgb_of_lab(const float lab[3], float rgb[3]);

#endif
