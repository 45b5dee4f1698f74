/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trainer-files.h"

#include "media/picture.h"

#include <idiom-unstable/tensorfile.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <string.h>

char *test_folder_new(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = g_dir_make_tmp("idiom-test-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

void test_folder_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            test_folder_remove(path);
        else {
            g_unlink(path);
            g_free(path);
        }
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

void test_write_file(const char *folder, const char *name, const char *bytes, gssize size)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, bytes, size, &error);
    g_assert_no_error(error);
}

char *test_write_picture(const char *folder, guint seed, guint w, guint h)
{
    g_autoptr(Picture) picture = picture_new(w, h);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++)
            for (guint c = 0; c < 3; c++)
                picture->rgb[3 * (y * w + x) + c] =
                    (guint8)(110 + 90 * sin(0.13 * x * (1 + c) + 0.07 * y + seed) +
                             g_rand_int_range(rand, 0, 40));
    g_autofree char *name = g_strdup_printf("picture-%u.png", seed);
    char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    picture_write_png(picture, path, &error);
    g_assert_no_error(error);
    return path;
}

/* --- video ---------------------------------------------------------------------------------------- */

static void encode(AVFormatContext *format, AVCodecContext *codec, const AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();
    g_assert_cmpint(avcodec_send_frame(codec, frame), >=, 0);
    while (avcodec_receive_packet(codec, packet) >= 0) {
        av_packet_rescale_ts(packet, codec->time_base, format->streams[0]->time_base);
        g_assert_cmpint(av_interleaved_write_frame(format, packet), >=, 0);
    }
    av_packet_free(&packet);
}

void test_write_video(const char *folder, const char *name, guint w, guint h, guint frames)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    AVFormatContext *format = NULL;
    g_assert_cmpint(avformat_alloc_output_context2(&format, NULL, NULL, path), >=, 0);
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    AVCodecContext *codec = avcodec_alloc_context3(encoder);
    codec->width = (int)w;
    codec->height = (int)h;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = (AVRational){1, 25};
    codec->gop_size = 12;
    g_assert_cmpint(avcodec_open2(codec, encoder, NULL), >=, 0);
    AVStream *stream = avformat_new_stream(format, NULL);
    stream->time_base = codec->time_base;
    avcodec_parameters_from_context(stream->codecpar, codec);
    g_assert_cmpint(avio_open(&format->pb, path, AVIO_FLAG_WRITE), >=, 0);
    g_assert_cmpint(avformat_write_header(format, NULL), >=, 0);

    AVFrame *frame = av_frame_alloc();
    frame->width = codec->width;
    frame->height = codec->height;
    frame->format = codec->pix_fmt;
    g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
    for (guint i = 0; i < frames; i++) {
        g_assert_cmpint(av_frame_make_writable(frame), >=, 0);
        for (guint y = 0; y < h; y++)
            for (guint x = 0; x < w; x++)
                frame->data[0][y * frame->linesize[0] + x] = x / 8 == i % (w / 8) ? 220 : (guint8)(40 + y);
        for (guint plane = 1; plane < 3; plane++)
            memset(frame->data[plane], 100 + 20 * plane, frame->linesize[plane] * h / 2);
        frame->pts = i;
        encode(format, codec, frame);
    }
    encode(format, codec, NULL);
    g_assert_cmpint(av_write_trailer(format), >=, 0);
    av_frame_free(&frame);
    avcodec_free_context(&codec);
    avio_closep(&format->pb);
    avformat_free_context(format);
}

/* --- feature networks ------------------------------------------------------------------------------------------ */

char *test_write_vgg(const char *folder, double gain)
{
    static const struct {
        const char *weight, *bias;
        guint inputs, outputs;
    } layers[] = {
        {"features.0.weight", "features.0.bias", 3, 64},
        {"features.2.weight", "features.2.bias", 64, 64},
        {"features.5.weight", "features.5.bias", 64, 128},
    };
    IdiomTensorData tensors[2 * G_N_ELEMENTS(layers)];
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        guint inputs = layers[i].inputs, outputs = layers[i].outputs;
        float *weights = g_new(float, 9 * inputs * outputs), *biases = g_new(float, outputs);
        double spread = gain * sqrt(6.0 / (9 * inputs));
        for (guint k = 0; k < 9 * inputs * outputs; k++)
            weights[k] = (float)g_rand_double_range(rand, -spread, spread);
        for (guint k = 0; k < outputs; k++)
            biases[k] = (float)g_rand_double_range(rand, 0, 0.1);
        tensors[2 * i] = (IdiomTensorData){layers[i].weight, 4, {outputs, inputs, 3, 3}, weights};
        tensors[2 * i + 1] = (IdiomTensorData){layers[i].bias, 1, {outputs}, biases};
        g_ptr_array_add(owned, weights);
        g_ptr_array_add(owned, biases);
    }
    char *path = g_build_filename(folder, "vgg.safetensors", NULL);
    g_autoptr(GError) error = NULL;
    idiom_tensor_file_write(path, tensors, G_N_ELEMENTS(tensors), NULL, &error);
    g_assert_no_error(error);
    return path;
}
