/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source: its picture and its motion, found once for all styles in view. */
#ifndef IDIOM_RENDERER_SCENE_H
#define IDIOM_RENDERER_SCENE_H

#include <idiom-unstable/temporal.h>
#include <idiom-unstable/video.h>
#include <idiom/renderer.h>

#include "sketch.h"

/* How styles work on frames: in which size, and on all of them or on what has changed. */
typedef struct {
    double stroke_size; /* see idiom_renderer_set_stroke_size() */
    double quality;     /* see idiom_renderer_set_quality() */
    gboolean still;     /* see idiom_renderer_set_still() */
} IdiomInner;

/* What frames are when they come, and when they go. */
typedef struct {
    IdiomVideoInfo source, result;
} IdiomKinds;

/* Reference counted; what is borrowed from it keeps it alive. */
typedef struct {
    IdiomDevice *device;
    IdiomFrame frame;
    IdiomFrame result; /* what becomes of it */
    gboolean converts; /* that is of another kind */
    guint slots;
    IdiomInner inner;
    IdiomProgram *program;
    IdiomTensor *bytes;   /* the frame as it came */
    IdiomTensor *full;    /* planes [1,3,height,width] */
    IdiomTensor *picture; /* planes [1,3,h,w]: what styles work on: full, or smaller */
    IdiomMotion motion;
    IdiomEnds ends[IDIOM_PROGRAM_MAX_SLOTS];   /* of bytes */
    float *continues[IDIOM_PROGRAM_MAX_SLOTS]; /* mapped: 1 if the frame continues the one before, else 0 */
    IdiomSketch *sketch;                       /* likewise */
    IdiomSurface *surface;                     /* of bytes; NULL until something is to be shown there */
    IdiomFollower *follower;                   /* likewise */
} IdiomScene;

IdiomScene *idiom_scene_new(IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner, guint slots,
                            GError **error);
IdiomScene *idiom_scene_ref(IdiomScene *scene);
void idiom_scene_unref(IdiomScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomScene, idiom_scene_unref)

/* A graph whose program works on the scene's frames. */
IdiomGraph *idiom_scene_graph(const IdiomScene *scene);

/* Commands for the frame in @slot: its picture and, with @motion, its motion. As idiom_program_commands(). */
gboolean idiom_scene_commands(IdiomScene *scene, gboolean motion, guint slot, IdiomCommands **lists,
                              guint *count, GError **error);

/* The same with nothing but the full picture. */
gboolean idiom_scene_import_commands(IdiomScene *scene, guint slot, IdiomCommands **lists, guint *count,
                                     GError **error);

#endif
