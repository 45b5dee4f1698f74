/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_BENCH_MEDIAN_H
#define IDIOM_BENCH_MEDIAN_H

#include <glib.h>

/* The middle one of some doubles, which are sorted. */
double median(GArray *values);

#endif
