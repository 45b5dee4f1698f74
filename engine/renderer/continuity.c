/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "continuity.h"

/*
 * How late a frame may be is not a matter of the nominal rate alone: cameras slow down in the dark, some files have no
 * steady rate, and where the machine is too slow a queue drops what it must. Steps of up to this count as usual once
 * they have been seen.
 */
#define LONGEST_STEP G_GINT64_CONSTANT(200000000)

void idiom_continuity_reset(IdiomContinuity *c)
{
    *c = (IdiomContinuity){.time = IDIOM_TIME_NONE, .last_time = IDIOM_TIME_NONE, .broken = TRUE};
}

/* Whether @step, from the frame before to this one, leaves something out. */
static gboolean is_gap(const IdiomContinuity *c, gint64 step, gint64 duration)
{
    gint64 usual = MAX(MAX(c->last_duration, duration), c->usual_step);
    return step > (usual ? usual + usual / 2 : LONGEST_STEP);
}

gboolean idiom_continuity_next(IdiomContinuity *c, const IdiomFrameParams *params)
{
    gboolean continues = !c->broken && !params->discontinuity;
    c->broken = FALSE;
    c->went_back = FALSE;
    c->last_time = c->time;
    c->time = params->time;
    if (c->time != IDIOM_TIME_NONE && c->last_time != IDIOM_TIME_NONE) {
        gint64 step = c->time - c->last_time;
        c->went_back = step <= 0;
        continues = continues && step > 0 && !is_gap(c, step, params->duration);
        if (step > 0 && step <= LONGEST_STEP)
            c->usual_step = MAX(step, c->usual_step / 4 * 3);
    }
    c->last_duration = MAX(params->duration, 0);
    return continues;
}
