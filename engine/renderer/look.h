/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is seen: the layers in view, faded into each other, written as a frame. */
#ifndef IDIOM_RENDERER_LOOK_H
#define IDIOM_RENDERER_LOOK_H

#include "cutout.h"
#include "layer.h"
#include "stages.h"

/* Styles in view at once: a change during a change fades from what is seen then. */
#define IDIOM_LOOK_MAX_LAYERS 3
/* And those of the subject, where it has its own. */
#define IDIOM_LOOK_MAX_INSIDE 2
#define IDIOM_LOOK_MAX_ALL (IDIOM_LOOK_MAX_LAYERS + IDIOM_LOOK_MAX_INSIDE)

/* How results are put together. */
typedef struct {
    gboolean steady;     /* of steadied results */
    gboolean recoloured; /* with some of the source's colours */
    IdiomCutout *cutout; /* the subject is shown in another way; NULL: it is not */
    guint inside;        /* layers, the last ones, that show the subject; 0: the others do */
} IdiomLookKind;

/* Reference counted; frames in flight keep it, and with it all that they are made of. */
typedef struct {
    IdiomScene *scene;
    IdiomLayer *layers[IDIOM_LOOK_MAX_ALL]; /* none: the source, in a frame of the other kind */
    guint n_layers;
    IdiomLookKind kind;
    IdiomProgram *program;
    IdiomTensor *bytes;
    IdiomSurface *surface; /* of bytes; NULL until something is to be shown there */
    IdiomSketch *sketch;   /* likewise */
    struct {               /* mapped */
        float *strength;   /* with a cutout that outside; NULL without layers */
        float *inside;     /* that inside; NULL without a cutout */
        float *colour;     /* NULL where it is not recoloured */
        struct {
            float *at_cut;             /* amount of the layer where the scene does not continue */
            float *further;            /* what is added where it does */
        } amounts[IDIOM_LOOK_MAX_ALL]; /* the first layer has none, nor has the first one inside */
        IdiomEnds ends;                /* of bytes */
    } slot[IDIOM_PROGRAM_MAX_SLOTS];
} IdiomLook;

/* @layers: in the order in which they came into view, those inside after the others */
IdiomLook *idiom_look_new(IdiomScene *scene, IdiomLayer *const *layers, guint n_layers, IdiomLookKind kind,
                          GError **error);
IdiomLook *idiom_look_ref(IdiomLook *look);
void idiom_look_unref(IdiomLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomLook, idiom_look_unref)

/* Whether @look is of just these layers and this kind. */
gboolean idiom_look_shows(const IdiomLook *look, IdiomLayer *const *layers, guint n_layers,
                          IdiomLookKind kind);

/*
 * Commands for the frame in @slot, all that it takes, with marks of @stages. @amounts: 0..1 for each layer but the first: what is seen below it
 * is moved by so much towards its result. @continues: FALSE: the frame is known not to continue the one before. As
 * idiom_program_commands().
 *
 * Of several layers only one is computed, and one of those inside, in a frame, in turn, if
 * all saw the last one; of the others the last result is moved on, so that a fade costs little more than a style. Should the scene turn out to be cut just then, the one that
 * was computed is shown alone.
 */
gboolean idiom_look_commands(IdiomLook *look, const IdiomFrameParams *params, const double *amounts,
                             gboolean continues, guint64 number, guint slot, IdiomStages *stages,
                             IdiomCommands **lists, guint *count, GError **error);

/* Commands for the frame in @slot, whose full picture is there; only of a look without layers. */
gboolean idiom_look_convert_commands(IdiomLook *look, guint slot, IdiomCommands **lists, guint *count,
                                     GError **error);

/* Device bytes that the tensors of the scene, the layers and the look take. */
guint64 idiom_look_memory(const IdiomLook *look);

#endif
