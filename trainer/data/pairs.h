/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PAIRS_H
#define PAIRS_H

#include "media/picture.h"

/*
 * A teacher's pictures of photos, painted before the training by anything that can: a folder in which the picture of
 * photo NAME.jpg is called NAME, with the ending of any picture format.
 */
typedef struct Pairs Pairs;

/* @error: IDIOM_ERROR_FILE: the folder cannot be read or has no picture. */
Pairs *pairs_open(const char *folder, GError **error);
void pairs_free(Pairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pairs, pairs_free)

/* Whether there is a picture of the file @photo. */
gboolean pairs_has(const Pairs *pairs, const char *photo);

/* Up to @count of the teacher's pictures, the first by name; those that cannot be read are left out. */
GPtrArray *pairs_pictures(const Pairs *pairs, guint count);

/* Pixels that a picture may lack at the photo's right and lower edge: many networks need multiples of 4 or 8. */
#define PAIRS_MAX_CUT 8

/*
 * Reads the file @photo and the teacher's picture of it; @content is the photo cut to the size of @taught, scaled first
 * if the teacher saw it at another size.
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT: also for a video, a photo without picture, or one of another size
 */
gboolean pairs_load(const Pairs *pairs, const char *photo, Picture **content, Picture **taught,
                    GError **error);

#endif
