/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DECODER_H
#define DECODER_H

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
    gboolean drained; /* the codec knows that nothing follows */
    int w, h;         /* of a frame that is too large */
} Decoder;

/* @decoder: zeroes but for its path. Errors: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT, IDIOM_ERROR_MEMORY. */
gboolean decoder_open_file(Decoder *decoder, GError **error);
/* After decoder_open_file(). */
gboolean decoder_open_codec(Decoder *decoder, GError **error);
void decoder_clear(Decoder *decoder);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decoder, decoder_clear)

/* Single pictures come from libavformat's image2 and ..._pipe demuxers. */
gboolean decoder_is_still(const Decoder *decoder);

/* The next frame into decoder->frame. Returns 0, AVERROR_EOF or another libav error. */
int decoder_next(Decoder *decoder);

/* Decodes the frame at @position of a video (the first one if it cannot be sought), or the only one of a picture. */
gboolean decoder_seek(Decoder *decoder, double position, GError **error);

/* decoder->frame as RGB of @w x @h pixels. */
Picture *decoder_picture(const Decoder *decoder, guint w, guint h, GError **error);

#endif
