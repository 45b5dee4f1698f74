/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SHEET_H
#define SHEET_H

#include "media/picture.h"

/* A sheet of pictures of one size in rows, each with its name below. */
typedef struct Sheet Sheet;

/* Height of the line with a name below each picture. */
#define SHEET_LINE 24

/*
 * @count: pictures that there will be, @columns: in a row, at least 1
 * @error: IDIOM_ERROR_ARGUMENT where the sheet would be larger than a picture may be
 */
Sheet *sheet_new(guint count, guint columns, guint w, guint h, GError **error);
void sheet_free(Sheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sheet, sheet_free)

/* Adds the next picture, of the sheet's w and h; a @name that is too long for its width is shortened. */
void sheet_add(Sheet *sheet, const Picture *picture, const char *name);

/* A picture of the sheet with what has been added so far. */
Picture *sheet_picture(const Sheet *sheet);

#endif
