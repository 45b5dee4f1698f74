/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the picture says: the properties for it, and what of them is in a frame. */
#ifndef IDIOM_SPEECH_H
#define IDIOM_SPEECH_H

#include <gst/video/video.h>
#include <idiom/renderer.h>

typedef struct Speech Speech;

void speech_install(GObjectClass *klass);

/* Warnings are posted in the name of @element. */
Speech *speech_new(GstElement *element);
void speech_free(Speech *speech);

/* FALSE if there is no such property. Any thread. */
gboolean speech_set(Speech *speech, guint id, const GValue *value);
gboolean speech_get(Speech *speech, guint id, GValue *value);

/* The style whose hand it is, as the property has it. Any thread. */
void speech_set_style(Speech *speech, const char *style);

/* Another stream. */
void speech_forget(Speech *speech);

/* Text from the pipeline, in place of the caption; NULL for none. */
void speech_set_text(Speech *speech, const char *text, gboolean markup);

/* Adds to @params what @buffer, at @time of the stream (or none), says and how it is drawn; stays until the next call. */
void speech_frame(Speech *speech, GstBuffer *buffer, const GstVideoInfo *info, GstClockTime time,
                  IdiomFrameParams *params);

/* A frame is finished. */
void speech_learn(Speech *speech, const IdiomRenderer *renderer);

#endif
