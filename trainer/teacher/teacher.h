/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEACHER_H
#define TEACHER_H

#include "data/pairs.h"
#include "tool/options.h"

#include <idiom/device.h>

/*
 * A teacher shows how photos are to be painted: a folder of pictures that it painted (pairs.h), a folder
 * of such folders, each a style of its name, a style file, or MicroAST
 * with a painting for each style. The last two paint the content once, before the training, into a folder beside its
 * result, NAME.taught; pictures that lie there already are kept. A step then costs no teacher. Where the time of a training
 * is given, at most a quarter of it goes into the painting.
 */
typedef struct Teacher Teacher;

/* @options: kept by the caller, longer than the result. @error: the teacher's file cannot be used. */
Teacher *teacher_open(const TrainOptions *options, GError **error);
void teacher_free(Teacher *teacher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Teacher, teacher_free)

/* Names of its styles, NULL-terminated; belongs to @teacher. */
const char *const *teacher_names(const Teacher *teacher);

/* What a style file says about itself: string -> string; NULL for other teachers. Belongs to @teacher. */
GHashTable *teacher_metadata(const Teacher *teacher);

/* Paints what is not painted yet. @error: a picture cannot be painted or written. */
gboolean teacher_paint(Teacher *teacher, IdiomDevice *device, GError **error);

/* After teacher_paint(): the pictures in style number @style; belongs to @teacher. */
const Pairs *teacher_pairs(const Teacher *teacher, guint style);

#endif
