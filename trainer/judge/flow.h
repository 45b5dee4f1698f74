/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Dense optical flow on the CPU, for judging: independent of the engine's, and in no hurry. Two-frame motion
 * estimation by polynomial expansion (Farneback, SCIA 2003) on a pyramid. Deterministic.
 */
#ifndef FLOW_H
#define FLOW_H

#include <glib.h>

/* A frame prepared for the estimation: polynomials of its neighbourhoods at all scales. */
typedef struct FlowFrame FlowFrame;

/* @luma: @w x @h values, rows without padding; any range, the same for all frames. @w and @h at least 1. */
FlowFrame *flow_frame_new(const float *luma, guint w, guint h);
void flow_frame_free(FlowFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowFrame, flow_frame_free)

/*
 * Where in @to the pixels of @from lie: @flow[2 * (y * w + x)] and the next value are the differences in x and y, in
 * pixels. Both frames have the same size.
 */
void flow_estimate(const FlowFrame *from, const FlowFrame *to, float *flow);

/*
 * Whether the displacement @there of a pixel, and @back, that of the place it leads to, lead back to it:
 * |there + back|^2 < 0.01 (|there|^2 + |back|^2) + 0.5 (Sundaram, Brox, Keutzer, ECCV 2010). x and y each.
 */
gboolean flow_agrees(const float there[2], const float back[2]);

#endif
