/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_PICTURE_H
#define IDIOM_PICTURE_H

#include <glib.h>

/* A picture in memory: RGB, 8 bits, rows without padding. */
typedef struct {
    guint w, h;
    guint8 *rgb;
} IdiomPicture;

IdiomPicture *idiom_picture_new(guint w, guint h);
void idiom_picture_free(IdiomPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomPicture, idiom_picture_free)

/* No side of a picture may be longer, nor its area larger. */
#define IDIOM_PICTURE_MAX_SIDE 16384
#define IDIOM_PICTURE_MAX_PIXELS (64 * 1024 * 1024)

/*
 * Reads a picture, or one frame of a video, in any format that FFmpeg reads.
 * @position: 0..1, where in a video the frame is taken; ignored for pictures
 * @min_side, @max_side: the picture is scaled (Lanczos) so that its shorter side lies between these; 0: no limit.
 *   A picture that would have to grow more than four times is refused.
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT; the message begins with @path
 */
IdiomPicture *idiom_picture_load(const char *path, double position, guint min_side, guint max_side,
                                 GError **error);

/* As above; @next: NULL, or where to put the frame that follows in a video, scaled alike; NULL where none does. */
IdiomPicture *idiom_picture_load_pair(const char *path, double position, guint min_side, guint max_side,
                                      IdiomPicture **next, GError **error);

/* Whether the file has more than one frame, as far as its header tells. */
gboolean idiom_picture_is_video(const char *path, gboolean *video, GError **error);

/* The part of @picture from (@x, @y) of @w x @h pixels, as a new picture. */
IdiomPicture *idiom_picture_crop(const IdiomPicture *picture, guint x, guint y, guint w, guint h);

/*
 * Between pictures and arrays of floats 0..1, [3,h,w]. Values are clamped and rounded on the way back.
 */
void idiom_picture_to_floats(const IdiomPicture *picture, float *values);
IdiomPicture *idiom_picture_from_floats(const float *values, guint w, guint h);

/* (transfer full): the picture as a PNG file's bytes. */
GBytes *idiom_picture_encode_png(const IdiomPicture *picture, GError **error);

/* Writes a PNG file; a file of that name is replaced only when the new one is complete. */
gboolean idiom_picture_write_png(const IdiomPicture *picture, const char *path, GError **error);

#endif
