/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much of any style there is over the source, as it fades in and out. */
#ifndef IDIOM_RENDERER_PRESENCE_H
#define IDIOM_RENDERER_PRESENCE_H

#include <glib.h>

typedef struct {
    double from, to; /* 0: the source alone, 1: the style alone */
    gint64 since;    /* time of the last frame at from, or IDIOM_TIME_NONE */
    guint64 fade;
} IdiomPresence;

/* At once. */
void idiom_presence_set(IdiomPresence *p, double to);

/* From what it is at @now to @to, within @fade. */
void idiom_presence_fade(IdiomPresence *p, double to, gint64 now, guint64 fade);

double idiom_presence_at(const IdiomPresence *p, gint64 now);

/* How much of a fade that began after @since is over at @now, 0..1. Where times are not known it is over at once. */
double idiom_fade_share(gint64 since, guint64 fade, gint64 now);

#endif
