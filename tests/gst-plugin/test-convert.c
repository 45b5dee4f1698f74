/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that go as another format than they came: as videoconvert would make them, and negotiated as neighbours wish. */
#include "frames.h"
#include "style-files.h"

#include <string.h>

static const char *const formats[] = {
    "I420", "NV12", "RGBA", "BGRA", "RGBx", "BGRx", "ARGB", "ABGR",  "xRGB",      "xBGR",      "RGB",
    "BGR",  "YV12", "NV21", "Y42B", "Y444", "YUY2", "UYVY", "GRAY8", "I420_10LE", "P010_10LE", "A420",
};

/* --- pixels ---------------------------------------------------------------------------------------- */

/* @h makes @to of @from, both fixed caps. */
static GstHarness *converter(const char *launch, const GstVideoInfo *from, const GstVideoInfo *to)
{
    GstHarness *h = new_harness(launch);
    gst_harness_set_caps(h, gst_video_info_to_caps((GstVideoInfo *)from),
                         gst_video_info_to_caps((GstVideoInfo *)to));
    return h;
}

static GstBuffer *convert(const char *launch, const GstVideoInfo *from, const GstVideoInfo *to, GstBuffer *in)
{
    GstHarness *h = converter(launch, from, to);
    GstBuffer *out = push_and_pull(h, gst_buffer_ref(in));
    gst_harness_teardown(h);
    return out;
}

/*
 * In 16 bits: from 8 to 8, videoconvert takes short cuts that are up to 7 levels off. From YUV it is still up to 3 levels
 * off, as it takes 8 bits for 16 by repeating them, but counts from 16 and 128 times 256.
 */
#define REFERENCE "videoconvert dither=none ! video/x-raw,format=ARGB64 ! videoconvert dither=none"

/* Colours that change slowly, and alpha. */
static GstBuffer *smooth_picture(const GstVideoInfo *rgba)
{
    GstBuffer *buffer = new_frame(rgba, 0);
    GstMapInfo map;
    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
    for (int y = 0; y < rgba->height; y++)
        for (int x = 0; x < rgba->width; x++) {
            const guint8 pixel[] = {(guint8)(40 + 3 * x), (guint8)(200 - 2 * y - x), (guint8)(60 + 2 * y + x),
                                    (guint8)(255 - 5 * x)};
            memcpy(map.data + 4 * (y * rgba->width + x), pixel, sizeof pixel);
        }
    gst_buffer_unmap(buffer, &map);
    return buffer;
}

/* The same picture with rows that are farther apart, from another place on. */
static GstBuffer *spread_out(const GstVideoInfo *info, GstBuffer *in)
{
    GstVideoInfo wide = *info;
    gsize size = 7;
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(info); p++) {
        const gsize next = p + 1 < GST_VIDEO_INFO_N_PLANES(info) ? info->offset[p + 1] : info->size;
        wide.stride[p] = info->stride[p] + 13;
        wide.offset[p] = size;
        size += (next - info->offset[p]) / (gsize)info->stride[p] * (gsize)wide.stride[p];
    }
    GstBuffer *out = gst_buffer_new_allocate(NULL, size, NULL);
    gst_buffer_memset(out, 0, 0xa5, size);
    gst_buffer_add_video_meta_full(out, 0, GST_VIDEO_INFO_FORMAT(info), (guint)info->width,
                                   (guint)info->height, GST_VIDEO_INFO_N_PLANES(info), wide.offset,
                                   wide.stride);
    GstVideoFrame from, to;
    g_assert_true(gst_video_frame_map(&from, info, in, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&to, info, out, GST_MAP_WRITE));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&from);
         p++) /* all that is there: gst_video_frame_copy() leaves out chroma */
        for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&from, p); y++)
            memcpy((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&to, p) + y * GST_VIDEO_FRAME_PLANE_STRIDE(&to, p),
                   (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&from, p) +
                       y * GST_VIDEO_FRAME_PLANE_STRIDE(&from, p),
                   (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&from, p));
    gst_video_frame_unmap(&from);
    gst_video_frame_unmap(&to);
    return out;
}

static int sample(const GstVideoFrame *frame, guint c, int x, int y)
{
    const gboolean second =
        c == 2 && GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_P010_10LE; /* 1.22 has it wrong */
    const guint8 *at = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(frame, c) + second +
                       y * GST_VIDEO_FRAME_COMP_STRIDE(frame, c) + x * GST_VIDEO_FRAME_COMP_PSTRIDE(frame, c);
    const int wide = GST_VIDEO_FRAME_COMP_DEPTH(frame, c) > 8 ? at[0] | at[1] << 8 : at[0];
    return wide >> GST_VIDEO_FORMAT_INFO_SHIFT(frame->info.finfo, c);
}

/* Largest difference of a sample, in levels of 8 bits, in the first @n components. */
static double difference(const GstVideoInfo *info, GstBuffer *a, GstBuffer *b, guint n)
{
    GstVideoFrame fa, fb;
    double largest = 0;
    g_assert_true(gst_video_frame_map(&fa, info, a, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&fb, info, b, GST_MAP_READ));
    for (guint c = 0; c < MIN(n, GST_VIDEO_FRAME_N_COMPONENTS(&fa)); c++)
        for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&fa, c); y++)
            for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(&fa, c); x++)
                largest = MAX(largest, ABS(sample(&fa, c, x, y) - sample(&fb, c, x, y)) /
                                           (double)(1 << (GST_VIDEO_FRAME_COMP_DEPTH(&fa, c) - 8)));
    gst_video_frame_unmap(&fa);
    gst_video_frame_unmap(&fb);
    return largest;
}

static void assert_opaque(const GstVideoInfo *info, GstBuffer *buffer)
{
    GstVideoFrame frame;
    g_assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_READ));
    for (int y = 0; y < info->height; y++)
        for (int x = 0; x < info->width; x++)
            g_assert_cmpint(sample(&frame, GST_VIDEO_COMP_A, x, y), ==, 255);
    gst_video_frame_unmap(&frame);
}

/* Every format as source and as result, to and from one of RGB, and its neighbour in the list. */
static void test_like_videoconvert(void)
{
    static const int sizes[][2] = {{37, 23}, {2, 5}};
    const guint n = G_N_ELEMENTS(formats);
    for (guint i = 0; i < 3 * n * G_N_ELEMENTS(sizes); i++) {
        const int *size = sizes[i / (3 * n)];
        const char *own = formats[i % n], *other = formats[(i % n + 5) % n];
        const char *from = i / n % 3 == 1 ? "RGBA" : own;
        const char *to = i / n % 3 == 0 ? "RGBA" : i / n % 3 == 1 ? own : other;
        const GstVideoInfo rgba = make_info("RGBA", size[0], size[1]);
        const GstVideoInfo in = make_info(from, size[0], size[1]), out = make_info(to, size[0], size[1]);
        g_autoptr(GstBuffer) picture = smooth_picture(&rgba);
        g_autoptr(GstBuffer) dense = convert(REFERENCE, &rgba, &in, picture);
        g_autoptr(GstBuffer) source = spread_out(&in, dense);
        g_autoptr(GstBuffer) expected = convert(REFERENCE, &in, &out, dense);
        g_autoptr(GstBuffer) seen = convert("idiom style=tiny strength=0", &in, &out, source);
        const double largest = difference(&out, seen, expected, GST_VIDEO_INFO_HAS_ALPHA(&in) ? 4 : 3);
        g_test_message("%s to %s, %dx%d: %.2f", from, to, size[0], size[1], largest);
        g_assert_cmpfloat(largest, <=, GST_VIDEO_INFO_IS_YUV(&in) ? 3 : 1);
        if (!GST_VIDEO_INFO_HAS_ALPHA(&in) && GST_VIDEO_INFO_HAS_ALPHA(&out))
            assert_opaque(&out, seen);
    }
}

/* Through RGB and back: the same, but for what 8 bits round. */
static void test_round_trip(void)
{
    static const int sizes[][2] = {{37, 23}, {36, 24}, {1, 1}, {5, 2}};
    for (guint i = 0; i < G_N_ELEMENTS(formats) * G_N_ELEMENTS(sizes); i++) {
        const int *size = sizes[i / G_N_ELEMENTS(formats)];
        const char *format = formats[i % G_N_ELEMENTS(formats)];
        const GstVideoInfo rgba = make_info("RGBA", size[0], size[1]),
                           info = make_info(format, size[0], size[1]);
        g_autoptr(GstBuffer) picture = smooth_picture(&rgba);
        g_autoptr(GstBuffer) source = convert(REFERENCE, &rgba, &info, picture);
        g_autoptr(GstBuffer) spread = spread_out(&info, source);
        g_autoptr(GstBuffer) seen =
            convert("idiom style=none ! video/x-raw,format={RGBA,BGRx} ! idiom style=tiny strength=0", &info,
                    &info, spread);
        const double largest = difference(&info, seen, source, 4);
        g_test_message("%s %dx%d: %.2f", format, size[0], size[1], largest);
        if (!GST_VIDEO_INFO_HAS_ALPHA(&info) && GST_VIDEO_INFO_N_COMPONENTS(&info) == 4)
            continue;
        g_assert_cmpfloat(largest, <=, 1.01);
    }
}

/* --- negotiation ----------------------------------------------------------------------------------- */

/* What comes out of @before ! idiom ! @after, of frames like @caps. */
static void expect_caps(const char *caps, const char *launch, const char *wanted)
{
    GstHarness *h = new_harness(launch);
    gst_harness_set_src_caps_str(h, caps);
    g_autoptr(GstCaps) out = gst_pad_get_current_caps(h->sinkpad), expected = gst_caps_from_string(wanted);
    g_autofree char *text = gst_caps_to_string(out);
    g_test_message("%s", text);
    g_assert_true(gst_caps_is_subset(out, expected));
    gst_harness_teardown(h);
}

static void test_negotiation(void)
{
#define SIZE ",width=32,height=24,framerate=25/1"
    /* as it comes, if that is possible; otherwise what loses least, in the same colours */
    expect_caps("video/x-raw,format=NV12,colorimetry=bt709" SIZE, "idiom style=none",
                "video/x-raw,format=NV12,colorimetry=bt709");
    expect_caps("video/x-raw,format=NV12,colorimetry=bt709" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format={GRAY8,RGB,I420,NV21}\"",
                "video/x-raw,format=NV21,colorimetry=bt709");
    expect_caps("video/x-raw,format=YUY2" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format={GRAY8,I420,Y42B}\"",
                "video/x-raw,format=Y42B");
    expect_caps("video/x-raw,format=BGRA" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format={RGB,I420,BGRx,ARGB}\"",
                "video/x-raw,format=ARGB,colorimetry=sRGB");
    expect_caps("video/x-raw,format=P010_10LE" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format={NV12,RGBA,I420_10LE}\"",
                "video/x-raw,format=I420_10LE");
    expect_caps("video/x-raw,format=RGB" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format=I420,colorimetry=bt709\"",
                "video/x-raw,format=I420,colorimetry=bt709");
    expect_caps("video/x-raw,format=I420,colorimetry=bt601" SIZE,
                "idiom style=none ! capsfilter caps=\"video/x-raw,format=I420,colorimetry=bt709\"",
                "video/x-raw,format=I420,colorimetry=bt709");
}

/* A style is shown alike whatever the result's format is, at any strength. */
static void test_style(void)
{
    const GstVideoInfo rgba = make_info("RGBA", 40, 30), bgra = make_info("BGRA", 40, 30);
    static const char *const launches[] = {"idiom style=tiny", "idiom style=tiny strength=0.5 colour=0.5"};
    g_autoptr(GstBuffer) in = new_frame(&rgba, 3);
    for (guint i = 0; i < G_N_ELEMENTS(launches); i++) {
        g_autoptr(GstBuffer) same = convert(launches[i], &rgba, &rgba, in);
        g_autoptr(GstBuffer) other = convert(launches[i], &rgba, &bgra, in);
        g_autoptr(GstBuffer) swapped = convert("videoconvert", &rgba, &bgra, same);
        g_assert_cmpfloat(difference(&bgra, other, swapped, 4), <=, i ? 1 : 0);
    }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    GstElement *holder = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_object_set(holder, "style", "none", NULL); /* keeps the device open */
    gst_element_set_state(holder, GST_STATE_PAUSED);
    g_test_add_func("/convert/like-videoconvert", test_like_videoconvert);
    g_test_add_func("/convert/round-trip", test_round_trip);
    g_test_add_func("/convert/negotiation", test_negotiation);
    g_test_add_func("/convert/style", test_style);
    const int status = g_test_run();
    gst_element_set_state(holder, GST_STATE_NULL);
    gst_object_unref(holder);
    test_styles_remove(folder);
    return status;
}
