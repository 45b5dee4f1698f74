/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of operations: runs of one operation on one shape, added up. */
#ifndef IDIOM_BENCH_ROWS_H
#define IDIOM_BENCH_ROWS_H

#include "ceilings.h"

#include <json-glib/json-glib.h>

typedef struct {
    char *op, *shader;
    IdiomShape shape;
    guint calls;
    double seconds, flops, bytes; /* of one run of the program */
} ProfileRow;

/* An empty array of ProfileRow. */
GArray *profile_rows_new(void);

/* Adds the times of one run, the @run-th (from 0) of @runs over which the rows are averaged. */
void profile_rows_add(GArray *rows, const IdiomOpTime *times, guint count, guint run, guint runs);

double profile_rows_seconds(const GArray *rows);

/* Slowest first. */
void profile_rows_sort(GArray *rows);

/* One line per row; with what share of the nearer of @ceilings it reaches. */
void profile_rows_print(const GArray *rows, const Ceilings *ceilings);

/* The same as a list named "operations", and the ceilings. */
void profile_rows_add_json(const GArray *rows, const Ceilings *ceilings, JsonBuilder *json);

#endif
