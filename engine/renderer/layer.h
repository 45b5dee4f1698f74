/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A style in view: what it makes of the scene, frame by frame and steadied. */
#ifndef IDIOM_RENDERER_LAYER_H
#define IDIOM_RENDERER_LAYER_H

#include "scene.h"

#include <idiom-unstable/stylefile.h>

/* Reference counted. */
typedef struct {
    IdiomScene *scene;
    IdiomParams *params;
    IdiomProgram *program; /* NULL: the layer is only held, see handover.c */
    IdiomTensor *plain;    /* planes [1,3,h,w]: the result by itself */
    IdiomSteady steady;    /* and steadied by the last one */
    IdiomTensor *places;   /* of the noise that it paints from; NULL where it paints from none */
    IdiomProgram *hold;    /* moves the last result instead, which costs little */
    guint styles;          /* in the file */
    struct {               /* mapped */
        float *temporal;
        float *statistics; /* NULL where the style keeps none */
        float *joined;     /* three times 1, or 0 where the layer did not see the last frame */
        float *turn;       /* see idiom_changed_tiles(); NULL where everything is computed */
        float *mix;        /* a weight for each of the styles; NULL where there is one */
    } slot[IDIOM_PROGRAM_MAX_SLOTS];

    /* how it comes into view; changed by the renderer's thread only */
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    gint64 since;     /* time of the last frame without it */
    guint64 fade;     /* it fades in for so long */
    guint64 seen;     /* number of the last frame that it steadied or held */
    guint64 computed; /* number of the last frame that it did not hold */
    guint64 kept;     /* number of the last frame after which all that it has computed may stay */
    float kept_weights[IDIOM_GENERATOR_MAX_STYLES]; /* with which it was */
    gint64 time;                                    /* of that frame */
    float turn;                                     /* where in the round through what is still it ended */
} IdiomLayer;

IdiomLayer *idiom_layer_new(IdiomScene *scene, const IdiomStyle *style, const float *weights, GError **error);
IdiomLayer *idiom_layer_ref(IdiomLayer *layer);
void idiom_layer_unref(IdiomLayer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomLayer, idiom_layer_unref)

typedef enum {
    IDIOM_LAYER_PLAIN,  /* by itself: the result is in plain */
    IDIOM_LAYER_STEADY, /* with what the last frame left: in steady.history */
    IDIOM_LAYER_HOLD,   /* the last result, moved: there, too; only if idiom_layer_can_hold() */
} IdiomLayerMode;

/* Whether the layer saw the frame before @number. */
gboolean idiom_layer_can_hold(const IdiomLayer *layer, guint64 number);

/* Commands for frame @number in @slot. As idiom_program_commands(). */
gboolean idiom_layer_commands(IdiomLayer *layer, const IdiomFrameParams *params, IdiomLayerMode mode,
                              guint64 number, guint slot, IdiomCommands **lists, guint *count,
                              GError **error);

#endif
