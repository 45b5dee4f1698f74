/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of text in a box, at the edge of the picture or in its middle. */
#ifndef EXPRESSION_CAPTION_H
#define EXPRESSION_CAPTION_H

#include "stage.h"
#include "words.h"

/* All zero: nothing is shown. */
typedef struct {
    IdiomDrawing *box, *letters;
    guint width, height; /* of both */
    double ink;          /* luminance */
    Colour paper_colour;
    double opacity, wanted; /* of the box */
    double enough, waited;  /* what would have been enough for so many seconds */
    gint area;              /* where the light under it is measured, or -1 */
} Caption;

void caption_clear(Caption *caption);

/* @clean: as lettering_clean() returns it; @size: percent of the height. FALSE if a font is missing: there are boxes then. */
gboolean caption_draw(Caption *caption, const Hand *hand, const char *clean, double size, guint width,
                      guint height);

void caption_place(Caption *caption, const Stage *stage, CaptionPosition position, Scene *scene);

/* The light that was found under it. */
void caption_learn(Caption *caption, const IdiomLight *light);

#endif
