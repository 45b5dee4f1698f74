/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the subject is: a mask, brought along the edges of the scene's picture. */
#ifndef IDIOM_RENDERER_CUTOUT_H
#define IDIOM_RENDERER_CUTOUT_H

#include "scene.h"

/* Reference counted. */
typedef struct {
    IdiomScene *scene;
    IdiomProgram *program;
    guint width, height; /* of the mask that everything follows from */
    IdiomTensor *of_full,
        *of_picture; /* as idiom_matte() makes them; the same where the scene's pictures are */
    float *mask[IDIOM_PROGRAM_MAX_SLOTS]; /* mapped */
} IdiomCutout;

IdiomCutout *idiom_cutout_new(IdiomScene *scene, GError **error);
IdiomCutout *idiom_cutout_ref(IdiomCutout *cutout);
void idiom_cutout_unref(IdiomCutout *cutout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomCutout, idiom_cutout_unref)

/* Commands for the frame in @slot. @mask: NULL: there is no subject. As idiom_program_commands(). */
gboolean idiom_cutout_commands(IdiomCutout *cutout, const IdiomMask *mask, guint slot, IdiomCommands **lists,
                               guint *count, GError **error);

#endif
