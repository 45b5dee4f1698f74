/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REFERENCES_H
#define REFERENCES_H

#include <idiom/error.h>

/*
 * "FILE[:WEIGHT],FILE[:WEIGHT]...": the pictures of a style, as --style names them; weights are scaled to the sum 1. A
 * folder stands for the pictures in it, which share its weight: of more than 64, 64 that are spread over their names.
 * @files: NULL-terminated; @weights: one for each. The caller frees both, also after a failure.
 * @error: IDIOM_ERROR_ARGUMENT: no such file, no picture in a folder, a weight not above 0
 */
gboolean parse_references(const char *list, char ***files, double **weights, GError **error);

#endif
