/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device does at best, measured. */
#ifndef IDIOM_BENCH_CEILINGS_H
#define IDIOM_BENCH_CEILINGS_H

#include <idiom-unstable/program.h>

typedef struct {
    double flops; /* fp32 operations a second, a multiply-add counting as two */
    double bytes; /* read and written a second by an operation on tensors that no cache holds */
} Ceilings;

gboolean ceilings_measure(Ceilings *ceilings, IdiomDevice *device, GError **error);

/*
 * The share of the nearer ceiling that work of @flops and @bytes in @seconds reaches: 1: it cannot be faster. What fits
 * a cache may be above 1. @by_bytes: whether the nearer one is that of the bytes; may be NULL
 */
double ceilings_share(const Ceilings *ceilings, double flops, double bytes, double seconds,
                      gboolean *by_bytes);

#endif
