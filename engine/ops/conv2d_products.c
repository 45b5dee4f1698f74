/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over pixels of products of channels: gradients of weights, Gram matrices. */
#include "ops/conv2d.h"

/* lavapipe ends every loop of an invocation after 65535 turns in all */
#define MAX_TURNS 30000

/* Lane: one subgroup of lavapipe. */
#define LANES 8
#define LANE_WORKGROUPS 64 /* enough for the threads of any CPU */

/* Vector: as in conv2d_weights_vector.comp. */
#define TILE_QUADS 8
#define TILE_PIXELS 32
#define VECTOR_WORKGROUPS 512
#define VECTOR_TURNS (TILE_PIXELS + 16) /* for TILE_PIXELS pixels */

/* What one workgroup of the lane shader computes. */
typedef struct {
    guint window; /* taps across and down */
    guint out_quads, in_quads;
    guint rows;   /* at a time */
    guint strips; /* of that many rows in a picture */
} LaneShape;

static LaneShape lane_shape(IdiomShape grad, IdiomShape weight, guint stride)
{
    LaneShape s;
    guint rows;

    /* about 300 accumulators: they are in memory anyway, and what is loaded is used often */
    if (weight.w == 1 && weight.h == 1) {
        s = (LaneShape){.window = 1, .out_quads = 4, .in_quads = 4};
        rows = 4;
    } else if (stride == 1) {
        s = (LaneShape){.window = 3, .out_quads = 2, .in_quads = 1};
        rows = 6;
    } else {
        s = (LaneShape){.window = 4, .out_quads = 1, .in_quads = 1};
        rows = 6;
    }
    s.out_quads = MIN(s.out_quads, idiom_c4(weight.n));
    s.in_quads = MIN(s.in_quads, idiom_c4(weight.c));
    s.strips = IDIOM_DIV_UP(grad.h, rows);
    s.rows = IDIOM_DIV_UP(grad.h, s.strips);
    return s;
}

static guint lane_slices(IdiomShape grad, IdiomShape weight, guint groups, guint stride)
{
    LaneShape s = lane_shape(grad, weight, stride);
    guint workgroups = IDIOM_DIV_UP(idiom_c4(weight.n), s.out_quads) * IDIOM_DIV_UP(idiom_c4(weight.c), s.in_quads);
    guint strips = grad.n / groups * s.strips;
    guint turns = IDIOM_DIV_UP(grad.w, LANES) + 1;
    guint least = IDIOM_DIV_UP(strips, MAX(MAX_TURNS / turns, 1));
    return CLAMP(IDIOM_DIV_UP(LANE_WORKGROUPS, workgroups * groups), least, MAX(strips, least));
}

static guint vector_tiles(IdiomShape weight)
{
    return IDIOM_DIV_UP(idiom_c4(weight.n), TILE_QUADS) *
           IDIOM_DIV_UP(idiom_c4(weight.c) * weight.w * weight.h, TILE_QUADS);
}

static guint vector_slices(IdiomShape grad, IdiomShape weight, guint groups)
{
    gsize chunks = IDIOM_DIV_UP((gsize)grad.n / groups * grad.h * grad.w, TILE_PIXELS);
    gsize least = IDIOM_DIV_UP(chunks, MAX_TURNS / VECTOR_TURNS);
    gsize wanted = IDIOM_DIV_UP(VECTOR_WORKGROUPS, vector_tiles(weight) * groups);
    return (guint)CLAMP(wanted, least, MAX(chunks, least));
}
