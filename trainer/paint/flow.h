/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PAINT_FLOW_H
#define PAINT_FLOW_H

#include "paint/field.h"

/*
 * Which way a picture's forms run, by its smoothed structure tensor: channels 0 and 1 are the direction along which its
 * light changes least (length 1), channel 2 how sure that is, 0 (as much each way) to 1 (an edge).
 * @lab: channel 0 is used; @sigma: how far neighbours agree, in pixels
 */
Field *flow_of(const Field *lab, float sigma);

/* Channel 0 of @field, smoothed along the flow with a Gaussian of @length pixels. */
Field *flow_along(const Field *field, const Field *flow, float length);

/*
 * Contours as ink draws them (a flow-based extended difference of Gaussians, after Winnemoeller et al. 2012): 1 on
 * paper, 0 where there is ink.
 * @width: of the finest line in pixels, @sharp: how much more edges count than tones, 5..40,
 * @level: light (0..1) below which it is dark, @slope: hardness of the ink's edge
 */
Field *flow_lines(const Field *lab, const Field *flow, float width, float sharp, float level, float slope);

/*
 * Smooths to daubs of one colour with crisp sides along the flow (anisotropic Kuwahara filter, after Kyprianidis et al.
 * 2009), every channel of @lab.
 * @radius: of a daub in pixels
 */
Field *flow_daubs(const Field *lab, const Field *flow, float radius);

#endif
