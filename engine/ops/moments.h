/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reductions over chunks of rows (shaders/norm/moments.glsl), as several operations use them. */
#ifndef IDIOM_OPS_MOMENTS_H
#define IDIOM_OPS_MOMENTS_H

#include "graph/op.h"
#include "ops/functions.h"

/* How the rows of a plane are divided among workgroups. */
typedef struct {
    guint rows; /* in a chunk; the last one may have less */
    guint chunks;
} IdiomChunks;

IdiomChunks idiom_chunks(IdiomShape shape);

/* Shape of the flat scratch that moments.comp fills for planes of @shape. */
IdiomShape idiom_moments_shape(IdiomShape shape);

/* Records the first pass: mean and sum of squared deviations of every chunk of @x, into @partial. */
gboolean idiom_record_moments(IdiomRecorder *r, const IdiomTensor *x, const IdiomTensor *partial,
                              GError **error);

/* The same with tiles for chunks, of which those of @tiles are done; and the shape of all. */
gboolean idiom_record_tile_moments(IdiomRecorder *r, const IdiomTensor *x, const IdiomTensor *partial,
                                   const IdiomTensor *tiles, GError **error);
IdiomShape idiom_tile_moments_shape(IdiomShape shape);

#endif
