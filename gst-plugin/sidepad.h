/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request pad beside that of the video: what comes there waits until the video has come so far. */
#ifndef IDIOM_SIDEPAD_H
#define IDIOM_SIDEPAD_H

#include <gst/gst.h>

typedef struct SidePad SidePad;

/* What differs from pad to pad; the functions are called under the pad's lock. */
typedef struct {
    GstStaticPadTemplate *template;
    guint room; /* entries that may wait */
    void (*take_caps)(SidePad *side, GstCaps *caps);
    /* Makes an entry of @buffer, which stays the caller's, and queues it, or not. */
    GstFlowReturn (*take)(SidePad *side, GstBuffer *buffer);
    GDestroyNotify free_entry;
} SidePadKind;

struct SidePad {
    const SidePadKind *kind;
    GstElement *element;
    GstPad *pad;

    GMutex lock; /* of the rest */
    GCond changed;
    GstSegment segment;
    GQueue entries; /* in order */
    gboolean begun; /* something has come, if only a gap or the end */
    gboolean tired; /* the video has waited in vain, and does not any more */
    gboolean ended; /* the video has */
    gboolean flushing, eos;
};

/* Adds a pad called @name to @element. */
void sidepad_init(SidePad *side, const SidePadKind *kind, GstElement *element, const char *name);
/* Without the lock of anything; takes the pad away. */
void sidepad_clear(SidePad *side);

/* The video has come to its end, or begins anew. */
void sidepad_set_ended(SidePad *side, gboolean ended);

#endif
