/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ends of a frame's way: from where the program has it to the device, and back. */
#ifndef IDIOM_RENDERER_TRANSFER_H
#define IDIOM_RENDERER_TRANSFER_H

#include <idiom-unstable/video.h>

#include "graph/graph.h"

/* One end of a frame in flight. All zero at first. */
typedef struct {
    IdiomPicture picture;
    IdiomCommands *commands;                         /* the last ones; kept */
    IdiomExternal *external[IDIOM_VIDEO_MAX_PLANES]; /* what the commands use of others' memory */
    const guint8 *bytes; /* where the host reads the result from; NULL: it is where it belongs */
    guint8 *first;       /* where external[0] begins, if it is host memory */
    guint copies;        /* of the whole frame, that the host has made */
} IdiomTransfer;

gboolean idiom_picture_is_host(const IdiomPicture *picture);

/* Refuses a picture that cannot be what it says; the content of a @result does not matter. */
gboolean idiom_transfer_check(const IdiomFrame *frame, const IdiomPicture *picture, gboolean result,
                              GError **error);

/*
 * Brings @picture to @ends, or the other way; what the device has to do for it is appended to @lists. When that is done,
 * idiom_transfer_finish() has to be called.
 */
gboolean idiom_transfer_in(IdiomTransfer *transfer, IdiomDevice *device, const IdiomFrame *frame,
                           const IdiomPicture *picture, IdiomEnds ends, IdiomCommands **lists, guint *count,
                           GError **error);
gboolean idiom_transfer_out(IdiomTransfer *transfer, IdiomDevice *device, const IdiomFrame *frame,
                            const IdiomPicture *picture, IdiomEnds ends, IdiomCommands **lists, guint *count,
                            GError **error);

/* The frame is finished: what the host has to do. */
void idiom_transfer_finish(IdiomTransfer *transfer, const IdiomFrame *frame);

/* Lets go of what the commands use; the device is done with it. */
void idiom_transfer_release(IdiomTransfer *transfer);

/* Lets go of the commands, too, before another device is used. */
void idiom_transfer_clear(IdiomTransfer *transfer);

#endif
