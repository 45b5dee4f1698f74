/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For checks of what changes parameters in place, step by step. */
#ifndef CHECK_STEPS_H
#define CHECK_STEPS_H

#include "reference/reference.h"

/* A set of zeros. */
IdiomParams *steps_params(IdiomDevice *device);

/* NULL, or how @params differs from @expected, [1,1,1,elements]. */
char *steps_compare(IdiomParams *params, const char *what, const Ref *expected);

#endif
