/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that comes with the video, on a pad of its own, in time with it. */
#ifndef IDIOM_TEXTPAD_H
#define IDIOM_TEXTPAD_H

#include "sidepad.h"

typedef struct TextPad TextPad;

extern GstStaticPadTemplate textpad_template;

/* Adds a pad called @name to @element. */
TextPad *textpad_new(GstElement *element, const char *name);
/* Without the lock of anything; takes the pad away. */
void textpad_free(TextPad *text);
SidePad *textpad_side(TextPad *text);

/*
 * Whether the text at @running_time of the video is another than the last time; @text receives it then (free it; NULL for
 * none). Waits for the first text of all, a moment; whoever has no text for now may send gaps.
 */
gboolean textpad_changes(TextPad *text_pad, GstClockTime running_time, char **text, gboolean *markup);

#endif
