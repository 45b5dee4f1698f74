/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Photos and frames of videos, each with the mask of the people in it. */
#ifndef PEOPLE_SOURCES_H
#define PEOPLE_SOURCES_H

#include "people/masker.h"

typedef struct {
    Picture *picture;
    guint8 *mask; /* of all of it, PEOPLE_WIDTH x PEOPLE_HEIGHT */
    double share; /* of the picture that people take */
} Source;

typedef struct {
    GPtrArray *all;    /* Source */
    GPtrArray *people; /* those in which somebody was found; not owned */
    guint files;
} Sources;

gboolean sources_load(Sources *sources, Masker *teacher, const char *const *content, GError **error);
void sources_clear(Sources *sources);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sources, sources_clear)

/* A part of a picture, in shares of its sides, which may reach beyond it. */
typedef struct {
    double x, y, w, h;
    gboolean mirrored;
} Part;

/*
 * What is at (@u, @v), 0..1, of @part: each colour 0..255, and the mask 0..1. Beyond the picture there is its edge, and
 * nobody. @across, @down: how far it is to the next pixel, likewise: what lies between is averaged.
 */
void source_sample(const Source *source, const Part *part, double u, double v, double across, double down,
                   float rgb[3], float *mask);

/* All of @source in the size that networks take. */
Picture *picture_fit(const Picture *picture);

#endif
