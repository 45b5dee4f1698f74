/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a frame says: sprites over its bytes, the light under them, and how points move. Made when first needed. */
#ifndef IDIOM_RENDERER_SURFACE_H
#define IDIOM_RENDERER_SURFACE_H

#include <idiom-unstable/expression.h>

#include "graph/graph.h"

/* Where sprites lie: the bytes of a frame, before a style or after it. */
typedef struct {
    IdiomProgram *program;
    struct { /* mapped */
        guint32 *table;
        float *areas;
        const float *light;
    } slot[IDIOM_PROGRAM_MAX_SLOTS];
} IdiomSurface;

/* @graph: (transfer full): empty, for the program of the surface; @bytes: of a frame, in another program, shared */
IdiomSurface *idiom_surface_new(IdiomGraph *graph, const IdiomTensor *bytes, const IdiomFrame *frame,
                                GError **error);
void idiom_surface_free(IdiomSurface *surface);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomSurface, idiom_surface_free)

/* Commands for the frame in @slot; slot[].table has been filled. As idiom_program_commands(). */
gboolean idiom_surface_commands(IdiomSurface *surface, const IdiomExpression *expression, guint slot,
                                IdiomCommands **lists, guint *count, GError **error);

/* What lay under @n areas of the frame in @slot, which is finished. */
void idiom_surface_read(const IdiomSurface *surface, guint slot, IdiomLight *lights, guint n);

/* How points of the scene move. */
typedef struct {
    IdiomProgram *program;
    struct {
        float *points;
        const float *moves;
    } slot[IDIOM_PROGRAM_MAX_SLOTS];
} IdiomFollower;

IdiomFollower *idiom_follower_new(IdiomGraph *graph, const IdiomMotion *motion, GError **error);
void idiom_follower_free(IdiomFollower *follower);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomFollower, idiom_follower_free)

/* @scale_x, @scale_y: pixels of the picture that motion is known of for one of the frame */
gboolean idiom_follower_commands(IdiomFollower *follower, const IdiomExpression *expression, double scale_x,
                                 double scale_y, guint slot, IdiomCommands **lists, guint *count,
                                 GError **error);
void idiom_follower_read(const IdiomFollower *follower, guint slot, double scale_x, double scale_y,
                         IdiomMove *moves, guint n);

/* The drawings that the device has. */
typedef struct IdiomGallery IdiomGallery;

IdiomGallery *idiom_gallery_new(IdiomDevice *device);
void idiom_gallery_free(IdiomGallery *gallery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomGallery, idiom_gallery_free)

/* Fills in @table for frame @number; drawings that the device does not have are brought there. */
gboolean idiom_gallery_show(IdiomGallery *gallery, const IdiomExpression *expression, const IdiomFrame *frame,
                            guint64 number, guint32 *table, GError **error);

#endif
