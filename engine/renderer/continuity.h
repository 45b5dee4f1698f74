/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a frame continues the one before it, by what is said of the two; what they show is the scene's business. */
#ifndef IDIOM_RENDERER_CONTINUITY_H
#define IDIOM_RENDERER_CONTINUITY_H

#include <idiom/renderer.h>

typedef struct {
    gint64 time, last_time; /* of this frame and the one before, or IDIOM_TIME_NONE */
    gint64 last_duration;
    gint64 usual_step;  /* from frame to frame */
    gboolean broken;    /* the next frame continues nothing */
    gboolean went_back; /* this frame is not later than the one before */
} IdiomContinuity;

/* Nothing has been seen yet. */
void idiom_continuity_reset(IdiomContinuity *c);

/* Moves on to the next frame. Returns whether it continues the one before. */
gboolean idiom_continuity_next(IdiomContinuity *c, const IdiomFrameParams *params);

#endif
