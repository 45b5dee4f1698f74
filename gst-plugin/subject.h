/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown in another way than the rest: the properties that say so, and where it is in a frame. */
#ifndef IDIOM_SUBJECT_H
#define IDIOM_SUBJECT_H

#include <gst/video/video.h>
#include <idiom/renderer.h>

typedef enum {
    SUBJECT_NONE,
    SUBJECT_REGIONS,
    SUBJECT_PEOPLE,
    SUBJECT_MASK,
} SubjectKind;

/* Pixels of the mask that is drawn, whatever the frame's size is. */
enum { SUBJECT_MASK_WIDTH = 256, SUBJECT_MASK_HEIGHT = 144 };

/* Left, top, width, height in shares of the frame. */
typedef struct {
    double x, y, w, h;
} Region;

typedef struct {
    /* properties; under the object lock */
    SubjectKind kind;
    char *region, *subject_style, *background_style;
    double subject_strength, background_strength;
    Region parsed; /* the last region that was one */

    /* of the streaming thread */
    guint8 pixels[SUBJECT_MASK_WIDTH * SUBJECT_MASK_HEIGHT];
    IdiomMask mask, given; /* drawn, and of a pad */
} Subject;

/* Styles to be shown: strings belong to others. */
typedef struct {
    const char *style, *mix;      /* of all, or of the background */
    const char *inside;           /* NULL: the same in the subject */
    gboolean subject, background; /* FALSE: it is the source as it is */
} Looks;

void subject_init(Subject *s);
void subject_clear(Subject *s);
void subject_install(GObjectClass *klass);

/* FALSE if there is no such property. @error: what is set is of no use, and what was used before still is. */
gboolean subject_set(Subject *s, guint id, const GValue *value, GError **error);
/* Whether all that is set is of use. */
gboolean subject_check(const Subject *s, GError **error);
gboolean subject_get(const Subject *s, guint id, GValue *value);

/* @style, @mix: those of the properties for all of the frame */
Looks subject_looks(const Subject *s, const char *style, const char *mix);

/*
 * Says of the next frame, which is in @buffer, where the subject is and how much of a style it has. @given: whether
 * s->given is the mask of a pad. Under the object lock.
 */
void subject_describe(Subject *s, const Looks *looks, GstBuffer *buffer, const GstVideoInfo *info,
                      gboolean given, IdiomFrameParams *params);

/* "X,Y,W,H" in percent of the frame. */
gboolean region_parse(const char *text, Region *region, GError **error);

/* Adds a region to a mask, with soft edges. */
void region_draw(const Region *region, guint8 *pixels, guint width, guint height);

#endif
