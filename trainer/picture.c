/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "picture.h"

#include <idiom/error.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>

#include <math.h>
#include <string.h>

/* A group of pictures in usual videos is not longer; further on a seek has gone wrong. */
#define MAX_FRAMES_AFTER_SEEK 600

IdiomPicture *idiom_picture_new(guint w, guint h)
{
    IdiomPicture *picture = g_new(IdiomPicture, 1);
    *picture = (IdiomPicture){w, h, g_malloc((gsize)3 * w * h)};
    return picture;
}

void idiom_picture_free(IdiomPicture *picture)
{
    if (picture) {
        g_free(picture->rgb);
        g_free(picture);
    }
}

IdiomPicture *idiom_picture_crop(const IdiomPicture *picture, guint x, guint y, guint w, guint h)
{
    IdiomPicture *part = idiom_picture_new(w, h);
    for (guint row = 0; row < h; row++)
        memcpy(part->rgb + (gsize)3 * row * w, picture->rgb + 3 * ((gsize)(y + row) * picture->w + x), 3 * w);
    return part;
}

void idiom_picture_to_floats(const IdiomPicture *picture, float *values)
{
    gsize pixels = (gsize)picture->w * picture->h;
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++)
            values[c * pixels + i] = picture->rgb[3 * i + c] * (1.0f / 255);
}

IdiomPicture *idiom_picture_from_floats(const float *values, guint w, guint h)
{
    IdiomPicture *picture = idiom_picture_new(w, h);
    gsize pixels = (gsize)w * h;
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++)
            picture->rgb[3 * i + c] = (guint8)(CLAMP(values[c * pixels + i], 0.0f, 1.0f) * 255 + 0.5f);
    return picture;
}

/* --- reading -------------------------------------------------------------------------------------- */

typedef struct {
    const char *path;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int stream;
    gboolean drained; /* the decoder has been told that nothing follows */
    int w, h;         /* of a frame that is too large */
} Reader;

static void reader_clear(Reader *r)
{
    av_packet_free(&r->packet);
    av_frame_free(&r->frame);
    avcodec_free_context(&r->codec);
    avformat_close_input(&r->format);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static gboolean fail(const Reader *r, IdiomError code, const char *what, int averror, GError **error)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (r->w)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: %dx%d is too large: at most %d pixels a side and %d million pixels", r->path, r->w,
                    r->h, IDIOM_PICTURE_MAX_SIDE, IDIOM_PICTURE_MAX_PIXELS / 1000000);
    else if (averror)
        g_set_error(error, IDIOM_ERROR, code, "%s: %s: %s", r->path, what,
                    av_make_error_string(text, sizeof text, averror));
    else
        g_set_error(error, IDIOM_ERROR, code, "%s: %s", r->path, what);
    return FALSE;
}

static gboolean too_large(Reader *r, int w, int h)
{
    if (w <= IDIOM_PICTURE_MAX_SIDE && h <= IDIOM_PICTURE_MAX_SIDE &&
        (gint64)w * h <= IDIOM_PICTURE_MAX_PIXELS)
        return FALSE;
    r->w = w;
    r->h = h;
    return TRUE;
}

/* The decoder asks for memory here once it knows the size: the place to refuse a huge picture before it is made. */
static int get_buffer(AVCodecContext *codec, AVFrame *frame, int flags)
{
    return too_large(codec->opaque, frame->width, frame->height)
               ? AVERROR(ENOMEM)
               : avcodec_default_get_buffer2(codec, frame, flags);
}

/* Single pictures come from libavformat's image2 and ..._pipe demuxers. */
static gboolean is_still(const AVFormatContext *format)
{
    return g_str_has_suffix(format->iformat->name, "_pipe") || g_str_equal(format->iformat->name, "image2");
}

static gboolean reader_open_file(Reader *r, GError **error)
{
    AVDictionary *options = NULL;
    av_dict_set(&options, "pattern_type", "none", 0); /* '%' and '*' in a name are only characters */
    int status = avformat_open_input(&r->format, r->path, NULL, &options);
    av_dict_free(&options);
    if (status < 0)
        return fail(r, IDIOM_ERROR_FILE, "cannot be read", status, error);
    if (g_str_equal(r->format->iformat->name, "tty")) /* that one takes any text for a picture */
        return fail(r, IDIOM_ERROR_FORMAT, "not a picture or video", 0, error);
    for (guint i = 0; i < r->format->nb_streams; i++)
        if (too_large(r, r->format->streams[i]->codecpar->width, r->format->streams[i]->codecpar->height))
            return fail(r, IDIOM_ERROR_FORMAT, NULL, 0, error);
    return TRUE;
}

static gboolean reader_open_decoder(Reader *r, GError **error)
{
    int status = 0;
    /* What this finds is in a picture's own header, and it would decode a huge one. */
    if (!is_still(r->format) && (status = avformat_find_stream_info(r->format, NULL)) < 0)
        return fail(r, IDIOM_ERROR_FORMAT, "not a picture or video", status, error);

    const AVCodec *decoder = NULL;
    r->stream = av_find_best_stream(r->format, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    if (r->stream < 0 || !decoder)
        return fail(r, IDIOM_ERROR_FORMAT, "no picture or video in it that can be decoded", 0, error);
    r->codec = avcodec_alloc_context3(decoder);
    r->frame = av_frame_alloc();
    r->packet = av_packet_alloc();
    status = avcodec_parameters_to_context(r->codec, r->format->streams[r->stream]->codecpar);
    if (status >= 0) {
        r->codec->pkt_timebase = r->format->streams[r->stream]->time_base;
        r->codec->thread_count = 1;
        r->codec->err_recognition = AV_EF_EXPLODE;
        r->codec->opaque = r;
        r->codec->get_buffer2 = get_buffer;
        status = avcodec_open2(r->codec, decoder, NULL);
    }
    return status >= 0 || fail(r, IDIOM_ERROR_FORMAT, "no decoder", status, error);
}

/* The next frame into r->frame. Returns 0, AVERROR_EOF or another libav error. */
static int reader_next(Reader *r)
{
    for (;;) {
        int status = avcodec_receive_frame(r->codec, r->frame);
        if (status != AVERROR(EAGAIN))
            return status;
        if (r->drained)
            return AVERROR_EOF;
        status = av_read_frame(r->format, r->packet);
        if (status == AVERROR_EOF) {
            r->drained = TRUE;
            status = avcodec_send_packet(r->codec, NULL);
        } else if (status >= 0) {
            if (r->packet->stream_index == r->stream)
                status = avcodec_send_packet(r->codec, r->packet);
            av_packet_unref(r->packet);
        }
        if (status < 0)
            return status;
    }
}

/* Decodes the frame at @position of a video (the first one if it cannot be sought), or the only one of a picture. */
static gboolean reader_seek_and_decode(Reader *r, double position, GError **error)
{
    const AVStream *stream = r->format->streams[r->stream];
    gint64 target = AV_NOPTS_VALUE;
    if (!is_still(r->format) && r->format->duration > 0) {
        gint64 start = r->format->start_time == AV_NOPTS_VALUE ? 0 : r->format->start_time;
        target = start + (gint64)(position * r->format->duration);
        if (av_seek_frame(r->format, -1, target, AVSEEK_FLAG_BACKWARD) < 0)
            target = AV_NOPTS_VALUE;
    }
    AVFrame *best = av_frame_alloc();
    int status = 0;
    for (guint i = 0; i < MAX_FRAMES_AFTER_SEEK && (status = reader_next(r)) >= 0; i++) {
        av_frame_unref(best);
        av_frame_move_ref(best, r->frame);
        gint64 pts = best->best_effort_timestamp;
        if (target == AV_NOPTS_VALUE || pts == AV_NOPTS_VALUE ||
            av_compare_ts(pts, stream->time_base, target, AV_TIME_BASE_Q) >= 0)
            break;
    }
    gboolean any = best->width > 0;
    gboolean whole = !(best->flags & AV_FRAME_FLAG_CORRUPT) && !best->decode_error_flags;
    av_frame_move_ref(r->frame, best);
    av_frame_free(&best);
    if (!any)
        return fail(r, IDIOM_ERROR_FORMAT, "cannot be decoded: damaged, truncated or too large", 0, error);
    return whole || fail(r, IDIOM_ERROR_FORMAT, "cannot be decoded: damaged or truncated", 0, error);
}

gboolean idiom_picture_is_video(const char *path, gboolean *video, GError **error)
{
    g_auto(Reader) r = {.path = path};
    if (!reader_open_file(&r, error))
        return FALSE;
    *video = !is_still(r.format) && r.format->duration > 0;
    return TRUE;
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
static IdiomPicture *to_picture(const Reader *r, guint w, guint h, GError **error)
{
    AVFrame *rgb = av_frame_alloc(), *scaled = av_frame_alloc();
    rgb->width = r->frame->width;
    rgb->height = r->frame->height;
    scaled->width = (int)w;
    scaled->height = (int)h;
    IdiomPicture *picture = NULL;
    if (rescale(r->frame, rgb, SWS_GAUSS) && rescale(rgb, scaled, SWS_LANCZOS)) {
        picture = idiom_picture_new(w, h);
        av_image_copy_plane(picture->rgb, 3 * (int)w, scaled->data[0], scaled->linesize[0], 3 * (int)w,
                            (int)h);
    } else {
        fail(r, IDIOM_ERROR_FORMAT, "its pixel format or shape cannot be converted", 0, error);
    }
    av_frame_free(&rgb);
    av_frame_free(&scaled);
    return picture;
}

IdiomPicture *idiom_picture_load(const char *path, double position, guint min_side, guint max_side,
                                 GError **error)
{
    g_auto(Reader) r = {.path = path};
    if (!reader_open_file(&r, error) || !reader_open_decoder(&r, error) ||
        !reader_seek_and_decode(&r, position, error))
        return NULL;
    guint w = (guint)r.frame->width, h = (guint)r.frame->height;
    guint shorter = MIN(w, h);
    double factor = 1;
    if (max_side && shorter > max_side)
        factor = (double)max_side / shorter;
    else if (shorter < min_side)
        factor = (double)min_side / shorter;
    if (factor > 4) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: %ux%u is too small: at least %u pixels a side", path, w, h, (min_side + 3) / 4);
        return NULL;
    }
    w = MAX((guint)lrint(w * factor), 1);
    h = MAX((guint)lrint(h * factor), 1);
    return to_picture(&r, w, h, error);
}

/* --- writing -------------------------------------------------------------------------------------- */

gboolean idiom_picture_write_png(const IdiomPicture *picture, const char *path, GError **error)
{
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    AVCodecContext *codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    if (!codec) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: this libavcodec has no PNG encoder", path);
        return FALSE;
    }
    codec->width = (int)picture->w;
    codec->height = (int)picture->h;
    codec->pix_fmt = AV_PIX_FMT_RGB24;
    codec->time_base = (AVRational){1, 1};
    codec->thread_count = 1;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    frame->width = codec->width;
    frame->height = codec->height;
    frame->format = codec->pix_fmt;
    frame->data[0] = picture->rgb;
    frame->linesize[0] = 3 * codec->width;

    int status = avcodec_open2(codec, encoder, NULL);
    if (status >= 0)
        status = avcodec_send_frame(codec, frame);
    if (status >= 0)
        status = avcodec_receive_packet(codec, packet);
    gboolean ok = status >= 0;
    if (!ok)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: the picture cannot be encoded", path);
    else
        ok = g_file_set_contents(path, (const char *)packet->data, packet->size, error);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    return ok;
}
