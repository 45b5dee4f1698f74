/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where people are in the scene: found by a network in some frames, followed by the motion in those between. */
#ifndef IDIOM_RENDERER_FINDER_H
#define IDIOM_RENDERER_FINDER_H

#include "scene.h"

#include <idiom-unstable/stylefile.h>

/* Reference counted. */
typedef struct {
    IdiomScene *scene;
    IdiomProgram *find, *follow;
    IdiomTensor *mask; /* planes [1,1,h,w], 0..1: of the last frame for which there were commands */
    float *
        kept[IDIOM_PROGRAM_MAX_SLOTS]; /* mapped: how much of the mask of before is kept where one is found */

    /* changed by the renderer's thread only */
    guint every;         /* frames from one in which it looks to the next */
    guint64 seen, found; /* numbers of the last frames that it saw, and in which it looked */
} IdiomFinder;

/* @style: a file with a network that makes one channel of a picture; @width, @height: of the mask */
IdiomFinder *idiom_finder_new(IdiomScene *scene, const IdiomStyle *style, guint width, guint height,
                              GError **error);
IdiomFinder *idiom_finder_ref(IdiomFinder *finder);
void idiom_finder_unref(IdiomFinder *finder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomFinder, idiom_finder_unref)

/*
 * Commands for frame @number in @slot, whose motion is known. @continues: FALSE: the frame is known not to continue the
 * one before. As idiom_program_commands().
 */
gboolean idiom_finder_commands(IdiomFinder *finder, gboolean continues, guint64 number, guint slot,
                               IdiomCommands **lists, guint *count, GError **error);

#endif
