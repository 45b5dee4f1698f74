/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks that come with the video, on a pad of their own, in time with it. */
#ifndef IDIOM_MASKPAD_H
#define IDIOM_MASKPAD_H

#include "sidepad.h"

#include <gst/video/video.h>
#include <idiom/mask.h>

typedef struct MaskPad MaskPad;

extern GstStaticPadTemplate maskpad_template;

/* Adds a pad called @name to @element. */
MaskPad *maskpad_new(GstElement *element, const char *name);
/* Without the lock of anything; takes the pad away. */
void maskpad_free(MaskPad *m);
SidePad *maskpad_side(MaskPad *m);

/*
 * The mask at @running_time of the video, good until the next call: the last that has begun. FALSE if there is none. With @wait it
 * waits a moment for one that is to come; if none does, that is a warning, and the last one stays without waiting until another comes.
 */
gboolean maskpad_at(MaskPad *m, GstClockTime running_time, gboolean wait, IdiomMask *mask);

#endif
