/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECK_PEAK_H
#define CHECK_PEAK_H

#include <idiom-unstable/graph.h>

/* fp32 operations per second that @device does at best, a multiply-add counting as two; 0 on failure. */
double peak_measure(IdiomDevice *device, GError **error);

/* Whether the shader that measures computes what it should. */
gboolean peak_check(IdiomDevice *device, GError **error);

#endif
