/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PICTURE_H
#define PICTURE_H

#include <idiom/reference.h>

/* A picture in memory: RGB, 8 bits, rows without padding. */
typedef struct {
    guint w, h;
    guint8 *rgb;
} Picture;

Picture *picture_new(guint w, guint h);
void picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

/* No side of a picture may be longer, nor its area larger. */
#define PICTURE_MAX_SIDE 16384
#define PICTURE_MAX_PIXELS (64 * 1024 * 1024)

/*
 * Reads a picture, or one frame of a video, in any format that FFmpeg reads.
 * @position: 0..1, where in a video the frame is taken; ignored for pictures
 * @min_side, @max_side: the picture is scaled (Lanczos) so that its shorter side lies between these; 0: no limit.
 *   A picture that would have to grow more than four times is refused.
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT; the message begins with @path
 */
Picture *picture_load(const char *path, double position, guint min_side, guint max_side, GError **error);

/* As above; @next: NULL, or where to put the frame that follows in a video, scaled alike; NULL where none does. */
Picture *picture_load_pair(const char *path, double position, guint min_side, guint max_side, Picture **next,
                           GError **error);

/* Whether the file has more than one frame, judging by its header. */
gboolean picture_is_video(const char *path, gboolean *video, GError **error);

/* The part of @picture from (@x, @y) of @w x @h pixels, as a new picture. */
Picture *picture_crop(const Picture *picture, guint x, guint y, guint w, guint h);

/*
 * Between pictures and arrays of floats 0..1, [3,h,w]. Values are clamped and rounded on the way back.
 */
void picture_to_floats(const Picture *picture, float *values);
Picture *picture_from_floats(const float *values, guint w, guint h);

/* The picture as one to read a style off, for as long as it lives. */
IdiomReference picture_reference(const Picture *picture, double weight);

/* (transfer full): the picture as a PNG file's bytes. */
GBytes *picture_encode_png(const Picture *picture, GError **error);

/* Writes a PNG file; a file of that name is replaced only when the new one is complete. */
gboolean picture_write_png(const Picture *picture, const char *path, GError **error);

#endif
