/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Speed of the operations beside the peak of the device, measured in the same run. */
#ifndef CHECK_BENCH_H
#define CHECK_BENCH_H

#include <idiom-unstable/graph.h>

typedef struct Bench Bench;

/* @cases: Case; @filter: glob on "op pass variant shape", or NULL. */
Bench *bench_new(GPtrArray *cases, const char *filter);
void bench_free(Bench *bench);

/* Measures and prints one row for each operation and pass. */
gboolean bench_run(Bench *bench, IdiomDevice *device, IdiomPrecision precision, GError **error);

/* All rows so far as JSON. */
gboolean bench_write(Bench *bench, const char *path, GError **error);

#endif
