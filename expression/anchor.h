/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Something in the picture that something else belongs to; it is followed as the scene moves. */
#ifndef EXPRESSION_ANCHOR_H
#define EXPRESSION_ANCHOR_H

#include "stage.h"

typedef enum { ANCHOR_AUTO, ANCHOR_POINT, ANCHOR_TYPE, ANCHOR_ID } AnchorKind;

typedef struct {
    AnchorKind kind;
    double share_x, share_y; /* of the frame: where a point is */
    char *type;              /* of a region */
    gint id;
    guint rank; /* with auto or a type: which of the regions, from the largest on */

    gboolean known; /* there is a place */
    gboolean found; /* it is that of a region */
    double x, y;    /* centre, in pixels */
    double width, height;
    double speed_x, speed_y; /* pixels a frame */
    double lost;             /* seconds since the region was seen */
    gint point;              /* where it is followed, or -1 */
} Anchor;

/* @text: "auto" or NULL, "X,Y" in shares of the frame, "id:N", or the type of a region. FALSE with an error if it is none. */
gboolean anchor_parse(Anchor *anchor, const char *text, guint rank, GError **error);
void anchor_clear(Anchor *anchor);

/* Finds its place in the frame, and has it followed from this frame to the next. */
void anchor_update(Anchor *anchor, const Stage *stage, Scene *scene);

/* How it has moved. */
void anchor_learn(Anchor *anchor, const IdiomMove *move);

#endif
