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
    [IDIOM_VIDEO_RGBA] = {"RGBA", RGB(4, 0, 1, 2), .alpha = {0, 4, 3}},
    [IDIOM_VIDEO_BGRA] = {"BGRA", RGB(4, 2, 1, 0), .alpha = {0, 4, 3}},
    [IDIOM_VIDEO_RGBX] = {"RGBx", RGB(4, 0, 1, 2)},
    [IDIOM_VIDEO_BGRX] = {"BGRx", RGB(4, 2, 1, 0)},
    [IDIOM_VIDEO_I420] = {"I420", PLANAR(1, 2), HALF},
    [IDIOM_VIDEO_NV12] = {"NV12", PAIRS(0, 1), HALF},
    [IDIOM_VIDEO_ARGB] = {"ARGB", RGB(4, 1, 2, 3), .alpha = {0, 4, 0}},
    [IDIOM_VIDEO_ABGR] = {"ABGR", RGB(4, 3, 2, 1), .alpha = {0, 4, 0}},
    [IDIOM_VIDEO_XRGB] = {"xRGB", RGB(4, 1, 2, 3)},
    [IDIOM_VIDEO_XBGR] = {"xBGR", RGB(4, 3, 2, 1)},
    [IDIOM_VIDEO_RGB] = {"RGB", RGB(3, 0, 1, 2)},
    [IDIOM_VIDEO_BGR] = {"BGR", RGB(3, 2, 1, 0)},
    [IDIOM_VIDEO_YV12] = {"YV12", PLANAR(2, 1), HALF},
    [IDIOM_VIDEO_NV21] = {"NV21", PAIRS(1, 0), HALF},
    [IDIOM_VIDEO_Y42B] = {"Y42B", PLANAR(1, 2), .sub_x = 1},
    [IDIOM_VIDEO_Y444] = {"Y444", PLANAR(1, 2)},
    [IDIOM_VIDEO_YUY2] = {"YUY2", PACKED(0, 1, 3)},
    [IDIOM_VIDEO_UYVY] = {"UYVY", PACKED(1, 0, 2)},
    [IDIOM_VIDEO_GRAY8] = {"GRAY8", .yuv = TRUE, .n_planes = 1, .bits = 8, .components = {{0, 1, 0}}},
    [IDIOM_VIDEO_I420_10LE] = {"I420_10LE", .yuv = TRUE, .n_planes = 3, .bits = 10, HALF,
                               .components = {{0, 2, 0}, {1, 2, 0}, {2, 2, 0}}},
    [IDIOM_VIDEO_P010_10LE] = {"P010_10LE", .yuv = TRUE, .n_planes = 2, .bits = 10, .shift = 6, HALF,
                               .components = {{0, 2, 0}, {1, 4, 0}, {1, 4, 2}}},
    [IDIOM_VIDEO_A420] = {"A420", .yuv = TRUE, .n_planes = 4, .bits = 8, HALF,
                          .components = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}}, .alpha = {3, 1, 0}},
};

const IdiomFormat *idiom_format(IdiomVideoFormat format)
{
    return (guint)format < G_N_ELEMENTS(formats) ? &formats[format] : NULL;
}

gboolean idiom_video_format_parse(const char *name, IdiomVideoFormat *format)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_str_equal(formats[i].name, name)) {
            *format = (IdiomVideoFormat)i;
            return TRUE;
        }
    }
    return FALSE;
}

guint idiom_format_texel(const IdiomFormat *format, guint plane)
{
    guint texel = 0;
    for (guint i = 0; i < IDIOM_FORMAT_COMPONENTS; i++)
        if (format->components[i].plane == plane)
            texel = MAX(texel, format->components[i].step);
    return texel ? texel : format->alpha.step;
}

static guint halve(guint n, guint times)
{
    return (n + (1u << times) - 1) >> times;
}

guint idiom_format_rows(const IdiomFormat *format, guint plane, guint height)
{
    return plane == 0 || plane == format->alpha.plane ? height : halve(height, format->sub_y);
}

guint idiom_format_row_bytes(const IdiomFormat *format, guint plane, guint width)
{
    guint bytes = plane == format->alpha.plane ? format->alpha.step * width : 0;
    for (guint i = 0; i < IDIOM_FORMAT_COMPONENTS; i++) {
        const IdiomComponent *c = &format->components[i];
        if (c->plane == plane)
            bytes = MAX(bytes, c->step * (format->yuv && i ? halve(width, format->sub_x) : width));
    }
    return bytes;
}
