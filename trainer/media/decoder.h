/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_DECODER_H
#define IDIOM_DECODER_H

#include "media/picture.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

/* A file from which libav decodes pictures: what reading one picture and reading a whole video share. */
typedef struct {
    const char *path; /* the caller's; messages begin with it */
    AVFormatContext *format;
    AVCodecContext *codec;
    AVFrame *frame; /* decoded last */
    AVPacket *packet;
    int stream;
    gboolean drained; /* the codec has been told that nothing follows */
    int w, h;         /* of a frame that is too large */
} IdiomDecoder;

/* @decoder: zeroes but for its path. Errors: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT. */
gboolean idiom_decoder_open_file(IdiomDecoder *decoder, GError **error);
/* After idiom_decoder_open_file(). */
gboolean idiom_decoder_open_codec(IdiomDecoder *decoder, GError **error);
void idiom_decoder_clear(IdiomDecoder *decoder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdiomDecoder, idiom_decoder_clear)

/* Single pictures come from libavformat's image2 and ..._pipe demuxers. */
gboolean idiom_decoder_is_still(const IdiomDecoder *decoder);

/* The next frame into decoder->frame. Returns 0, AVERROR_EOF or another libav error. */
int idiom_decoder_next(IdiomDecoder *decoder);

/* Decodes the frame at @position of a video (the first one if it cannot be sought), or the only one of a picture. */
gboolean idiom_decoder_seek(IdiomDecoder *decoder, double position, GError **error);

/* decoder->frame as RGB of @w x @h pixels. */
IdiomPicture *idiom_decoder_picture(const IdiomDecoder *decoder, guint w, guint h, GError **error);

#endif
