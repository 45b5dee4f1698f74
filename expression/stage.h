/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A frame as those see it who place something in it. */
#ifndef EXPRESSION_STAGE_H
#define EXPRESSION_STAGE_H

#include "hand.h"

#include <idiom/expression.h>

#define STAGE_MAX_REGIONS 8

/* Something that upstream has found in the frame. */
typedef struct {
    const char *type; /* "face" */
    gint id;
    double x, y, width, height; /* in pixels */
} Region;

typedef struct {
    guint width, height;
    double time, step; /* seconds; since the frame before */
    Region regions[STAGE_MAX_REGIONS];
    guint n_regions;
} Stage;

/* What is shown in a frame. */
typedef struct {
    IdiomSprite sprites[IDIOM_MAX_SPRITES];
    guint n_sprites;
    IdiomArea areas[IDIOM_MAX_AREAS];
    guint n_areas;
    IdiomPoint points[IDIOM_MAX_POINTS];
    guint n_points;
    IdiomArea taken[8]; /* where nothing else should come */
    guint n_taken;
} Scene;

static inline IdiomSprite *scene_add(Scene *scene, IdiomDrawing *drawing, double x, double y)
{
    static IdiomSprite none;
    IdiomSprite *s = scene->n_sprites < IDIOM_MAX_SPRITES ? &scene->sprites[scene->n_sprites++] : &none;
    *s = (IdiomSprite){.drawing = drawing, .x = x, .y = y, .xx = 1, .yy = 1, .opacity = 1};
    return s;
}

static inline void scene_take(Scene *scene, IdiomArea area)
{
    if (scene->n_taken < G_N_ELEMENTS(scene->taken))
        scene->taken[scene->n_taken++] = area;
}

/* Somebody is told, in a sentence, that something is not as it was asked for. */
typedef void (*Tell)(const char *what, gpointer user);

typedef struct {
    Tell tell;
    gpointer user;
} Listener;

#endif
