/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECK_COVERAGE_H
#define CHECK_COVERAGE_H

#include <idiom-unstable/graph.h>

/*
 * The shaders of @device's family, in every precision that it has, that are in the library but that no case has run: one
 * name a line, or NULL.
 */
char *coverage_missing(IdiomDevice *device);

#endif
