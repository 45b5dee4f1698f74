/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In what size the style runs: as somebody says, or as large as a live source allows. */
#ifndef IDIOM_QUALITY_H
#define IDIOM_QUALITY_H

#include <gst/gst.h>

#define QUALITY_SAMPLES 64

typedef struct {
    double fixed; /* 0: automatic */
    double value; /* what is wanted now */

    gint64 begin;                    /* of the time that is looked at: monotonic, 0: it has not begun */
    guint skipped;                   /* frames of it that do not count yet */
    gint64 samples[QUALITY_SAMPLES]; /* microseconds that a frame kept the stream waiting */
    guint n_samples;
    gint64 changed; /* when the value was */
    gint64 hold;    /* how long it takes until a larger one is tried */
    gboolean rose;  /* the last change was such a try */
} Quality;

/* "auto" or NULL: 0; "full": 1; or a number from 0.25 to 1. Returns FALSE, with an error, for anything else. */
gboolean quality_parse(const char *text, double *fixed, GError **error);

/* As it is at the start. */
void quality_init(Quality *q, double fixed);

/* From now on. */
void quality_set(Quality *q, double fixed);

/* What is measured next has nothing to do with what was before. */
void quality_forget(Quality *q);

/*
 * A frame of a live source has kept the stream waiting for @busy microseconds, and the next one comes after @duration.
 * Returns whether another value is wanted now.
 */
gboolean quality_note(Quality *q, gint64 busy, gint64 duration, gint64 now);

#endif
