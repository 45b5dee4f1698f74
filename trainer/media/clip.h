/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Videos frame by frame: read one after the other, written without loss. */
#ifndef CLIP_H
#define CLIP_H

#include "media/picture.h"

/* The frames of a video file, in order. Used by one thread at a time. */
typedef struct Clip Clip;

/*
 * Opens a video (or a single picture: one frame) in any format that FFmpeg reads.
 * @w, @h: pixels that every frame is scaled to (Lanczos), or 0, 0: as they are in the file
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT; the message begins with @path
 */
Clip *clip_open(const char *path, guint w, guint h, GError **error);
void clip_free(Clip *clip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Clip, clip_free)

/*
 * The next frame, (transfer full). NULL without @error at the end; with IDIOM_ERROR_FORMAT where the file is damaged.
 * Frames of a video that changes its size have the first one's.
 */
Picture *clip_next(Clip *clip, GError **error);

/* Frames per second as a fraction; 25/1 where the file does not say. */
void clip_rate(const Clip *clip, int *numerator, int *denominator);

/* A video file being written: FFV1 in Matroska, RGB of 8 bits, so that reading it gives the same bytes. */
typedef struct ClipWriter ClipWriter;

/*
 * @w, @h: of every frame; @numerator, @denominator: frames per second
 * @error: IDIOM_ERROR_FILE; the message begins with @path
 */
ClipWriter *clip_writer_new(const char *path, guint w, guint h, int numerator, int denominator,
                            GError **error);
gboolean clip_writer_add(ClipWriter *writer, const Picture *picture, GError **error);

/* Completes the file. Frees nothing: clip_writer_free() does, and without this before it the file is incomplete. */
gboolean clip_writer_finish(ClipWriter *writer, GError **error);
void clip_writer_free(ClipWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClipWriter, clip_writer_free)

#endif
