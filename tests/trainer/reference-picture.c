/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference-picture.h"

#include <math.h>
#include <stdio.h>
#include <jpeglib.h>

#define LOBES 3
#define FRACTION 22 /* bits of Pillow's fixed-point weights */

static Picture *decode(const char *path)
{
    FILE *file = fopen(path, "rb");
    g_assert_nonnull(file);
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct jpeg = {.err = jpeg_std_error(&errors)};
    jpeg_create_decompress(&jpeg);
    jpeg_stdio_src(&jpeg, file);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_RGB;
    jpeg_start_decompress(&jpeg);
    Picture *picture = picture_new(jpeg.output_width, jpeg.output_height);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = picture->rgb + 3 * (gsize)picture->w * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    fclose(file);
    return picture;
}

static double lanczos(double x)
{
    if (x == 0)
        return 1;
    return fabs(x) < LOBES ? LOBES * sin(G_PI * x) * sin(G_PI * x / LOBES) / (G_PI * G_PI * x * x) : 0;
}

/* Scales rows to @w pixels and turns the picture over: twice this scales both ways and turns it back. */
static Picture *scale_and_transpose(const Picture *from, guint w)
{
    Picture *to = picture_new(from->h, w);
    const double step = (double)from->w / w, width = MAX(step, 1), support = LOBES * width;
    g_autofree double *weights = g_new(double, (gsize)(2 * support) + 3);
    for (guint i = 0; i < w; i++) {
        const double center = (i + 0.5) * step;
        const int first = MAX((int)(center - support + 0.5), 0);
        const int last = MIN((int)(center + support + 0.5), (int)from->w);
        double sum = 0;
        for (int x = first; x < last; x++)
            sum += weights[x - first] = lanczos((x - center + 0.5) / width);
        for (guint y = 0; y < from->h; y++) {
            for (guint c = 0; c < 3; c++) {
                gint64 value = 1 << (FRACTION - 1);
                for (int x = first; x < last; x++)
                    value += lround(weights[x - first] / sum * (1 << FRACTION)) *
                             from->rgb[3 * ((gsize)y * from->w + (guint)x) + c];
                to->rgb[3 * ((gsize)i * to->w + y) + c] = (guint8)CLAMP(value >> FRACTION, 0, 255);
            }
        }
    }
    return to;
}

Picture *reference_picture_load(const char *path, guint side)
{
    g_autoptr(Picture) picture = decode(path);
    const double factor = (double)side / MIN(picture->w, picture->h);
    const guint w = (guint)lrint(picture->w * factor), h = (guint)lrint(picture->h * factor);
    g_autoptr(Picture) half = scale_and_transpose(picture, w);
    return scale_and_transpose(half, h);
}
