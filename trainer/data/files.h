/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FILES_H
#define FILES_H

#include <glib.h>

/*
 * The files that @paths (NULL-terminated) name: a folder stands for all files in it, at any depth, sorted by name, once
 * however many links lead there; hidden ones are left out.
 * Returns: array of char *
 * @error: IDIOM_ERROR_FILE: a path that is not there, or no file at all
 */
GPtrArray *files_collect(const char *const *paths, GError **error);

#endif
