/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/picture.h"

#include "media/decoder.h"

#include <idiom/error.h>
#include <libavcodec/avcodec.h>

#include <math.h>
#include <string.h>

Picture *picture_new(guint w, guint h)
{
    Picture *picture = g_new(Picture, 1);
    *picture = (Picture){w, h, g_malloc((gsize)3 * w * h)};
    return picture;
}

void picture_free(Picture *picture)
{
    if (picture) {
        g_free(picture->rgb);
        g_free(picture);
    }
}

Picture *picture_crop(const Picture *picture, guint x, guint y, guint w, guint h)
{
    Picture *part = picture_new(w, h);
    for (guint row = 0; row < h; row++)
        memcpy(part->rgb + (gsize)3 * row * w, picture->rgb + 3 * ((gsize)(y + row) * picture->w + x), 3 * w);
    return part;
}

IdiomReference picture_reference(const Picture *picture, double weight)
{
    IdiomReference reference = IDIOM_REFERENCE_INIT;
    reference.pixels = picture->rgb;
    reference.width = picture->w;
    reference.height = picture->h;
    reference.stride = 3 * (gsize)picture->w;
    reference.weight = weight;
    return reference;
}

void picture_to_floats(const Picture *picture, float *values)
{
    gsize pixels = (gsize)picture->w * picture->h;
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++)
            values[c * pixels + i] = picture->rgb[3 * i + c] * (1.0f / 255);
}

Picture *picture_from_floats(const float *values, guint w, guint h)
{
    Picture *picture = picture_new(w, h);
    gsize pixels = (gsize)w * h;
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++)
            picture->rgb[3 * i + c] = (guint8)(CLAMP(values[c * pixels + i], 0.0f, 1.0f) * 255 + 0.5f);
    return picture;
}

/* --- reading -------------------------------------------------------------------------------------- */

gboolean picture_is_video(const char *path, gboolean *video, GError **error)
{
    g_auto(Decoder) d = {.path = path};
    if (!decoder_open_file(&d, error))
        return FALSE;
    gboolean lasts = d.format->duration > 0;
    for (guint i = 0; i < d.format->nb_streams; i++) /* AVI says it only here */
        lasts |= d.format->streams[i]->duration > 0;
    *video = !decoder_is_still(&d) && lasts;
    return TRUE;
}

Picture *picture_load_pair(const char *path, double position, guint min_side, guint max_side, Picture **next,
                           GError **error)
{
    g_auto(Decoder) d = {.path = path};
    if (!decoder_open_file(&d, error) || !decoder_open_codec(&d, error) || !decoder_seek(&d, position, error))
        return NULL;
    const guint full_w = (guint)d.frame->width, full_h = (guint)d.frame->height;
    const guint shorter = MIN(full_w, full_h);
    double factor = 1;
    if (max_side && shorter > max_side)
        factor = (double)max_side / shorter;
    else if (shorter < min_side)
        factor = (double)min_side / shorter;
    if (factor > 4) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: %ux%u is too small: at least %u pixels a side", path, full_w, full_h,
                    (min_side + 3) / 4);
        return NULL;
    }
    const guint w = MAX((guint)lrint(full_w * factor), 1), h = MAX((guint)lrint(full_h * factor), 1);
    Picture *picture = decoder_picture(&d, w, h, error);
    if (picture && next)
        *next = decoder_next(&d) >= 0 && (guint)d.frame->width == full_w && (guint)d.frame->height == full_h
                    ? decoder_picture(&d, w, h, NULL)
                    : NULL;
    return picture;
}

Picture *picture_load(const char *path, double position, guint min_side, guint max_side, GError **error)
{
    return picture_load_pair(path, position, min_side, max_side, NULL, error);
}

/* --- writing -------------------------------------------------------------------------------------- */

GBytes *picture_encode_png(const Picture *picture, GError **error)
{
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_PNG);
    AVCodecContext *codec = encoder ? avcodec_alloc_context3(encoder) : NULL;
    if (!codec) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "this libavcodec has no PNG encoder");
        return NULL;
    }
    codec->width = (int)picture->w;
    codec->height = (int)picture->h;
    codec->pix_fmt = AV_PIX_FMT_RGB24;
    codec->time_base = (AVRational){1, 1};
    codec->thread_count = 1;
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    int status = frame && packet ? avcodec_open2(codec, encoder, NULL) : AVERROR(ENOMEM);
    if (status >= 0) {
        frame->width = codec->width;
        frame->height = codec->height;
        frame->format = codec->pix_fmt;
        frame->data[0] = picture->rgb;
        frame->linesize[0] = 3 * codec->width;
        status = avcodec_send_frame(codec, frame);
    }
    if (status >= 0)
        status = avcodec_receive_packet(codec, packet);
    GBytes *png = status >= 0 ? g_bytes_new(packet->data, (gsize)packet->size) : NULL;
    if (!png)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "a picture of %ux%u cannot be encoded", picture->w,
                    picture->h);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    return png;
}

gboolean picture_write_png(const Picture *picture, const char *path, GError **error)
{
    gsize size;
    g_autoptr(GBytes) png = picture_encode_png(picture, error);
    if (!png) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    const char *bytes = g_bytes_get_data(png, &size);
    return g_file_set_contents(path, bytes, (gssize)size, error);
}
