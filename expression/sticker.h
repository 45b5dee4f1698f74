/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Emoji and small pictures: at a place, at an anchor, or raining. */
#ifndef EXPRESSION_STICKER_H
#define EXPRESSION_STICKER_H

#include "anchor.h"
#include "words.h"

#define STICKER_MAX 8

typedef enum { STICKER_FIXED, STICKER_ANCHORED, STICKER_RAIN } StickerMode;

typedef struct {
    IdiomDrawing *drawings[STICKER_MAX];
    guint n;
    double side; /* of each, in pixels */
    StickerMode mode;
    double share_x, share_y; /* of the frame: where they are */
    double wobble;
    Anchor anchor;
} Stickers;

void stickers_clear(Stickers *stickers); /* all but anchor and place */

/* @text: emoji, names of emoji, or a PNG or SVG file. FALSE with an error; nothing has changed then. */
gboolean stickers_draw(Stickers *stickers, const Hand *hand, const char *text, double size, guint height,
                       GError **error);

/* @text: "top-right" and the like, "X,Y", "rain", or as anchor_parse() */
gboolean stickers_set_place(Stickers *stickers, const char *text, GError **error);

void stickers_place(Stickers *stickers, const Stage *stage, Scene *scene);

#endif
