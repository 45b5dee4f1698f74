/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PLAIN_H
#define PLAIN_H

#include <idiom-unstable/graph.h>

/* Pictures for tests of losses, and what their terms are made of, in plain C and double precision. */

/* RGB in 0..1, [n,3,h,w]: waves with a few hard edges, another picture for each @seed. */
float *make_picture(IdiomShape s, guint seed);

typedef struct {
    guint n, h, w;
    double *values; /* [n,h,w] */
} Map;

Map map_new(guint n, guint h, guint w);
void map_clear(Map *m);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Map, map_clear)

/* Coordinates beyond an edge are those of the edge. */
double map_at(const Map *m, guint n, int y, int x);
/* Averaged over @scale x @scale, every @stride. */
Map map_average(const Map *m, guint scale, guint stride);
/* Channel sums of @picture, [n,3,h,w], by @weights, averaged over cells of @scale pixels. */
Map weighted_map(const float *picture, IdiomShape s, const double weights[3], guint scale);
/* The same of luma. */
Map luma_map(const float *picture, IdiomShape s, guint scale);
/* Weighted by a Gaussian, over windows of @radius pixels each way. */
double blurred(const Map *m, guint n, int y, int x, double sigma, int radius);
/* The legibility term at one scale; @mask: [n,1,h,w] */
double legibility(const float *content, const float *output, const float *mask, IdiomShape s, guint scale);

#endif
