/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CELLS_H
#define CELLS_H

#include "data/view.h"

/*
 * The noise to paint from (idiom-unstable/noise.h) of views of @crop pixels a side, a multiple of 4, as
 * [IDIOM_NOISE_CHANNELS,crop/4,crop/4].
 * @place: where pixel (0, 0) of the first view lies in the field, x and y in pixels
 */

/* Numbers that a view's cells have. */
gsize cells_count(guint crop);

/* Of the view after @motion: what the first view has there. */
void cells_after_motion(const double place[2], const CameraMotion *motion, guint crop, float *cells);

/*
 * Of a view that shows at (y, x) what the first shows at (y + flow[1], x + flow[0]); where @flow, [2,crop,crop], leads
 * farther away than a crop, the cells of the same place.
 */
void cells_after_flow(const double place[2], const float *flow, guint crop, float *cells);

#endif
