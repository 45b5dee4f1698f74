/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bubble that somebody in the picture says or thinks. */
#ifndef EXPRESSION_BUBBLE_H
#define EXPRESSION_BUBBLE_H

#include "anchor.h"
#include "words.h"

typedef struct {
    IdiomDrawing *balloon, *tail, *letters;
    BubbleKind kind;
    double width, height; /* of the balloon */
    double inset;         /* of its line, from its edge */
    double tail_length;   /* as drawn */
    double wobble;
    gboolean placed;
    double x, y; /* where it is */
    guint side;  /* of its anchor, on which it is */
    Anchor anchor;
} Bubble;

/* All but the anchor. */
void bubble_clear(Bubble *bubble);

/* As caption_draw(). */
gboolean bubble_draw(Bubble *bubble, const Hand *hand, const char *clean, BubbleKind kind, double size,
                     guint width, guint height);

/* Finds where it goes, off what is taken, and adds it. */
void bubble_place(Bubble *bubble, const Stage *stage, Scene *scene);

#endif
