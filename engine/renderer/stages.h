/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long the device takes for the parts of a frame, by its own clock. */
#ifndef IDIOM_RENDERER_STAGES_H
#define IDIOM_RENDERER_STAGES_H

#include "gpu/gpu.h"

typedef enum {
    IDIOM_STAGE_IN,     /* copies from where the frame comes from */
    IDIOM_STAGE_SCENE,  /* its picture, motion and masks */
    IDIOM_STAGE_STYLE,  /* the networks */
    IDIOM_STAGE_FINISH, /* the finished picture, with what lies over it, as a frame */
    IDIOM_STAGE_OUT,    /* copies to where it goes */
    IDIOM_STAGES,
} IdiomStage;

/* The marks in a frame's commands: one before the first stage, one after each. All zero at first. */
typedef struct {
    IdiomCommands *marks[IDIOM_STAGES + 1];
    guint n; /* in the commands of the last frame; 0: it is not measured */
} IdiomStages;

/* Begins to measure a frame, if the device has a clock; otherwise nothing is done, here and below. */
gboolean idiom_stages_begin(IdiomStages *stages, IdiomDevice *device, IdiomCommands **lists, guint *count,
                            GError **error);

/* What was appended since the last mark was the next stage. */
void idiom_stages_mark(IdiomStages *stages, IdiomCommands **lists, guint *count);

/* Seconds of each stage of the frame, which is finished; zeros if it was not measured. */
void idiom_stages_read(const IdiomStages *stages, double seconds[IDIOM_STAGES]);

/* Before another device is used. */
void idiom_stages_clear(IdiomStages *stages);

#endif
