/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REWRITE_H
#define REWRITE_H

#include <idiom-unstable/tensorfile.h>

/*
 * Writes the style file @from once more as @to, which may be the same: every tensor as it was (one that is called as one
 * of the @count in @more is left out), then those of @more, and the metadata with @fields (NAME, VALUE, NAME, VALUE, NULL)
 * set.
 * @error: IDIOM_ERROR_FORMAT: a tensor that is not F32; as idiom_tensor_file_open(), idiom_tensor_file_write()
 */
gboolean rewrite_style(const char *from, const char *to, const IdiomTensorData *more, guint count,
                       const char *const *fields, GError **error);

#endif
