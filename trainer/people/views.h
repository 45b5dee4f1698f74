/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the people network learns from: views of photos and of frames of videos, with people of others pasted in, and the
 * teacher's mask of each, made once.
 */
#ifndef PEOPLE_VIEWS_H
#define PEOPLE_VIEWS_H

#include "people/masker.h"

typedef struct Views Views;

/*
 * @content: files and folders, NULL-terminated; what cannot be read is named on stderr and left out
 * @count: views to draw; @seed: what they are, with the files
 * @error: IDIOM_ERROR_FILE; IDIOM_ERROR_ARGUMENT: the teacher finds nobody in all of it
 */
Views *views_new(Masker *teacher, const char *const *content, guint count, guint64 seed, GError **error);
void views_free(Views *views);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Views, views_free)

/* Pictures and videos that they were drawn from. */
guint views_files(const Views *views);

/*
 * Batch number @step: @n views, each mirrored, in other light, blurred or noisy by chance, their masks as they were, but for
 * the mirror. @pictures: [n,3,PEOPLE_HEIGHT,PEOPLE_WIDTH]; @masks: [n,1,PEOPLE_HEIGHT,PEOPLE_WIDTH]
 */
void views_batch(const Views *views, guint64 step, guint n, float *pictures, float *masks);

#endif
