/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that a sentence has changed: they fade as styles do. */
#ifndef IDIOM_GLIDE_H
#define IDIOM_GLIDE_H

#include <gst/gst.h>

/* All zero: it is where it should be. */
typedef struct {
    double from;
    gboolean wanted, under_way;
    GstClockTime begin;
} Glide;

/* From @from on, the next frames go to what is set then. */
void glide_begin(Glide *glide, double from);

/* The value in a frame at @time; @fade: nanoseconds that it takes in all. */
double glide_at(Glide *glide, double to, GstClockTime time, guint64 fade);

#endif
