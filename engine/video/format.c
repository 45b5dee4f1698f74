/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "video/format.h"

/* @a, @b, @c: bytes of red, green and blue in a pixel of @step bytes */
#define RGB(step, a, b, c) .n_planes = 1, .bits = 8, .components = {{0, step, a}, {0, step, b}, {0, step, c}}
/* @u, @v: planes of chroma */
#define PLANAR(u, v) .yuv = TRUE, .n_planes = 3, .bits = 8, .components = {{0, 1, 0}, {u, 1, 0}, {v, 1, 0}}
/* @u, @v: bytes of chroma in a pair */
#define PAIRS(u, v) .yuv = TRUE, .n_planes = 2, .bits = 8, .components = {{0, 1, 0}, {1, 2, u}, {1, 2, v}}
/* @y, @u, @v: first bytes in four that hold two pixels */
#define PACKED(y, u, v)                                                                                      \
    .yuv = TRUE, .n_planes = 1, .bits = 8, .sub_x = 1, .components = {{0, 2, y}, {0, 4, u}, {0, 4, v}}
#define HALF .sub_x = 1, .sub_y = 1

static const IdiomFormat formats[] = {
    [IDIOM_VIDEO_RGBA] = {RGB(4, 0, 1, 2)},
    [IDIOM_VIDEO_BGRA] = {RGB(4, 2, 1, 0)},
    [IDIOM_VIDEO_RGBX] = {RGB(4, 0, 1, 2)},
    [IDIOM_VIDEO_BGRX] = {RGB(4, 2, 1, 0)},
    [IDIOM_VIDEO_I420] = {PLANAR(1, 2), HALF},
    [IDIOM_VIDEO_NV12] = {PAIRS(0, 1), HALF},
    [IDIOM_VIDEO_ARGB] = {RGB(4, 1, 2, 3)},
    [IDIOM_VIDEO_ABGR] = {RGB(4, 3, 2, 1)},
    [IDIOM_VIDEO_XRGB] = {RGB(4, 1, 2, 3)},
    [IDIOM_VIDEO_XBGR] = {RGB(4, 3, 2, 1)},
    [IDIOM_VIDEO_RGB] = {RGB(3, 0, 1, 2)},
    [IDIOM_VIDEO_BGR] = {RGB(3, 2, 1, 0)},
    [IDIOM_VIDEO_YV12] = {PLANAR(2, 1), HALF},
    [IDIOM_VIDEO_NV21] = {PAIRS(1, 0), HALF},
    [IDIOM_VIDEO_Y42B] = {PLANAR(1, 2), .sub_x = 1},
    [IDIOM_VIDEO_Y444] = {PLANAR(1, 2)},
    [IDIOM_VIDEO_YUY2] = {PACKED(0, 1, 3)},
    [IDIOM_VIDEO_UYVY] = {PACKED(1, 0, 2)},
    [IDIOM_VIDEO_GRAY8] = {.yuv = TRUE, .n_planes = 1, .bits = 8, .components = {{0, 1, 0}}},
    [IDIOM_VIDEO_I420_10LE] =
        {.yuv = TRUE, .n_planes = 3, .bits = 10, HALF, .components = {{0, 2, 0}, {1, 2, 0}, {2, 2, 0}}},
    [IDIOM_VIDEO_P010_10LE] = {.yuv = TRUE,
                               .n_planes = 2,
                               .bits = 10,
                               .shift = 6,
                               HALF,
                               .components = {{0, 2, 0}, {1, 4, 0}, {1, 4, 2}}},
};

const IdiomFormat *idiom_format(IdiomVideoFormat format)
{
    return (guint)format < G_N_ELEMENTS(formats) ? &formats[format] : NULL;
}

guint idiom_format_texel(const IdiomFormat *format, guint plane)
{
    guint texel = 0;
    for (guint i = 0; i < IDIOM_FORMAT_COMPONENTS; i++)
        if (format->components[i].plane == plane)
            texel = MAX(texel, format->components[i].step);
    return texel;
}

static guint halve(guint n, guint times)
{
    return (n + (1u << times) - 1) >> times;
}

guint idiom_format_rows(const IdiomFormat *format, guint plane, guint height)
{
    return plane == 0 ? height : halve(height, format->sub_y);
}

guint idiom_format_row_bytes(const IdiomFormat *format, guint plane, guint width)
{
    guint bytes = 0;
    for (guint i = 0; i < IDIOM_FORMAT_COMPONENTS; i++) {
        const IdiomComponent *c = &format->components[i];
        if (c->plane == plane)
            bytes = MAX(bytes, c->step * (format->yuv && i ? halve(width, format->sub_x) : width));
    }
    return bytes;
}
