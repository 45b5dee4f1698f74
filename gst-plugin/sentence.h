/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The property that takes a sentence and sets others. */
#ifndef IDIOM_SENTENCE_H
#define IDIOM_SENTENCE_H

#include <gst/gst.h>
#include <idiom/renderer.h>

#include "propertyids.h"

#define SENTENCE_SAY FIRST_OF_SENTENCE

typedef struct Sentence Sentence;

void sentence_install(GObjectClass *klass);
Sentence *sentence_new(GstElement *element);
void sentence_free(Sentence *sentence);

/* Sets what @text says, and posts what was made of it. Without the object lock. */
void sentence_say(Sentence *sentence, const char *text);

/* The last one. */
const char *sentence_said(const Sentence *sentence);

/* Numbers that a sentence has changed are on their way in @params, of a frame at @time. */
void sentence_glide(Sentence *sentence, IdiomFrameParams *params, GstClockTime time);

#endif
