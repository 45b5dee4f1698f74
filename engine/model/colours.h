/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_MODEL_COLOURS_H
#define IDIOM_MODEL_COLOURS_H

#include <glib.h>

/*
 * How the colours of a picture are distributed: mean and covariance of the logits of R, G and B, which is what a
 * generator's last convolution makes before its tanh.
 */
typedef struct {
    double mean[3];
    double covariance[3][3];
} IdiomColours;

/* A map of logits: matrix x + offset. */
typedef struct {
    double matrix[3][3], offset[3];
} IdiomColourMap;

/* Of @w x @h pixels of R, G, B, @stride bytes from row to row. */
IdiomColours idiom_colours_of(const guint8 *pixels, guint w, guint h, gsize stride);

/* Those of @count distributions of pixels together; @weights add up to 1. */
IdiomColours idiom_colours_blend(const IdiomColours *colours, const double *weights, guint count);

/*
 * The map that takes @from to @to and moves colours least: the linear Monge-Kantorovich map (Pitie and Kokaram, "The
 * linear Monge-Kantorovitch linear colour mapping", CVMP 2007). It is symmetric and positive, so that what was lighter
 * stays lighter; contrast changes at most by IDIOM_COLOURS_MAX_GAIN in any direction, so that neither a picture of one
 * colour nor one of grey leaves nothing to see.
 */
#define IDIOM_COLOURS_MIN_GAIN 0.4
#define IDIOM_COLOURS_MAX_GAIN 2.5
IdiomColourMap idiom_colours_map(const IdiomColours *from, const IdiomColours *to);

#endif
