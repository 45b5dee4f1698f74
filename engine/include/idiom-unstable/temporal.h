/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_TEMPORAL_H
#define IDIOM_TEMPORAL_H

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * Motion from one run of a program to the next, and what it is good for: pictures that do not flicker.
 * Nothing here has a gradient.
 */
typedef struct {
    /**
     * planes [1,4,h,w], in fp32 whatever the graph's precision is; one pixel for a patch of @cell x @cell pixels of the picture: where in the last picture the
     * patch comes from, as x, y displacement in pixels of the picture; how far that is to be trusted, 0 to 1; and
     * the noise between the two places: about the mean deviation of a pixel's luma.
     */
    IdiomTensor *flow;
    IdiomTensor
        *continues; /**< flat scalar: 1, or 0 where this picture does not continue the last one: a cut */
    /**
     * flat [1,1,1,3]: the share of the picture that rests, how many pictures have continued each other up to here, and
     * the mean noise of what rests
     */
    IdiomTensor *rest;
    IdiomTensor *found; /**< planes of patches as flow's: what it was found from, for idiom_camera_flow() */
    guint cell;
} IdiomMotion;

/**
 * idiom_motion:
 * @picture: planes [1,3,h,w], RGB, 0..1
 * @continues: flat scalar: 0 says that this run does not continue the last one, whatever the pictures look like
 *
 * Optical flow, coarse to fine, between the @picture of this run and that of the last, both ways. It works on luma at
 * 1/r of the size, r at least 2 and such that the longer side has at most 480 pixels, less its local mean and over its
 * local contrast, so that a change of light does not matter. At the coarsest level all displacements of up to 1/8 of the
 * size are tried; each finer level tries what was found around (patches of 6x6) and refines it by Gauss-Newton steps
 * (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", arXiv 1603.03590); patches too flat to show motion follow
 * their neighbours. The way back, which the confidence comes from, ends one level before the finest.
 */
IdiomMotion idiom_motion(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *continues);

/**
 * idiom_camera_flow: @motion's flow, but for patches that have nothing to see and seem to rest, as rest fits there as well
 * as anything: they go with the camera, a shift, zoom and turn that most of the picture agrees with. For what is drawn there
 * all the same: a style that paints from noise.
 */
IdiomTensor *idiom_camera_flow(IdiomGraph *g, const IdiomMotion *motion);

/** What idiom_steady() makes. */
typedef struct {
    IdiomTensor *result; /**< planes [1,3,h,w] */
    /**
     * planes [1,4,h,w]: state: the result as the next run will find it, and in the fourth channel the luma of the picture
     * that it was made of
     */
    IdiomTensor *history;
} IdiomSteady;

/**
 * idiom_steady:
 * @motion: of @picture
 * @picture: planes [1,3,h,w]: what the network has seen
 * @stylized: planes of the same shape: what it has made of it
 * @amount: flat scalar, 0..1
 *
 * @stylized, steadied by the result of the last run: that is warped by the motion (Catmull-Rom) and weighs the more the
 * surer the motion is and the better the luma of what it was made of fits; more still where nothing moves but a sensor's
 * noise. How much it weighs at most, 0.5 to 0.8, where things move and elsewhere, follows from run to run how far the
 * result is from @stylized: about as far as an SSIM of 0.92 and 0.955; colour without luma may lag more. The result stays
 * within some standard deviations of @stylized's neighbourhood, so that no history outlives its content; detail that
 * averaging takes is restored. Equal to @stylized, bit for bit, where @motion does not continue or @amount is 0.
 */
IdiomSteady idiom_steady(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *picture,
                         IdiomTensor *stylized, IdiomTensor *amount);

/** idiom_colours: the first three channels of @history: planes [1,3,h,w], the same memory. */
IdiomTensor *idiom_colours(IdiomGraph *g, IdiomTensor *history);

/**
 * idiom_hold:
 * @motion: from the last run to this
 * @history: of idiom_steady(), in this graph or borrowed from another
 *
 * In place of a new result, the last one moved by the motion: @history is changed so, and nothing else. Where @motion does
 * not continue, the next idiom_steady() takes nothing from it.
 */
void idiom_hold(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *history);

/** What idiom_carry_noise() makes. */
typedef struct {
    IdiomTensor
        *noise; /**< planes [1,IDIOM_NOISE_CHANNELS,ceil(h/4),ceil(w/4)], for idiom_generator_build() */
    IdiomTensor *places; /**< state: where in the field the cells lie, as the next run will find it */
} IdiomCarried;

/**
 * idiom_carry_noise:
 * @motion: of the picture
 * @w, @h: its size
 * @joined: flat, first number 0: there is no last run to go on from, and neither @motion nor the state is looked at
 *
 * The field of idiom-unstable/noise.h, moved as the scene moves: what is painted from it sticks to what it is painted on.
 * Coordinates are moved, not values: no contrast is lost, and where nothing moves by 0.06 pixels the noise stays as it is, bit
 * for bit. In a run that goes on from none, or after a cut, the field's own cells from (0, 0) on. What comes into view takes
 * up the noise of what moves like it beside it. Where the scene comes nearer, a finer octave of the field takes over, up to
 * twice; what is stretched by more, or more than three times as much one way as the other, fades to the noise of its own
 * place and goes on from there.
 */
IdiomCarried idiom_carry_noise(IdiomGraph *g, const IdiomMotion *motion, guint w, guint h,
                               IdiomTensor *joined);

/** idiom_carry_places: beside idiom_hold(): changes the state @places of idiom_carry_noise() by @motion, paints nothing. */
void idiom_carry_places(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *places);

/**
 * idiom_changed_tiles:
 * @picture: planes [1,3,h,w]
 * @motion: of @picture; of it, whether the picture continues the last one, and the noise
 * @turn: flat [1,1,1,3]: 0 for all tiles, or 1; the share of a round, from and to, 0..1, whose tiles are due: to may lie
 *   below from, across the end of a round
 *
 * The tiles, 64 pixels across and 48 down, in which blocks of 4 x 4 pixels have another mean than when the tile was last in
 * the list, by more than the noise, or some 12 pixels around it; those whose turn it is; and after a cut all. Kept from run
 * to run.
 */
IdiomTiles idiom_changed_tiles(IdiomGraph *g, IdiomTensor *picture, const IdiomMotion *motion,
                               IdiomTensor *turn);

/**
 * idiom_follow_mask: @mask, planes [1,c,h,w] over a picture of @width x @height pixels whose @motion is known, in this graph or
 * borrowed, moved as the picture has moved; interpolated linearly. No gradient.
 */
IdiomTensor *idiom_follow_mask(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *mask, guint width,
                               guint height);

G_END_DECLS

#endif
