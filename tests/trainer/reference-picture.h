/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pictures exactly as Python's Pillow loads them: decoded by libjpeg and scaled by Pillow's Lanczos, to the last bit.
 * The reference numbers depend on the style picture to that degree; other decoders interpolate colour otherwise.
 */
#ifndef IDIOM_REFERENCE_PICTURE_H
#define IDIOM_REFERENCE_PICTURE_H

#include "media/picture.h"

/* The JPEG file @path, scaled so that its shorter side is @side. A damaged file ends the program. */
Picture *reference_picture_load(const char *path, guint side);

#endif
