/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of idiom_motion(), an operation each. Planes of motion are [1 or 2,4,h,w]: there and back; x, y, texture,
 * misfit; in fp32, as 11 bits for a displacement of 200 pixels are steps of 1/8. Pairs are of this picture and of the last.
 */
#ifndef IDIOM_MOTION_PRIVATE_H
#define IDIOM_MOTION_PRIVATE_H

#include <idiom-unstable/temporal.h>

#include "graph/op.h"

/* [1,1,h,w]: mean luma of cells of @cell x @cell pixels; those at the lower and right edge repeat it. */
IdiomTensor *idiom_flow_luma(IdiomGraph *g, IdiomTensor *picture, guint cell);

typedef struct {
    IdiomTensor *quads;     /* [1,4,h,w]: a pixel, its neighbours to the right, below and between */
    IdiomTensor *gradients; /* [1,3,h,w]: a pixel, its gradient */
} IdiomFlowFeatures;

IdiomFlowFeatures idiom_flow_features(IdiomGraph *g, IdiomTensor *luma);

/* For each pixel of the quads, the best of all whole displacements of up to 1/8 of the size and 8 pixels. */
IdiomTensor *idiom_flow_search(IdiomGraph *g, IdiomTensor *const quads[2]);

typedef struct {
    guint ways;        /* 2, or 1 for the way there only */
    guint stride;      /* pixels per patch */
    gboolean searched; /* the coarser motion comes from idiom_flow_search() */
} IdiomFlowPatches;

/* @gradients: the second only for a way back; @coarse: motion at half the size; @rest: see IdiomMotion */
IdiomTensor *idiom_flow_patch(IdiomGraph *g, IdiomTensor *const quads[2], IdiomTensor *const gradients[2],
                              IdiomTensor *coarse, IdiomTensor *rest, IdiomFlowPatches p);

/* @fill: from all patches around, not only those that move alike */
IdiomTensor *idiom_flow_smooth(IdiomGraph *g, IdiomTensor *motion, gboolean fill);

typedef struct {
    float scale;          /* pixels of the picture per pixel of luma */
    float cell;           /* pixels of luma per patch */
    float coarser, wider; /* pixels of luma per pixel of the way back, and patches per patch of it */
} IdiomFlowScales;

/* IdiomMotion's flow. @back: with a way back */
IdiomTensor *idiom_flow_confidence(IdiomGraph *g, IdiomTensor *const luma[2], IdiomTensor *motion,
                                   IdiomTensor *back, IdiomFlowScales p);

/* See IdiomMotion. */
typedef struct {
    IdiomTensor *continues, *rest;
} IdiomFlowCut;

/* @may_continue: flat scalar; @last: the rest of the last run */
IdiomFlowCut idiom_flow_cut(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *may_continue, IdiomTensor *last);

/*
 * Records @d for each way of which @d's result has a picture: @own and @other are planes of this picture and of the last,
 * or the other way round.
 */
gboolean idiom_flow_record_ways(IdiomRecorder *r, IdiomDispatch *d, const IdiomTensor *result,
                                IdiomTensor *const own[2], IdiomTensor *const other[2], gint32 *way,
                                GError **error);

/* --- of idiom_changed_tiles() --------------------------------------------------------------------- */

typedef struct {
    IdiomTensor *
        list; /* flat; integers: TILE_ARGUMENTS times (tiles, k, 1), k from 1; column and row << 16 of each */
    IdiomTensor *next; /* blocks that the next run compares with */
} IdiomChanged;

/* @in: planes of blocks, of now and as they were; turn, continues, rest */
IdiomChanged idiom_changed(IdiomGraph *g, IdiomTensor *const in[5]);

/* --- steps of idiom_steady() and idiom_hold() ----------------------------------------------------- */

enum {
    IDIOM_BLEND_FRESH,
    IDIOM_BLEND_PICTURE,
    IDIOM_BLEND_HISTORY, /* [1,4,h,w]: the last result, and the luma that it was made of */
    IDIOM_BLEND_FLOW,
    IDIOM_BLEND_AMOUNT,
    IDIOM_BLEND_REACH,
    IDIOM_BLEND_REST,
    IDIOM_BLEND_GAIN,
    IDIOM_BLEND_INPUTS,
};

/* The next history. @cell: pixels per patch of the flow */
IdiomTensor *idiom_temporal_blend(IdiomGraph *g, IdiomTensor *const in[IDIOM_BLEND_INPUTS], guint cell);

/* [1,4,h,w], a pixel a patch: gain; unlikeness where the patch moves, and where it rests; whether it moves. */
IdiomTensor *idiom_temporal_gain(IdiomGraph *g, IdiomTensor *fresh, IdiomTensor *steadied, IdiomTensor *last,
                                 const IdiomMotion *motion);

/* flat [1,1,1,2]: weights of the history where things move, and elsewhere. @means: of what the gain is part of */
IdiomTensor *idiom_temporal_reach(IdiomGraph *g, IdiomTensor *means, IdiomTensor *last, IdiomTensor *rest);

/* --- steps of idiom_camera_flow() ----------------------------------------------------------------- */

/* Full planes [1,4,h/8,w/8], rounded up: mean motion of 8x8 patches by what there is to see in each, and how much it is. */
IdiomTensor *idiom_camera_blocks(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *found);

/* flat [1,1,1,4]: shift in pixels, and zoom and turn in pixels a block from the middle, that most blocks agree with. */
IdiomTensor *idiom_camera_fit(IdiomGraph *g, IdiomTensor *blocks);

IdiomTensor *idiom_camera_fill(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *found, IdiomTensor *camera);

/* --- steps of idiom_carry_noise() ------------------------------------------------------------------ */

/*
 * Places are full planes [1,4,h,w], a pixel a cell: how far in the field the cell lies from its own place, x and y in cells;
 * the other two channels are 0. Those of the last picture, moved by @motion; 0 where @joined, flat, begins with 0.
 */
IdiomTensor *idiom_places_move(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *places,
                               IdiomTensor *joined);

typedef struct {
    IdiomTensor *noise; /* planes [1,IDIOM_NOISE_CHANNELS,h,w] */
    IdiomTensor *kept;  /* the places, those that are worn begun anew */
} IdiomPlacesNoise;

IdiomPlacesNoise idiom_places_noise(IdiomGraph *g, IdiomTensor *places);

/* The history, moved on by the motion. */
IdiomTensor *idiom_temporal_hold(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *history);

#endif
