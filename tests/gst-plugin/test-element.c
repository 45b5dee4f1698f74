/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The element alone, by GstHarness: formats, strides, metas, events, properties, errors. */
#include "frames.h"
#include "style-files.h"

#include <idiom/device.h>
#include <math.h>
#include <string.h>

static const char *const formats[] = {
    "I420", "NV12", "RGBA", "BGRA", "RGBx", "BGRx", "ARGB", "ABGR",  "xRGB",      "xBGR",      "RGB",
    "BGR",  "YV12", "NV21", "Y42B", "Y444", "YUY2", "UYVY", "GRAY8", "I420_10LE", "P010_10LE", "A420",
};

/* Runs @element on a frame of this size in state PLAYING and expects this error, whose text has @word in it.
 */
static void expect_error(const char *launch, const char *format, int width, int height, GQuark domain,
                         int code, const char *word)
{
    g_autoptr(GError) error = NULL, seen = NULL;
    g_autofree char *description = g_strdup_printf(
        "videotestsrc num-buffers=1 ! video/x-raw,format=%s,width=%d,height=%d ! %s ! fakesink", format,
        width, height, launch);
    g_autoptr(GstElement) pipeline = gst_parse_launch(description, &error);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_ERROR);
    gst_message_parse_error(message, &seen, NULL);
    g_test_message("%s", seen->message);
    g_assert_error(seen, domain, code);
    g_assert_nonnull(strstr(seen->message, word));
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

/* --- tests ---------------------------------------------------------------------------------------- */

static void test_formats(void)
{
    static const int sizes[][2] = {{1, 1}, {1, 7}, {17, 1}, {101, 35}};
    GstHarness *h = new_harness("idiom style=tiny");
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++) {
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            int width = sizes[s][0], height = sizes[s][1];
            GstVideoInfo info = make_info(formats[f], width, height);
            set_caps(h, formats[f], width, height);
            g_autoptr(GstBuffer) in = new_frame(&info, 3);
            g_autoptr(GstBuffer) out = push_and_pull(h, gst_buffer_ref(in));
            g_assert_cmpuint(gst_buffer_get_size(out), ==, GST_VIDEO_INFO_SIZE(&info));
            g_assert_true(in != out);
            if (width > 3)
                g_assert_cmpint(largest_difference(&info, in, out), >, 0);

            if (!GST_VIDEO_INFO_HAS_ALPHA(&info))
                continue;
            GstVideoFrame fi, fo;
            g_assert_true(gst_video_frame_map(&fi, &info, in, GST_MAP_READ));
            g_assert_true(gst_video_frame_map(&fo, &info, out, GST_MAP_READ));
            const int step = GST_VIDEO_FRAME_COMP_PSTRIDE(&fi, GST_VIDEO_COMP_A);
            const int row = GST_VIDEO_FRAME_COMP_STRIDE(&fi, GST_VIDEO_COMP_A);
            for (int i = 0; i < width * height; i++) {
                const int at = i / width * row + i % width * step;
                g_assert_cmpint(GST_VIDEO_FRAME_COMP_DATA(&fi, GST_VIDEO_COMP_A)[at], ==,
                                GST_VIDEO_FRAME_COMP_DATA(&fo, GST_VIDEO_COMP_A)[at]);
            }
            gst_video_frame_unmap(&fi);
            gst_video_frame_unmap(&fo);
        }
    }
    gst_harness_teardown(h);
}

/* An even colour in RGBA through @launch; the middle of what comes out. */
static void stylize_colour(const char *launch, guint8 result[4])
{
    static const guint8 colour[4] = {220, 130, 40, 255};
    GstVideoInfo info = make_info("RGBA", 16, 16);
    GstHarness *h = new_harness(launch);
    set_caps(h, "RGBA", 16, 16);
    GstBuffer *in = new_frame(&info, 0);
    for (gsize i = 0; i < 256; i++)
        gst_buffer_fill(in, 4 * i, colour, 4);
    g_autoptr(GstBuffer) out = push_and_pull(h, in);
    gst_buffer_extract(out, 4 * (8 * 16 + 8), result, 4);
    gst_harness_teardown(h);
}

/* The result is the same in RGB and in every kind of YUV, if matrix and range are taken from the caps. */
static void test_colorimetry(void)
{
    static const char *const yuv[] = {
        "format=I420,colorimetry=(string)bt601",
        "format=NV12,colorimetry=(string)bt709",
        "format=I420,colorimetry=(string)1:3:5:1" /* BT.709, full range */,
        "format=NV12,colorimetry=(string)1:4:16:4" /* BT.601, full range */,
        "format=I420,colorimetry=(string)bt2020",
        "format=YV12,colorimetry=(string)bt709",
        "format=NV21,colorimetry=(string)bt709,chroma-site=(string)mpeg2",
        "format=Y42B,colorimetry=(string)bt601",
        "format=Y444,colorimetry=(string)bt709",
        "format=YUY2,colorimetry=(string)bt601",
        "format=UYVY,colorimetry=(string)bt709",
        "format=I420_10LE,colorimetry=(string)bt2020",
        "format=P010_10LE,colorimetry=(string)1:3:5:1",
        "format=ARGB",
        "format=xBGR",
        "format=RGB",
        "format=BGR",
    };
    guint8 expected[4], seen[4];
    stylize_colour("idiom style=tiny strength=0.5", expected);
    for (guint i = 0; i < G_N_ELEMENTS(yuv); i++) {
        g_autofree char *launch = g_strdup_printf(
            "videoconvert primaries-mode=none gamma-mode=none ! capsfilter caps=video/x-raw,%s ! "
            "idiom style=tiny strength=0.5 ! videoconvert ! capsfilter caps=video/x-raw,format=RGBA",
            yuv[i]);
        stylize_colour(launch, seen);
        g_test_message("%s: %d %d %d, in RGBA %d %d %d", yuv[i], seen[0], seen[1], seen[2], expected[0],
                       expected[1], expected[2]);
        for (guint c = 0; c < 3; c++)
            g_assert_cmpint(ABS(seen[c] - expected[c]), <=, 5);
    }
}

/* All goes through the shaders, but so little of the style is shown that the source comes out: to the last bit. */
static void test_no_style(void)
{
    static const int sizes[][2] = {{1, 1}, {3, 2}, {5, 7}, {33, 19}};
    GstHarness *h = new_harness("idiom style=tiny strength=0.000001");
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++) {
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            GstVideoInfo info = make_info(formats[f], sizes[s][0], sizes[s][1]);
            set_caps(h, formats[f], sizes[s][0], sizes[s][1]);
            g_autoptr(GstBuffer) in = new_frame(&info, s);
            g_autoptr(GstBuffer) out = push_and_pull(h, gst_buffer_ref(in));
            g_assert_true(in != out);
            g_assert_cmpint(largest_difference(&info, in, out), ==, 0);
        }
    }
    gst_harness_teardown(h);
}

/* What would look wrong is refused, and the message says why. */
static void test_refusals(void)
{
    static const char *const refused[][2] = {
        {"interlace-mode=interleaved", "deinterlace"},
        {"colorimetry=(string)2:6:14:7", "PQ"}, /* BT.2020 */
        {"colorimetry=(string)2:6:15:7", "HLG"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *text = g_strdup_printf(
            "video/x-raw,format=P010_10LE,width=32,height=32,framerate=25/1,%s", refused[i][0]);
        g_autoptr(GstBus) bus = gst_bus_new();
        GstHarness *h = new_harness("idiom style=tiny");
        GstElement *idiom = gst_harness_find_element(h, "idiom");
        gst_element_set_bus(idiom, bus);
        g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start("refused")));
        gst_harness_push_event(h, gst_event_new_caps(gst_caps_from_string(text)));
        g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ERROR, refused[i][1]), ==, 1);
        gst_element_set_bus(idiom, NULL);
        gst_object_unref(idiom);
        gst_harness_teardown(h);
    }
}

static void test_strides(void)
{
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++) {
        GstVideoInfo info = make_info(formats[f], 37, 21);
        GstHarness *h = new_harness("idiom style=tiny");
        set_caps(h, formats[f], 37, 21);
        g_autoptr(GstBuffer) plain = push_and_pull(h, new_frame(&info, 1));

        /* every plane with rows of an odd length and a gap before it */
        gsize offset[GST_VIDEO_MAX_PLANES] = {0}, size = 5;
        int stride[GST_VIDEO_MAX_PLANES] = {0};
        for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(&info); p++) {
            stride[p] = GST_VIDEO_INFO_PLANE_STRIDE(&info, p) + 13 + (int)p;
            offset[p] = size;
            size += (gsize)stride[p] * 22 + 7;
        }
        GstBuffer *padded = gst_buffer_new_allocate(NULL, size, NULL);
        gst_buffer_memset(padded, 0, 0xee, size);
        gst_buffer_add_video_meta_full(padded, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info), 37,
                                       21, GST_VIDEO_INFO_N_PLANES(&info), offset, stride);
        fill(&info, padded, 1);
        g_autoptr(GstBuffer) out = push_and_pull(h, padded);
        g_assert_cmpint(largest_difference(&info, plain, out), ==, 0);
        gst_harness_teardown(h);
    }
}

static void test_strength(void)
{
    for (guint f = 0; f < 3; f++) {
        GstVideoInfo info = make_info(formats[f], 33, 19);
        GstHarness *h = new_harness("idiom style=tiny strength=0");
        set_caps(h, formats[f], 33, 19);
        g_autoptr(GstBuffer) in = new_frame(&info, 2);
        g_autoptr(GstBuffer) bypassed = push_and_pull(h, gst_buffer_ref(in));
        g_assert_cmpint(largest_difference(&info, in, bypassed), ==, 0);

        GstElement *idiom = gst_harness_find_element(h, "idiom");
        g_object_set(idiom, "strength", 1.0, NULL);
        g_autoptr(GstBuffer) full = push_and_pull(h, gst_buffer_ref(in));
        g_object_set(idiom, "strength", 0.5, NULL);
        g_autoptr(GstBuffer) half = push_and_pull(h, gst_buffer_ref(in));
        g_object_set(idiom, "strength", 0.0, NULL);
        g_autoptr(GstBuffer) again = push_and_pull(h, gst_buffer_ref(in));
        g_assert_cmpint(largest_difference(&info, in, full), >, 0);
        g_assert_cmpint(largest_difference(&info, in, again), ==, 0);
        int all = largest_difference(&info, in, full), part = largest_difference(&info, in, half);
        g_assert_cmpint(ABS(2 * part - all), <=, 6);
        gst_object_unref(idiom);
        gst_harness_teardown(h);
    }
}

static void test_caps_change(void)
{
    static const struct {
        const char *format;
        int width, height;
    } steps[] = {{"I420", 64, 48}, {"RGBA", 64, 48}, {"RGBA", 31, 77}, {"NV12", 8, 8}, {"I420", 64, 48}};
    GstHarness *h = new_harness("idiom style=tiny");
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        GstVideoInfo info = make_info(steps[i].format, steps[i].width, steps[i].height);
        set_caps(h, steps[i].format, steps[i].width, steps[i].height);
        g_autoptr(GstBuffer) out = push_and_pull(h, new_frame(&info, i));
        g_assert_cmpuint(gst_buffer_get_size(out), ==, GST_VIDEO_INFO_SIZE(&info));
        g_autoptr(GstCaps) caps = gst_pad_get_current_caps(h->sinkpad);
        GstVideoInfo seen;
        g_assert_true(gst_video_info_from_caps(&seen, caps));
        g_assert_cmpint(seen.width, ==, steps[i].width);
        g_assert_cmpint(seen.height, ==, steps[i].height);
        g_assert_cmpstr(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&seen)), ==, steps[i].format);
    }
    gst_harness_teardown(h);
}

static void test_timestamps_and_metas(void)
{
    GstVideoInfo info = make_info("RGBA", 24, 16);
    GstHarness *h = new_harness("idiom style=tiny");
    set_caps(h, "RGBA", 24, 16);
    g_autoptr(GstCaps) reference = gst_caps_new_empty_simple("timestamp/x-ntp");
    for (guint i = 0; i < 5; i++) {
        GstBuffer *in = new_frame(&info, i);
        GST_BUFFER_DTS(in) = GST_BUFFER_PTS(in);
        GST_BUFFER_OFFSET(in) = i;
        if (i == 2)
            GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_DISCONT);
        gst_buffer_add_video_region_of_interest_meta(in, "face", 3, 4, 5, 6);
        gst_buffer_add_reference_timestamp_meta(in, reference, i * GST_SECOND, GST_CLOCK_TIME_NONE);
        gst_buffer_add_video_caption_meta(in, GST_VIDEO_CAPTION_TYPE_CEA608_RAW, (const guint8 *)"ab", 2);
        g_autoptr(GstBuffer) out = push_and_pull(h, in);
        g_assert_cmpuint(GST_BUFFER_PTS(out), ==, i * 40 * GST_MSECOND);
        g_assert_cmpuint(GST_BUFFER_DURATION(out), ==, 40 * GST_MSECOND);
        g_assert_cmpuint(GST_BUFFER_OFFSET(out), ==, i);
        g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_DISCONT) == (i == 2));
        GstVideoRegionOfInterestMeta *roi = gst_buffer_get_video_region_of_interest_meta_id(out, 0);
        roi = roi ? roi : (gpointer)gst_buffer_get_meta(out, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
        g_assert_nonnull(roi);
        g_assert_cmpuint(roi->x, ==, 3);
        g_assert_cmpuint(roi->h, ==, 6);
        g_assert_nonnull(gst_buffer_get_reference_timestamp_meta(out, reference));
        g_assert_nonnull(gst_buffer_get_video_caption_meta(out));
    }
    gst_harness_teardown(h);
}

static void test_events(void)
{
    GstVideoInfo info = make_info("I420", 32, 24);
    GstHarness *h = new_harness("idiom style=tiny");
    set_caps(h, "I420", 32, 24);
    g_autoptr(GstBuffer) first = push_and_pull(h, new_frame(&info, 0));

    flush(h);
    g_autoptr(GstBuffer) again = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, first, again), ==, 0); /* nothing is left of before the flush */

    g_assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    gboolean eos = FALSE;
    GstEvent *event;
    while ((event = gst_harness_try_pull_event(h))) {
        eos = eos || GST_EVENT_TYPE(event) == GST_EVENT_EOS;
        gst_event_unref(event);
    }
    g_assert_true(eos);
    gst_harness_teardown(h);
}

static void test_restart(void)
{
    GstVideoInfo info = make_info("NV12", 20, 20);
    g_autoptr(GstElement) idiom = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_object_set(idiom, "style", "tiny", "device", "0",
                 NULL); /* a device of its own, closed and opened again */
    for (guint i = 0; i < 2; i++) {
        GstHarness *h = gst_harness_new_with_element(idiom, "sink", "src");
        set_caps(h, "NV12", 20, 20);
        g_autoptr(GstBuffer) out = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstStructure) stats = NULL;
        g_object_get(idiom, "stats", &stats, NULL);
        guint64 frames;
        double milliseconds;
        g_assert_true(gst_structure_get(stats, "frames", G_TYPE_UINT64, &frames, "average-ms", G_TYPE_DOUBLE,
                                        &milliseconds, NULL));
        g_assert_cmpuint(frames, ==, 1);
        g_assert_cmpfloat(milliseconds, >, 0);
        g_assert_nonnull(gst_structure_get_string(stats, "device"));
        gst_harness_teardown(h);
        gst_element_set_state(idiom, GST_STATE_NULL);
    }
}

static void test_style_change(gconstpointer folder)
{
    GstVideoInfo info = make_info("RGBx", 40, 30);
    g_autofree char *path = g_build_filename(folder, "tiny.safetensors", NULL);
    GstHarness *h = new_harness("idiom style=tiny style-fade=0");
    set_caps(h, "RGBx", 40, 30);
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstBus) bus = gst_bus_new();
    gst_element_set_bus(idiom, bus);
    g_autoptr(GstBuffer) first = push_and_pull(h, new_frame(&info, 0));
    set_style(idiom, "tiny2");
    g_autoptr(GstBuffer) second = push_and_pull(h, new_frame(&info, 0));
    set_style(idiom, path);
    g_autoptr(GstBuffer) third = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, first, second), >, 0);
    g_assert_cmpint(largest_difference(&info, first, third), ==, 0);

    /* what cannot be used is a warning, and the old style stays */
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, ""), ==, 0);
    set_style(idiom, "no-such-style");
    g_autoptr(GstBuffer) fourth = push_and_pull(h, new_frame(&info, 0));
    set_style(idiom, "broken");
    g_autoptr(GstBuffer) fifth = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, first, fourth), ==, 0);
    g_assert_cmpint(largest_difference(&info, first, fifth), ==, 0);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "no-such-style"), ==, 1);
    gst_element_set_bus(idiom, NULL);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

/* --- smoothing over time -------------------------------------------------------------------------- */

/* A still picture of @scene with a sensor's noise, at @time; what smoothing is for. */
static GstBuffer *new_still(const GstVideoInfo *info, guint scene, guint seed, GstClockTime time)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    GstBuffer *buffer = new_frame(info, 0);
    GstMapInfo map;
    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
    for (gsize i = 0; i < map.size; i++) {
        const double x = (double)(i / 4 % (gsize)info->width), y = (double)(i / 4 / (gsize)info->width);
        const double v =
            128 + 50 * sin((0.21 + 0.1 * scene) * x + (0.003 - 0.002 * scene) * x * y + (double)(i % 4)) +
            40 * sin(0.17 * (1 + scene) * y);
        map.data[i] = (guint8)(v + g_rand_double_range(random, -8, 8));
    }
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_PTS(buffer) = time;
    return buffer;
}

typedef struct {
    GstVideoInfo info;
    GstHarness *h;
    GstElement *idiom;
    GstClockTime time; /* of the next frame */
    guint scene, seed;
} Stream;

#define STEP (40 * GST_MSECOND)

static Stream start_stream(const char *launch)
{
    Stream s = {.info = make_info("RGBA", 96, 64), .h = new_harness(launch)};
    s.info.fps_n = 25, s.info.fps_d = 1;
    gst_harness_set_src_caps(s.h, gst_video_info_to_caps(&s.info));
    s.idiom = gst_harness_find_element(s.h, "idiom");
    gst_util_set_object_arg(G_OBJECT(s.idiom), "quality",
                            "full"); /* a harness is live: on a slow machine it would fall */
    return s;
}

static void end_stream(Stream *s)
{
    gst_object_unref(s->idiom);
    gst_harness_teardown(s->h);
}

/* The next frame, with @flags; whether the result is what the frame alone would give. */
static gboolean is_alone(Stream *s, guint flags)
{
    GstBuffer *in = new_still(&s->info, s->scene, ++s->seed, s->time);
    GST_BUFFER_FLAG_SET(in, flags);
    GstHarness *h = new_harness("idiom style=tiny temporal=0");
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&s->info));
    g_autoptr(GstBuffer) alone = push_and_pull(h, gst_buffer_copy_deep(in));
    gst_harness_teardown(h);
    g_autoptr(GstBuffer) seen = push_and_pull(s->h, in);
    s->time += STEP;
    int difference = largest_difference(&s->info, seen, alone);
    g_test_message("%" GST_TIME_FORMAT ": %d from the frame alone", GST_TIME_ARGS(s->time - STEP),
                   difference);
    return difference == 0;
}

/* Frames that follow each other are smoothed. */
static void flow_on(Stream *s)
{
    for (guint i = 0; i < 2; i++)
        g_assert_false(is_alone(s, 0));
}

static void test_temporal(void)
{
    Stream s = start_stream("idiom style=tiny temporal=1");
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    g_object_set(s.idiom, "temporal", 0.0, NULL);
    for (guint i = 0; i < 3; i++)
        g_assert_true(is_alone(&s, 0));
    g_object_set(s.idiom, "temporal", 0.5, NULL);
    is_alone(&s, 0); /* whether there is something to smooth with at once is left open */
    flow_on(&s);
    end_stream(&s);
}

/* The next frame of a scene that does not move, @lift levels lighter; what becomes of it. */
static GstBuffer *lighter(Stream *s, guint lift)
{
    GstMapInfo map;
    GstBuffer *in = new_frame(&s->info, s->seed++);
    gst_buffer_map(in, &map, GST_MAP_WRITE);
    for (gsize i = 0; i < map.size; i++)
        map.data[i] = (guint8)(100 + i / 4 % 96 + lift);
    gst_buffer_unmap(in, &map);
    return push_and_pull(s->h, in);
}

/* A change like noise comes late where what is still is kept, as by itself on a live source; but it comes. */
static void test_still(void)
{
    Stream streams[] = {start_stream("idiom style=tiny still=off"), start_stream("idiom style=tiny"),
                        start_stream("idiom style=tiny still=on")};
    for (guint i = 0; i < 24; i++) {
        GstBuffer *seen[G_N_ELEMENTS(streams)];
        for (guint k = 0; k < G_N_ELEMENTS(streams); k++)
            seen[k] = lighter(&streams[k], i < 2 ? 0 : 2);
        const int late = largest_difference(&streams[0].info, seen[0], seen[2]);
        g_assert_cmpint(largest_difference(&streams[0].info, seen[1], seen[2]), ==, 0);
        if (i == 2 || i == 23)
            g_test_message("frame %u: %d", i, late);
        if (i == 2)
            g_assert_cmpint(late, >, 0);
        if (i == 23)
            g_assert_cmpint(late, <=, 2);
        for (guint k = 0; k < G_N_ELEMENTS(streams); k++)
            gst_buffer_unref(seen[k]);
    }
    for (guint k = 0; k < G_N_ELEMENTS(streams); k++)
        end_stream(&streams[k]);
}

/* What does not follow the frame before is stylized by itself. */
static void test_temporal_resets(void)
{
    Stream s = start_stream("idiom style=tiny temporal=1");
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);

    g_assert_true(is_alone(&s, GST_BUFFER_FLAG_DISCONT));
    flow_on(&s);
    s.time += STEP; /* a frame is missing */
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    s.time += 3 * GST_SECOND;
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    s.time -= 2 * STEP; /* time goes back */
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);

    flush(s.h);
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    push_segment(s.h, s.time, s.time); /* goes on as before */
    flow_on(&s);
    push_segment(s.h, s.time, s.time + 10 * GST_SECOND);
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    push_segment(s.h, s.time, 0);
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);

    s.scene = 3; /* a cut */
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);

    g_object_set(s.idiom, "strength", 0.0, NULL);
    g_assert_false(is_alone(&s, 0)); /* nothing is painted */
    g_object_set(s.idiom, "strength", 1.0, NULL);
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    end_stream(&s);
}

/* Played backwards a frame continues the one that comes after it in the stream. */
static void test_temporal_reverse(void)
{
    Stream s = start_stream("idiom style=tiny temporal=1");
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = -1;
    segment.stop = segment.position = 10 * GST_SECOND;
    g_assert_true(gst_harness_push_event(s.h, gst_event_new_segment(&segment)));
    s.time = 9 * GST_SECOND;
    for (guint i = 0; i < 4; i++) {
        g_assert_true(is_alone(&s, 0) == (i == 0));
        s.time -= 2 * STEP; /* is_alone() has moved it on */
    }
    s.time -= 5 * STEP;
    g_assert_true(is_alone(&s, 0)); /* frames are missing */
    end_stream(&s);
}

static void test_temporal_caps_change(void)
{
    Stream s = start_stream("idiom style=tiny temporal=1");
    is_alone(&s, 0);
    flow_on(&s);
    for (guint i = 0; i < 2; i++) {
        s.info = make_info("RGBA", i ? 96 : 128, 64);
        s.info.fps_n = 25, s.info.fps_d = 1;
        gst_harness_set_src_caps(s.h, gst_video_info_to_caps(&s.info));
        g_assert_true(is_alone(&s, 0));
        flow_on(&s);
    }
    end_stream(&s);
}

/* At once the new style's first frame is its own; a fade ends with the new style, smoothed nearly as if always seen. */
static void test_temporal_style_change(void)
{
    Stream s = start_stream("idiom style=tiny2 style-fade=0 temporal=1");
    is_alone(&s, 0);
    set_style(s.idiom, "tiny");
    g_assert_true(is_alone(&s, 0));
    flow_on(&s);
    end_stream(&s);

    /* another element that has had the new style for as long as the fade lasts */
    s = start_stream("idiom style=tiny2 style-fade=120000000 temporal=1");
    Stream other = start_stream("idiom style=tiny temporal=1");
    is_alone(&s, 0);
    is_alone(&s, 0);
    set_style(s.idiom, "tiny");
    for (guint i = 0; i < 5; i++) {
        g_autoptr(GstBuffer) in = new_still(&s.info, 0, i, (i + 2) * STEP);
        g_autoptr(GstBuffer) faded = push_and_pull(s.h, gst_buffer_copy_deep(in));
        g_autoptr(GstBuffer) whole = push_and_pull(other.h, gst_buffer_copy_deep(in));
        const int difference = largest_difference(&s.info, faded, whole);
        g_test_message("%u frames into the fade: %d", i + 1, difference);
        g_assert_true((difference <= 8) == (i >= 2)); /* the noise that the longer history smooths further */
    }
    end_stream(&s);
    end_stream(&other);
}

/* Frames that the element leaves out because the sink is late do not make a gap. */
static void test_temporal_late(void)
{
    Stream s = start_stream("idiom style=tiny temporal=1");
    is_alone(&s, 0);
    flow_on(&s);
    g_assert_true(gst_pad_push_event(s.h->sinkpad,
                                     gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2, STEP, s.time + 2 * STEP)));
    for (guint i = 0; i < 4; i++, s.time += STEP) {
        g_assert_cmpint(gst_harness_push(s.h, new_still(&s.info, 0, 100 + i, s.time)), ==, GST_FLOW_OK);
        g_assert_null(gst_harness_try_pull(s.h));
    }
    g_assert_false(is_alone(&s, 0));
    g_autoptr(GstStructure) stats = NULL;
    guint64 frames, dropped;
    g_object_get(s.idiom, "stats", &stats, NULL);
    g_assert_true(
        gst_structure_get(stats, "frames", G_TYPE_UINT64, &frames, "dropped", G_TYPE_UINT64, &dropped, NULL));
    g_assert_cmpuint(frames, ==, 4); /* the device has not seen the others */
    g_assert_cmpuint(dropped, ==, 4);
    end_stream(&s);
}

/* --- change of style ------------------------------------------------------------------------------ */

/* What @launch makes of frame @seed alone. */
static GstBuffer *stylize_alone(const char *launch, const GstVideoInfo *info, guint seed)
{
    GstHarness *h = new_harness(launch);
    gst_harness_set_src_caps(h, gst_video_info_to_caps(info));
    GstBuffer *out = push_and_pull(h, new_frame(info, seed));
    gst_harness_teardown(h);
    return out;
}

/* Whether @mixed lies at @amount between @from and @to, byte by byte; all three are rounded. */
static void assert_between(GstBuffer *mixed, GstBuffer *from, GstBuffer *to, double amount)
{
    GstMapInfo m, f, t;
    g_assert_true(gst_buffer_map(mixed, &m, GST_MAP_READ) && gst_buffer_map(from, &f, GST_MAP_READ) &&
                  gst_buffer_map(to, &t, GST_MAP_READ));
    for (gsize i = 0; i < m.size; i++)
        g_assert_cmpfloat_with_epsilon(m.data[i], f.data[i] + amount * (t.data[i] - f.data[i]), 1.01);
    gst_buffer_unmap(mixed, &m);
    gst_buffer_unmap(from, &f);
    gst_buffer_unmap(to, &t);
}

static void test_style_fade(void)
{
    GstVideoInfo info = make_info("RGBA", 40, 30); /* no gaps between rows */
    info.fps_n = 25, info.fps_d = 1;
    GstHarness *h = new_harness("idiom style=tiny temporal=0 style-fade=200000000");
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&info));
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    for (guint i = 0; i < 9; i++) {
        if (i == 2)
            set_style(idiom, "tiny2");
        g_autoptr(GstBuffer) seen = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstBuffer) from = stylize_alone("idiom style=tiny", &info, i);
        g_autoptr(GstBuffer) to = stylize_alone("idiom style=tiny2", &info, i);
        double amount = CLAMP((i - 1.0) / 5, 0, 1);
        assert_between(seen, from, to, amount);
        if (amount == 1)
            g_assert_cmpint(largest_difference(&info, seen, to), ==, 0);
        g_assert_cmpuint(GST_BUFFER_PTS(seen), ==, i * 40 * GST_MSECOND);
    }
    /* time that goes back ends a fade, and so does a flush */
    set_style(idiom, "tiny");
    for (guint i = 9; i < 13; i++)
        gst_buffer_unref(push_and_pull(h, new_frame(&info, i)));
    g_autoptr(GstBuffer) back = push_and_pull(h, new_frame(&info, 11));
    g_autoptr(GstBuffer) expected = stylize_alone("idiom style=tiny", &info, 11);
    g_assert_cmpint(largest_difference(&info, back, expected), ==, 0);
    set_style(idiom, "tiny2");
    gst_buffer_unref(push_and_pull(h, new_frame(&info, 12)));
    flush(h);
    g_autoptr(GstBuffer) flushed = push_and_pull(h, new_frame(&info, 13));
    g_autoptr(GstBuffer) expected2 = stylize_alone("idiom style=tiny2", &info, 13);
    g_assert_cmpint(largest_difference(&info, flushed, expected2), ==, 0);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

/* The source in place of a style, at the start and later: buffers pass untouched, and fade into a style and back. */
static void test_none(void)
{
    GstVideoInfo info = make_info("RGBA", 40, 30);
    info.fps_n = 25, info.fps_d = 1;
    GstHarness *h = new_harness("idiom style=none mix=what:1 temporal=0 style-fade=200000000");
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&info));
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    for (guint i = 0; i < 20; i++) {
        if (i == 2 || i == 10)
            g_object_set(idiom, "mix", NULL, NULL), set_style(idiom, i == 2 ? "tiny" : "none");
        GstBuffer *in = new_frame(&info, i);
        g_autoptr(GstBuffer) seen = push_and_pull(h, gst_buffer_ref(in));
        g_autoptr(GstBuffer) styled = stylize_alone("idiom style=tiny", &info, i);
        const double amount = i < 10 ? CLAMP((i - 1.0) / 5, 0, 1) : CLAMP((14.0 - i) / 5, 0, 1);
        assert_between(seen, in, styled, amount);
        if (i < 2 || i > 14)
            g_assert_true(seen == in);
        gst_buffer_unref(in);
    }
    /* a style that comes while another goes */
    set_style(idiom, "tiny");
    for (guint i = 20; i < 30; i++) {
        if (i == 25)
            set_style(idiom, "none");
        if (i == 27)
            set_style(idiom, "tiny2");
        gst_buffer_unref(push_and_pull(h, new_frame(&info, i)));
    }
    for (guint i = 30; i < 33; i++) {
        g_autoptr(GstBuffer) seen = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstBuffer) styled = stylize_alone("idiom style=tiny2", &info, i);
        g_assert_true((largest_difference(&info, seen, styled) == 0) == (i >= 31));
    }
    gst_object_unref(idiom);
    gst_harness_teardown(h);
    expect_error("idiom style=non", "RGBA", 32, 32, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "none");
}

/* A new style every two frames while each takes ten to fade in: no frame is lost, nothing jumps by much, and the last
 * one stays. */
static void test_style_fade_again(void)
{
    static const char *const styles[] = {"tiny2", "moods", "tiny", "tiny2", "moods"};
    GstVideoInfo info = make_info("RGBA", 40, 30);
    info.fps_n = 25, info.fps_d = 1;
    GstHarness *h = new_harness("idiom style=tiny temporal=0 style-fade=400000000");
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&info));
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    GstBuffer *before = NULL;
    for (guint i = 0; i < 24; i++) {
        if (i % 2 && i / 2 < G_N_ELEMENTS(styles))
            set_style(idiom, styles[i / 2]);
        GstBuffer *in = new_frame(&info, 0);
        GST_BUFFER_PTS(in) = i * 40 * GST_MSECOND;
        g_autoptr(GstBuffer) seen = push_and_pull(h, in);
        g_assert_cmpuint(GST_BUFFER_PTS(seen), ==, i * 40 * GST_MSECOND);
        g_autoptr(GstBuffer) goal = stylize_alone("idiom style=moods", &info, 0);
        int jump = before ? largest_difference(&info, seen, before) : 0;
        g_test_message("frame %u: %d from the frame before, %d from the last style", i, jump,
                       largest_difference(&info, seen, goal));
        g_assert_cmpint(jump, <=, 20);
        gst_buffer_replace(&before, seen);
        g_assert_true((largest_difference(&info, seen, goal) == 0) == (i >= 18));
    }
    gst_clear_buffer(&before);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

static void test_mix(void)
{
    GstVideoInfo info = make_info("I420", 40, 30);
    GstHarness *h = new_harness("idiom style=moods style-fade=0");
    g_autoptr(GstBus) bus = gst_bus_new();
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_element_set_bus(idiom, bus);
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&info));
    g_autoptr(GstBuffer) first = push_and_pull(h, new_frame(&info, 0));
    static const char *const mixes[] = {"calm:1", "wild:2", "calm:0.5,sad:1", NULL};
    for (guint i = 0; i < G_N_ELEMENTS(mixes); i++) {
        g_object_set(idiom, "mix", mixes[i], NULL);
        g_autofree char *launch = g_strdup_printf("idiom style=moods mix=\"%s\"", mixes[i] ? mixes[i] : "");
        g_autoptr(GstBuffer) seen = push_and_pull(h, new_frame(&info, 0));
        g_autoptr(GstBuffer) alone = stylize_alone(launch, &info, 0);
        g_assert_cmpint(largest_difference(&info, seen, alone), ==, 0);
        g_assert_true((largest_difference(&info, seen, first) == 0) == (i == 0 || i == 3));
    }
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, ""), ==, 0);

    /* what the file does not have changes nothing */
    g_object_set(idiom, "mix", "wild", NULL);
    g_autoptr(GstBuffer) wild = push_and_pull(h, new_frame(&info, 0));
    g_object_set(idiom, "mix", "wild:1,happy:3", NULL);
    g_autoptr(GstBuffer) kept = push_and_pull(h, new_frame(&info, 0));
    g_assert_cmpint(largest_difference(&info, wild, kept), ==, 0);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "'happy' in the file; it has: calm, wild, sad"),
                     ==, 1);

    /* a new file that does not have them shows its first style */
    set_style(idiom, "tiny");
    g_autoptr(GstBuffer) other = push_and_pull(h, new_frame(&info, 0));
    g_autoptr(GstBuffer) tiny = stylize_alone("idiom style=tiny", &info, 0);
    g_assert_cmpint(largest_difference(&info, other, tiny), ==, 0);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING, "it has: tiny"), ==, 1);

    /* from new to start on it is an error */
    gst_element_set_state(idiom, GST_STATE_NULL);
    g_assert_cmpint(gst_element_set_state(idiom, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ERROR, "it has: tiny"), ==, 1);
    gst_element_set_bus(idiom, NULL);
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

/* Frames go on until what was asked for is in view. */
static void wait_for_strokes(GstHarness *h, const GstVideoInfo *info)
{
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    gboolean loading = TRUE;
    while (loading) {
        g_autoptr(GstStructure) stats = NULL;
        gst_buffer_unref(push_and_pull(h, new_frame(info, 0)));
        g_object_get(idiom, "stats", &stats, NULL);
        g_assert_true(gst_structure_get_boolean(stats, "loading", &loading));
        g_usleep(1000);
    }
}

/* Strokes change once they are ready, colours from one frame to the next, as if they had been so from the start. */
static void test_strokes_and_colour(void)
{
    static const char *const settings[] = {"", "stroke-size=10", "stroke-size=10 colour=0.25", "colour=0",
                                           ""};
    GstVideoInfo info = make_info("I420", 96, 64);
    GstHarness *h = new_harness("idiom style=tiny temporal=0");
    GstElement *idiom = gst_harness_find_element(h, "idiom");
    gst_harness_set_src_caps(h, gst_video_info_to_caps(&info));
    g_autoptr(GstBuffer) first = push_and_pull(h, new_frame(&info, 0));
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        const double stroke_size = strstr(settings[i], "stroke-size") ? 10 : 1;
        const char *colour = strstr(settings[i], "colour=");
        g_object_set(idiom, "stroke-size", stroke_size, "colour",
                     colour ? g_ascii_strtod(colour + strlen("colour="), NULL) : 1.0, NULL);
        g_autofree char *launch = g_strdup_printf("idiom style=tiny temporal=0 %s", settings[i]);
        wait_for_strokes(h, &info);
        g_autoptr(GstBuffer) seen = push_and_pull(h, new_frame(&info, 0));
        g_autoptr(GstBuffer) alone = stylize_alone(launch, &info, 0);
        g_assert_cmpint(largest_difference(&info, seen, alone), ==, 0);
        g_assert_true((largest_difference(&info, seen, first) == 0) == (settings[i][0] == '\0'));
    }
    gst_object_unref(idiom);
    gst_harness_teardown(h);
}

/* --- presets ---------------------------------------------------------------------------------------- */

static void test_presets(void)
{
    g_autoptr(GstElement) idiom = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_auto(GStrv) names = gst_preset_get_property_names(GST_PRESET(idiom));
    g_assert_true(g_strv_contains((const char *const *)names, "style"));
    g_assert_true(g_strv_contains((const char *const *)names, "strength"));
    g_assert_false(g_strv_contains((const char *const *)names, "stats"));
}

/* --- errors and load ------------------------------------------------------------------------------ */

static void test_errors(gconstpointer folder)
{
    g_autofree char *missing = g_strdup_printf("idiom style=%s/nothing.safetensors", (const char *)folder);
    expect_error("idiom style=no-such-style", "I420", 32, 32, GST_RESOURCE_ERROR,
                 GST_RESOURCE_ERROR_NOT_FOUND, "no-such-style");
    expect_error(missing, "I420", 32, 32, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                 "nothing.safetensors");
    expect_error("idiom style=broken", "I420", 32, 32, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                 "broken.safetensors");
    expect_error("idiom style=moods mix=happy:1", "I420", 32, 32, GST_LIBRARY_ERROR,
                 GST_LIBRARY_ERROR_SETTINGS, "calm, wild, sad");
    expect_error("idiom style=tiny device=no-such-device", "I420", 32, 32, GST_RESOURCE_ERROR,
                 GST_RESOURCE_ERROR_OPEN_READ_WRITE, "no-such-device");
}

static void test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    expect_error("idiom style=tiny", "I420", 40000, 4, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "40000x4");
    if (idiom_device_info(device)->family == IDIOM_FAMILY_LANE) /* others may have the memory */
        expect_error("idiom style=small", "RGBA", 9000, 9000, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
                     "9000x9000");
}

static void test_two_at_once(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline =
        gst_parse_launch("videotestsrc num-buffers=8 ! video/x-raw,width=48,height=32 ! tee name=t  t. ! "
                         "queue ! idiom style=tiny ! "
                         "fakesink  t. ! queue ! idiom style=tiny2 ! idiom style=tiny ! fakesink",
                         &error);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    /* keeps the device open, and with it the compiled shaders */
    GstElement *holder = gst_object_ref_sink(gst_element_factory_make("idiom", NULL));
    g_object_set(holder, "style", "tiny", NULL);
    gst_element_set_state(holder, GST_STATE_PAUSED);

    g_test_add_func("/element/formats", test_formats);
    g_test_add_func("/element/colorimetry", test_colorimetry);
    g_test_add_func("/element/strides", test_strides);
    g_test_add_func("/element/no-style", test_no_style);
    g_test_add_func("/element/refusals", test_refusals);
    g_test_add_func("/element/strength", test_strength);
    g_test_add_func("/element/caps-change", test_caps_change);
    g_test_add_func("/element/timestamps-and-metas", test_timestamps_and_metas);
    g_test_add_func("/element/events", test_events);
    g_test_add_func("/element/restart", test_restart);
    g_test_add_data_func("/element/style-change", folder, test_style_change);
    g_test_add_func("/element/temporal", test_temporal);
    g_test_add_func("/element/still", test_still);
    g_test_add_func("/element/temporal-resets", test_temporal_resets);
    g_test_add_func("/element/temporal-reverse", test_temporal_reverse);
    g_test_add_func("/element/temporal-caps-change", test_temporal_caps_change);
    g_test_add_func("/element/temporal-style-change", test_temporal_style_change);
    g_test_add_func("/element/temporal-late", test_temporal_late);
    g_test_add_func("/element/style-fade", test_style_fade);
    g_test_add_func("/element/none", test_none);
    g_test_add_func("/element/style-fade-again", test_style_fade_again);
    g_test_add_func("/element/mix", test_mix);
    g_test_add_func("/element/strokes-and-colour", test_strokes_and_colour);
    g_test_add_func("/element/presets", test_presets);
    g_test_add_data_func("/element/errors", folder, test_errors);
    g_test_add_func("/element/too-large", test_too_large);
    g_test_add_func("/element/two-at-once", test_two_at_once);
    int status = g_test_run();
    gst_element_set_state(holder, GST_STATE_NULL);
    gst_object_unref(holder);
    test_styles_remove(folder);
    return status;
}
