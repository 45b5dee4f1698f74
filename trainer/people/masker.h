/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network that finds people, run on pictures of its size. */
#ifndef PEOPLE_MASKER_H
#define PEOPLE_MASKER_H

#include "media/picture.h"

#include <idiom-unstable/network.h>

typedef struct Masker Masker;

/*
 * @network: makes a mask of PEOPLE_WIDTH x PEOPLE_HEIGHT of a picture of that size
 * @error: IDIOM_ERROR_FORMAT: it does not
 */
Masker *masker_new(IdiomDevice *device, const IdiomNetwork *network, const char *path, GError **error);
void masker_free(Masker *masker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Masker, masker_free)

/* Its mask of @picture, 0..1, PEOPLE_WIDTH x PEOPLE_HEIGHT; valid until the next. */
const float *masker_run(Masker *masker, const Picture *picture, GError **error);

#endif
