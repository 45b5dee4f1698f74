/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/decoder.h"

#include <idiom/error.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>

/* A group of pictures in usual videos is not longer; further on a seek has gone wrong. */
#define MAX_FRAMES_AFTER_SEEK 600

void decoder_clear(Decoder *d)
{
    av_packet_free(&d->packet);
    av_frame_free(&d->frame);
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
}

static gboolean fail(const Decoder *d, IdiomError code, const char *what, int averror, GError **error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (d->w)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: %dx%d is too large: at most %d pixels a side and %d million pixels", d->path, d->w,
                    d->h, PICTURE_MAX_SIDE, PICTURE_MAX_PIXELS / 1000000);
    else if (averror)
        g_set_error(error, IDIOM_ERROR, code, "%s: %s: %s", d->path, what,
                    av_make_error_string(text, sizeof text, averror));
    else
        g_set_error(error, IDIOM_ERROR, code, "%s: %s", d->path, what);
    return FALSE;
}

static gboolean fail_memory(const Decoder *d, GError **error)
{
    return fail(d, IDIOM_ERROR_MEMORY, "cannot be decoded", AVERROR(ENOMEM), error);
}

static gboolean too_large(Decoder *d, int w, int h)
{
    if (w <= PICTURE_MAX_SIDE && h <= PICTURE_MAX_SIDE && (gint64)w * h <= PICTURE_MAX_PIXELS)
        return FALSE;
    d->w = w;
    d->h = h;
    return TRUE;
}

/* The decoder asks for memory here once it knows the size: the place to refuse a huge picture before it is made. */
static int get_buffer(AVCodecContext *codec, AVFrame *frame, int flags)
{
    return too_large(codec->opaque, frame->width, frame->height)
               ? AVERROR(ENOMEM)
               : avcodec_default_get_buffer2(codec, frame, flags);
}

gboolean decoder_is_still(const Decoder *d)
{
    return g_str_has_suffix(d->format->iformat->name, "_pipe") ||
           g_str_equal(d->format->iformat->name, "image2");
}

gboolean decoder_open_file(Decoder *d, GError **error)
{
    AVDictionary *options = NULL;
    /* '%' and '*' in a name are only characters */
    int status = av_dict_set(&options, "pattern_type", "none", 0);
    if (status >= 0)
        status = avformat_open_input(&d->format, d->path, NULL, &options);
    av_dict_free(&options);
    if (status < 0)
        return fail(d, IDIOM_ERROR_FILE, "cannot be read", status, error);
    if (g_str_equal(d->format->iformat->name, "tty")) /* that one takes any text for a picture */
        return fail(d, IDIOM_ERROR_FORMAT, "not a picture or video", 0, error);
    for (guint i = 0; i < d->format->nb_streams; i++)
        if (too_large(d, d->format->streams[i]->codecpar->width, d->format->streams[i]->codecpar->height))
            return fail(d, IDIOM_ERROR_FORMAT, NULL, 0, error);
    return TRUE;
}

gboolean decoder_open_codec(Decoder *d, GError **error)
{
    int status = 0;
    /* What this finds is in a picture's own header, and it would decode a huge one. */
    if (!decoder_is_still(d) && (status = avformat_find_stream_info(d->format, NULL)) < 0)
        return fail(d, IDIOM_ERROR_FORMAT, "not a picture or video", status, error);

    const AVCodec *decoder = NULL;
    d->stream = av_find_best_stream(d->format, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    if (d->stream < 0 || !decoder)
        return fail(d, IDIOM_ERROR_FORMAT, "no picture or video in it that can be decoded", 0, error);
    d->codec = avcodec_alloc_context3(decoder);
    d->frame = av_frame_alloc();
    d->packet = av_packet_alloc();
    if (!d->codec || !d->frame || !d->packet)
        return fail_memory(d, error);
    status = avcodec_parameters_to_context(d->codec, d->format->streams[d->stream]->codecpar);
    if (status >= 0) {
        d->codec->pkt_timebase = d->format->streams[d->stream]->time_base;
        d->codec->thread_count = 1;
        d->codec->thread_type = FF_THREAD_SLICE; /* frame threads would want another get_buffer() */
        d->codec->err_recognition = AV_EF_EXPLODE;
        d->codec->opaque = d;
        d->codec->get_buffer2 = get_buffer;
        status = avcodec_open2(d->codec, decoder, NULL);
    }
    return status >= 0 || fail(d, IDIOM_ERROR_FORMAT, "no decoder", status, error);
}

int decoder_next(Decoder *d)
{
    for (;;) {
        int status = avcodec_receive_frame(d->codec, d->frame);
        if (status != AVERROR(EAGAIN))
            return status;
        if (d->drained)
            return AVERROR_EOF;
        status = av_read_frame(d->format, d->packet);
        if (status == AVERROR_EOF) {
            d->drained = TRUE;
            status = avcodec_send_packet(d->codec, NULL);
        } else if (status >= 0) {
            if (d->packet->stream_index == d->stream)
                status = avcodec_send_packet(d->codec, d->packet);
            av_packet_unref(d->packet);
        }
        if (status < 0)
            return status;
    }
}

gboolean decoder_seek(Decoder *d, double position, GError **error)
{
    const AVStream *stream = d->format->streams[d->stream];
    gint64 target = AV_NOPTS_VALUE;
    if (!decoder_is_still(d) && d->format->duration > 0) {
        gint64 start = d->format->start_time == AV_NOPTS_VALUE ? 0 : d->format->start_time;
        target = start + (gint64)(position * d->format->duration);
        if (av_seek_frame(d->format, -1, target, AVSEEK_FLAG_BACKWARD) < 0)
            target = AV_NOPTS_VALUE;
    }
    AVFrame *best = av_frame_alloc();
    if (!best)
        return fail_memory(d, error);
    int status = 0;
    for (guint i = 0; i < MAX_FRAMES_AFTER_SEEK && (status = decoder_next(d)) >= 0; i++) {
        av_frame_unref(best);
        av_frame_move_ref(best, d->frame);
        gint64 pts = best->best_effort_timestamp;
        if (target == AV_NOPTS_VALUE || pts == AV_NOPTS_VALUE ||
            av_compare_ts(pts, stream->time_base, target, AV_TIME_BASE_Q) >= 0)
            break;
    }
    gboolean any = best->width > 0;
    gboolean whole = !(best->flags & AV_FRAME_FLAG_CORRUPT) && !best->decode_error_flags;
    av_frame_move_ref(d->frame, best);
    av_frame_free(&best);
    if (!any && !decoder_is_still(d))
        return fail(d, IDIOM_ERROR_FORMAT, "no frame in it that can be decoded", 0, error);
    if (!any) { /* libav says of sizes that it cannot handle only that they are invalid */
        g_autofree char *what =
            g_strdup_printf("cannot be decoded: damaged, truncated, or larger than %d pixels a side or %d "
                            "million pixels",
                            PICTURE_MAX_SIDE, PICTURE_MAX_PIXELS / 1000000);
        return fail(d, IDIOM_ERROR_FORMAT, what, 0, error);
    }
    return whole || fail(d, IDIOM_ERROR_FORMAT, "cannot be decoded: damaged or truncated", 0, error);
}

/* --- scaling -------------------------------------------------------------------------------------- */

/* libswscale warns of the JPEG variants of formats; range is given by sws_setColorspaceDetails instead. */
static enum AVPixelFormat without_range(enum AVPixelFormat format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ411P:
        return AV_PIX_FMT_YUV411P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    default:
        return format;
    }
}

/* A frame of that size, without data; NULL if there is no memory. */
static AVFrame *frame_new(int w, int h)
{
    AVFrame *frame = av_frame_alloc();
    if (frame) {
        frame->width = w;
        frame->height = h;
    }
    return frame;
}

/* One pass of libswscale into @to, whose data it allocates: @to's width and height, RGB. */
static gboolean rescale(const AVFrame *from, AVFrame *to, int kernel)
{
    enum AVPixelFormat format = without_range(from->format);
    gboolean full = format != from->format || from->color_range == AVCOL_RANGE_JPEG;
    int matrix = from->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    to->format = AV_PIX_FMT_RGB24;
    if (av_frame_get_buffer(to, 64) < 0) /* aligned: libswscale may write a little past the end of rows */
        return FALSE;
    struct SwsContext *sws =
        sws_getContext(from->width, from->height, format, to->width, to->height, to->format,
                       kernel | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
    if (!sws)
        return FALSE;
    sws_setColorspaceDetails(sws, sws_getCoefficients(matrix), full, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                             0, 1 << 16, 1 << 16);
    int rows = sws_scale(sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height, to->data,
                         to->linesize);
    sws_freeContext(sws);
    return rows == to->height;
}

/*
 * First RGB, then the size: so subsampled colour is interpolated smoothly, as JPEG decoders do it, whatever the size.
 */
Picture *decoder_picture(const Decoder *d, guint w, guint h, GError **error)
{
    AVFrame *rgb = frame_new(d->frame->width, d->frame->height), *scaled = frame_new((int)w, (int)h);
    Picture *picture = NULL;
    if (!rgb || !scaled) {
        fail_memory(d, error);
    } else if (rescale(d->frame, rgb, SWS_GAUSS) && rescale(rgb, scaled, SWS_LANCZOS)) {
        picture = picture_new(w, h);
        av_image_copy_plane(picture->rgb, 3 * (int)w, scaled->data[0], scaled->linesize[0], 3 * (int)w,
                            (int)h);
    } else {
        fail(d, IDIOM_ERROR_FORMAT, "its pixel format or shape cannot be converted", 0, error);
    }
    av_frame_free(&rgb);
    av_frame_free(&scaled);
    return picture;
}
