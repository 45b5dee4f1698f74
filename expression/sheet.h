/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sheets to draw on, which become drawings of libidiom; lines as a hand draws them. */
#ifndef EXPRESSION_SHEET_H
#define EXPRESSION_SHEET_H

#include "hand.h"

#include <cairo.h>
#include <idiom/expression.h>

/* A clear sheet. */
cairo_t *sheet_new(guint width, guint height);

/* What was drawn; frees @cr. NULL if there was not enough memory or the sheet was too large. */
IdiomDrawing *sheet_finish(cairo_t *cr);

/* But for so many pixels at the left and at the right, and at the top and at the bottom: empty ones cost as much. */
IdiomDrawing *sheet_finish_middle(cairo_t *cr, double left, double top);

void set_colour(cairo_t *cr, Colour c, double alpha);

/* A random number 0..1 that follows from two others. */
double chance(guint32 seed, guint32 number);

#define HAND_LINE_MAX 64

/*
 * A closed line through @n points (at most HAND_LINE_MAX) as a hand draws it: smooth, and off by up to @off pixels in waves.
 * @seed: the same line for the same number
 */
void hand_line(cairo_t *cr, const double *x, const double *y, guint n, double off, guint32 seed);

/* The outline of a rectangle with round corners, drawn so. */
void hand_box(cairo_t *cr, double x, double y, double width, double height, double radius, double off,
              guint32 seed);

#endif
