/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the subject is: a mask, brought along the edges of the scene's picture. */
#ifndef IDIOM_RENDERER_CUTOUT_H
#define IDIOM_RENDERER_CUTOUT_H

#include "finder.h"

/* Reference counted. */
typedef struct {
    IdiomScene *scene;
    IdiomFinder *finder; /* where the mask comes from; NULL: from the program */
    IdiomProgram *program;
    guint width, height; /* of the mask that everything follows from */
    IdiomTensor *of_full,
        *of_picture; /* as idiom_matte() makes them; the same where the scene's pictures are */
    float *mask[IDIOM_PROGRAM_MAX_SLOTS]; /* mapped */
} IdiomCutout;

/* @people: NULL, or a network that finds the subject: a mask is not given then */
IdiomCutout *idiom_cutout_new(IdiomScene *scene, const IdiomStyle *people, GError **error);
IdiomCutout *idiom_cutout_ref(IdiomCutout *cutout);
void idiom_cutout_unref(IdiomCutout *cutout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomCutout, idiom_cutout_unref)

/* Commands for the frame in @slot. @mask: NULL: there is no subject, or people are found. As idiom_program_commands(). */
gboolean idiom_cutout_commands(IdiomCutout *cutout, const IdiomMask *mask, guint slot, IdiomCommands **lists,
                               guint *count, GError **error);

#endif
