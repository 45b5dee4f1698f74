/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words that sentences are made of. */
#ifndef EXPRESSION_LEXICON_H
#define EXPRESSION_LEXICON_H

#include <glib.h>

typedef enum {
    WORD_UNKNOWN,
    WORD_FILLER,  /* means nothing of its own */
    WORD_NO,      /* what comes next is not wanted */
    WORD_AMOUNT,  /* value: 0..1 */
    WORD_THING,   /* text: a property with an amount */
    WORD_STROKES, /* their size follows from a size */
    WORD_SIZE,    /* value: a factor */
    WORD_CAPTION,
    WORD_BUBBLE, /* text: its kind */
    WORD_EMOJI,  /* something is meant to be one: "emoji", "sticker" */
    WORD_RAIN,
    WORD_PLACE, /* text: top, bottom, left, right, middle, or two of them */
    WORD_FACE,
    WORD_MANNER, /* text: a property and its value */
    WORD_ALL,
    WORD_SOURCE, /* no style */
    WORD_BEFORE, /* the style paints the words */
} WordKind;

typedef struct {
    WordKind kind;
    const char *text;
    double value;
} Meaning;

/* The longest phrase that @text, in lower case, begins with, and its bytes; WORD_UNKNOWN, 0 for none. */
Meaning lexicon_find(const char *text, gsize *bytes);

#endif
