/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHART_H
#define CHART_H

#include <glib.h>

/*
 * Appends a curve as an SVG element to @html: a faint line of the values as they are, a clear one of their running
 * mean, axes. The vertical axis is logarithmic where the values span more than that of a linear one shows. Gaps (NaN)
 * stay gaps. Colours come from the page: classes axis, grid, raw, mean, and label.
 * @name: for those who cannot see it
 * @x: @n rising numbers; @y: the value at each
 *
 * Returns: the running mean's last value, NaN if there is none; nothing is appended then
 */
double chart_append(GString *html, const char *name, const double *x, const double *y, guint n);

#endif
