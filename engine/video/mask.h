/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks in host memory. */
#ifndef IDIOM_VIDEO_MASK_H
#define IDIOM_VIDEO_MASK_H

#include <idiom/error.h>
#include <idiom/mask.h>

/* Refuses a mask that cannot be what it says. */
gboolean idiom_mask_check(const IdiomMask *mask, GError **error);

/*
 * @mask, 0..1, in @width x @height pixels: means of what they cover, where they are smaller interpolated linearly. NULL:
 * zeros.
 */
void idiom_mask_read(const IdiomMask *mask, float *to, guint width, guint height);

#endif
