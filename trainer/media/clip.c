/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/clip.h"

#include "media/decoder.h"

#include <idiom/error.h>

/* --- reading -------------------------------------------------------------------------------------- */

struct Clip {
    Decoder decoder;
    char *path;
    guint w, h;
    guint frames; /* read so far */
};

Clip *clip_open(const char *path, guint w, guint h, GError **error)
{
    g_autoptr(Clip) clip = g_new0(Clip, 1);
    clip->path = g_strdup(path);
    clip->decoder.path = clip->path;
    clip->w = w;
    clip->h = h;
    if (!decoder_open_file(&clip->decoder, error) || !decoder_open_codec(&clip->decoder, error))
        return NULL;
    return g_steal_pointer(&clip);
}

void clip_free(Clip *clip)
{
    if (clip) {
        decoder_clear(&clip->decoder);
        g_free(clip->path);
        g_free(clip);
    }
}

Picture *clip_next(Clip *clip, GError **error)
{
    int status = decoder_next(&clip->decoder);
    if (status == AVERROR_EOF && clip->frames > 0)
        return NULL;
    if (status < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: frame %u cannot be decoded: damaged, truncated or too large", clip->path,
                    clip->frames);
        return NULL;
    }
    if (clip->w == 0) {
        clip->w = (guint)clip->decoder.frame->width;
        clip->h = (guint)clip->decoder.frame->height;
    }
    clip->frames++;
    return decoder_picture(&clip->decoder, clip->w, clip->h, error);
}

void clip_rate(const Clip *clip, int *numerator, int *denominator)
{
    AVRational rate = clip->decoder.format->streams[clip->decoder.stream]->avg_frame_rate;
    gboolean known = rate.num > 0 && rate.den > 0;
    *numerator = known ? rate.num : 25;
    *denominator = known ? rate.den : 1;
}

/* --- writing -------------------------------------------------------------------------------------- */

struct ClipWriter {
    char *path;
    AVFormatContext *format;
    AVStream *stream;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
};

static gboolean fail(const ClipWriter *writer, const char *what, int averror, GError **error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s: %s", writer->path, what,
                av_make_error_string(text, sizeof text, averror));
    return FALSE;
}

static gboolean open_encoder(ClipWriter *writer, guint w, guint h, AVRational rate, GError **error)
{
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_FFV1);
    if (!encoder)
        return fail(writer, "no FFV1 encoder for it", AVERROR_ENCODER_NOT_FOUND, error);
    if (!(writer->codec = avcodec_alloc_context3(encoder)))
        return fail(writer, "no encoder for it", AVERROR(ENOMEM), error);
    writer->codec->width = (int)w;
    writer->codec->height = (int)h;
    writer->codec->pix_fmt = AV_PIX_FMT_0RGB32;
    writer->codec->time_base = av_inv_q(rate);
    writer->codec->framerate = rate;
    writer->codec->thread_count = 1;
    if (writer->format->oformat->flags & AVFMT_GLOBALHEADER)
        writer->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    int status = avcodec_open2(writer->codec, encoder, NULL);
    return status >= 0 || fail(writer, "no encoder for it", status, error);
}

static gboolean open_file(ClipWriter *writer, GError **error)
{
    if (!(writer->stream = avformat_new_stream(writer->format, NULL)))
        return fail(writer, "cannot be written", AVERROR(ENOMEM), error);
    writer->stream->time_base = writer->codec->time_base;
    writer->stream->avg_frame_rate = writer->codec->framerate;
    int status = avcodec_parameters_from_context(writer->stream->codecpar, writer->codec);
    if (status >= 0)
        status = avio_open(&writer->format->pb, writer->path, AVIO_FLAG_WRITE);
    if (status >= 0)
        status = avformat_write_header(writer->format, NULL);
    return status >= 0 || fail(writer, "cannot be written", status, error);
}

static gboolean make_frame(ClipWriter *writer, GError **error)
{
    writer->packet = av_packet_alloc();
    writer->frame = av_frame_alloc();
    if (!writer->packet || !writer->frame)
        return fail(writer, "no memory for a frame", AVERROR(ENOMEM), error);
    writer->frame->width = writer->codec->width;
    writer->frame->height = writer->codec->height;
    writer->frame->format = writer->codec->pix_fmt;
    int status = av_frame_get_buffer(writer->frame, 0);
    return status >= 0 || fail(writer, "no memory for a frame", status, error);
}

ClipWriter *clip_writer_new(const char *path, guint w, guint h, int numerator, int denominator,
                            GError **error)
{
    g_autoptr(ClipWriter) writer = g_new0(ClipWriter, 1);
    writer->path = g_strdup(path);
    int status = avformat_alloc_output_context2(&writer->format, NULL, "matroska", NULL);
    if (status < 0) {
        fail(writer, "no Matroska writer", status, error);
        return NULL;
    }
    if (!open_encoder(writer, w, h, (AVRational){numerator, denominator}, error) ||
        !open_file(writer, error) || !make_frame(writer, error))
        return NULL;
    writer->frame->pts = 0;
    return g_steal_pointer(&writer);
}

/* Gives @frame (NULL: nothing follows) to the encoder and writes what it has ready. */
static gboolean encode(ClipWriter *writer, const AVFrame *frame, GError **error)
{
    int status = avcodec_send_frame(writer->codec, frame);
    while (status >= 0 && (status = avcodec_receive_packet(writer->codec, writer->packet)) >= 0) {
        av_packet_rescale_ts(writer->packet, writer->codec->time_base, writer->stream->time_base);
        writer->packet->stream_index = writer->stream->index;
        status = av_interleaved_write_frame(writer->format, writer->packet);
    }
    if (status >= 0 || status == AVERROR(EAGAIN) || status == AVERROR_EOF)
        return TRUE;
    return fail(writer, "cannot be written", status, error);
}

gboolean clip_writer_add(ClipWriter *writer, const Picture *picture, GError **error)
{
    AVFrame *frame = writer->frame;
    int status = av_frame_make_writable(frame);
    if (status < 0)
        return fail(writer, "no memory for a frame", status, error);
    for (int y = 0; y < frame->height; y++) {
        const guint8 *rgb = picture->rgb + (gsize)3 * y * picture->w;
        guint32 *row = (guint32 *)(frame->data[0] + (gsize)y * frame->linesize[0]);
        for (int x = 0; x < frame->width; x++, rgb += 3)
            row[x] = (guint32)rgb[0] << 16 | (guint32)rgb[1] << 8 | rgb[2];
    }
    gboolean ok = encode(writer, frame, error);
    frame->pts++;
    return ok;
}

gboolean clip_writer_finish(ClipWriter *writer, GError **error)
{
    if (!encode(writer, NULL, error))
        return FALSE;
    int status = av_write_trailer(writer->format);
    if (status >= 0)
        status = avio_closep(&writer->format->pb);
    return status >= 0 || fail(writer, "cannot be written", status, error);
}

void clip_writer_free(ClipWriter *writer)
{
    if (!writer)
        return;
    av_packet_free(&writer->packet);
    av_frame_free(&writer->frame);
    avcodec_free_context(&writer->codec);
    if (writer->format)
        avio_closep(&writer->format->pb);
    avformat_free_context(writer->format);
    g_free(writer->path);
    g_free(writer);
}
