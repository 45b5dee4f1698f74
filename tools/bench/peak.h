/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECK_PEAK_H
#define CHECK_PEAK_H

#include <idiom-unstable/program.h>

/* fp32 operations per second that @device does at best, a multiply-add counting as two; 0 on failure. */
double peak_measure(IdiomDevice *device, GError **error);

/* What the peak is measured with, to be run by others: @flops operations a run, in proportion to @rounds. */
IdiomProgram *peak_program(IdiomDevice *device, guint32 rounds, double *flops, GError **error);

/* Whether the shader that measures computes what it should. */
gboolean peak_check(IdiomDevice *device, GError **error);

#endif
