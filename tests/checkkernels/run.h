/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "checks.h"

typedef enum { PASS_FORWARD, PASS_BACKWARD } Pass;

/* FALSE if @pass of @c is not to be run with @precision: it has no gradient, or no kernel of that precision.
 */
gboolean run_applies(const Case *c, Pass pass, IdiomPrecision precision);

/* FALSE if @c is computed as with fp32 products, on a device with others: nothing new to check. */
gboolean run_depends(const Case *c, IdiomDevice *device, IdiomPrecision precision);

/* "lane32" and so on: the kernels that run, as their files are named. */
char *variant_name(IdiomFamily family, IdiomPrecision precision);

/*
 * Runs a case on the device and compares with the reference. Returns NULL, or what is wrong in one line.
 */
char *run_case(const Case *c, Pass pass, IdiomDevice *device, IdiomPrecision precision);

/* Compares @expected with @got, where @stored >= c channels are; what lies beyond c must be zero. */
char *run_compare(const char *what, const Ref *expected, const float *got, guint stored, double tolerance);

#endif
