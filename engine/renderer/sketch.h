/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames drawn: contours and tones, over whatever there is to be seen. */
#ifndef IDIOM_RENDERER_SKETCH_H
#define IDIOM_RENDERER_SKETCH_H

#include "surface.h"

#include <idiom/renderer.h>

typedef struct {
    IdiomProgram *program;
    IdiomTensor *bytes;    /* the result */
    IdiomSurface *surface; /* of it; NULL until something is to be shown there */
    struct {
        float *amounts;
        IdiomEnds ends; /* of bytes */
    } slot[IDIOM_PROGRAM_MAX_SLOTS];
} IdiomSketch;

/* @graph: (transfer full); @bytes: the frame as it is so far; @source: planes of the source, whose contours are drawn */
IdiomSketch *idiom_sketch_new(IdiomGraph *graph, const IdiomTensor *bytes, const IdiomTensor *source,
                              const IdiomFrame *frame, guint slots, GError **error);
void idiom_sketch_free(IdiomSketch *sketch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomSketch, idiom_sketch_free)

gboolean idiom_sketch_commands(IdiomSketch *sketch, const IdiomFrameParams *params, guint slot,
                               IdiomCommands **lists, guint *count, GError **error);

#endif
