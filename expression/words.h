/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody wants to be said, as the element's properties have it. */
#ifndef EXPRESSION_WORDS_H
#define EXPRESSION_WORDS_H

#include <glib.h>

typedef enum { CAPTION_BOTTOM, CAPTION_TOP, CAPTION_MIDDLE } CaptionPosition;
typedef enum { BUBBLE_SPEECH, BUBBLE_THOUGHT, BUBBLE_SHOUT } BubbleKind;

typedef struct {
    char *caption; /* Pango markup */
    CaptionPosition caption_position;
    double caption_size; /* percent of the height */
    char *bubble;        /* markup; several are separated by "||" */
    char *bubble_anchor; /* a place for each, separated by ";" */
    BubbleKind bubble_kind;
    double bubble_size;
    char *emoji; /* emoji, their names, or a file */
    char *emoji_place;
    double emoji_size;
} Words;

void words_init(Words *words);
void words_clear(Words *words);
void words_copy(Words *to, const Words *from);

#endif
