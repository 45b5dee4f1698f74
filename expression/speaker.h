/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says what it is told to: draws it when it changes, and places it in every frame. */
#ifndef EXPRESSION_SPEAKER_H
#define EXPRESSION_SPEAKER_H

#include "stage.h"
#include "words.h"

typedef struct Speaker Speaker;

/* @listener: hears of what cannot be said, once for each change */
Speaker *speaker_new(Listener listener);
void speaker_free(Speaker *speaker);

/* From the next frame on. What is wrong stays as it was. */
void speaker_set_words(Speaker *speaker, const Words *words);

/* @hand: copied */
void speaker_set_hand(Speaker *speaker, const Hand *hand);

/* Timed text, in place of the caption; NULL for none. @markup: or plain text */
void speaker_set_text(Speaker *speaker, const char *text, gboolean markup);

/* Whether there is anything to say. */
gboolean speaker_speaks(const Speaker *speaker);

/* Another stream: nothing is known of where things are. */
void speaker_forget(Speaker *speaker);

/* What @stage shows; @scene stays until the next frame. */
void speaker_frame(Speaker *speaker, const Stage *stage, IdiomExpression *expression);

/* What was found in the oldest frame that has not been looked at. */
void speaker_learn(Speaker *speaker, const IdiomObservation *observation);

#endif
