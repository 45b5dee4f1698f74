/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

#include <string.h>

GstHarness *new_harness(const char *launch)
{
    GstHarness *h = gst_harness_new_parse(launch);
    g_assert_nonnull(h);
    return h;
}

void set_caps(GstHarness *h, const char *format, int width, int height)
{
    g_autofree char *caps =
        g_strdup_printf("video/x-raw,format=%s,width=%d,height=%d,framerate=25/1", format, width, height);
    gst_harness_set_src_caps_str(h, caps);
}

GstVideoInfo make_info(const char *format, int width, int height)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, gst_video_format_from_string(format), (guint)width, (guint)height);
    return info;
}

/* A picture that depends on position and @seed only: the same in buffers of other strides. */
static guint8 pattern(guint plane, int x, int y, guint seed)
{
    return (guint8)(16 + (x * 7 + y * 13 + (int)plane * 61 + (int)seed * 29 + (x * y) % 11 * 5) % 220);
}

/* Bytes of a row without padding, and rows, of plane @p. */
static int row_bytes(const GstVideoFrame *frame, guint p)
{
    int bytes = 0;
    for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(frame); c++)
        if ((guint)GST_VIDEO_FRAME_COMP_PLANE(frame, c) == p)
            bytes = MAX(bytes, GST_VIDEO_FRAME_COMP_WIDTH(frame, c) * GST_VIDEO_FRAME_COMP_PSTRIDE(frame, c));
    return bytes;
}

static int plane_rows(const GstVideoFrame *frame, guint p)
{
    guint component = 0;
    while ((guint)GST_VIDEO_FRAME_COMP_PLANE(frame, component) != p)
        component++;
    return GST_VIDEO_FRAME_COMP_HEIGHT(frame, component);
}

void fill(const GstVideoInfo *info, GstBuffer *buffer, guint seed)
{
    GstVideoFrame frame;
    g_assert_true(gst_video_frame_map(&frame, info, buffer, GST_MAP_WRITE));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&frame); p++) {
        guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(&frame, p);
        for (int y = 0; y < plane_rows(&frame, p); y++)
            for (int x = 0; x < row_bytes(&frame, p); x++)
                data[y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p) + x] = pattern(p, x, y, seed);
    }
    gst_video_frame_unmap(&frame);
}

GstBuffer *new_frame(const GstVideoInfo *info, guint seed)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(info), NULL);
    gst_buffer_memset(buffer, 0, 0, GST_VIDEO_INFO_SIZE(info));
    fill(info, buffer, seed);
    GST_BUFFER_PTS(buffer) = seed * 40 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 40 * GST_MSECOND;
    return buffer;
}

/* Largest difference between the visible bytes of two frames. */
int largest_difference(const GstVideoInfo *info, GstBuffer *a, GstBuffer *b)
{
    GstVideoFrame fa, fb;
    int largest = 0;
    g_assert_true(gst_video_frame_map(&fa, info, a, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&fb, info, b, GST_MAP_READ));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&fa); p++) {
        const guint8 *da = GST_VIDEO_FRAME_PLANE_DATA(&fa, p), *db = GST_VIDEO_FRAME_PLANE_DATA(&fb, p);
        for (int y = 0; y < plane_rows(&fa, p); y++)
            for (int x = 0; x < row_bytes(&fa, p); x++)
                largest = MAX(largest, ABS(da[y * GST_VIDEO_FRAME_PLANE_STRIDE(&fa, p) + x] -
                                           db[y * GST_VIDEO_FRAME_PLANE_STRIDE(&fb, p) + x]));
    }
    gst_video_frame_unmap(&fa);
    gst_video_frame_unmap(&fb);
    return largest;
}

GstBuffer *push_and_pull(GstHarness *h, GstBuffer *buffer)
{
    g_assert_cmpint(gst_harness_push(h, buffer), ==, GST_FLOW_OK);
    GstBuffer *out = gst_harness_pull(h); /* waits: a frame may stay in flight for a while */
    g_assert_nonnull(out);
    return out;
}

void push_segment(GstHarness *h, GstClockTime start, GstClockTime time)
{
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.position = start;
    segment.time = time;
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
}

void push_reverse_segment(GstHarness *h, GstClockTime stop)
{
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = -1;
    segment.stop = segment.position = stop;
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
}

void flush(GstHarness *h)
{
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    push_segment(h, 0, 0);
}

/* Sets "style" and waits until it is ready to be shown, or found to be of no use. */
void set_style(GstElement *idiom, const char *style)
{
    g_object_set(idiom, "style", style, NULL);
    wait_until_loaded(idiom);
}

void wait_until_loaded(GstElement *idiom)
{
    gboolean loading = TRUE;
    while (loading) {
        g_autoptr(GstStructure) stats = NULL;
        g_usleep(1000);
        g_object_get(idiom, "stats", &stats, NULL);
        g_assert_true(gst_structure_get_boolean(stats, "loading", &loading));
    }
}

/* Messages of @type that have come, whose text has @word in it. */
guint count_messages(GstBus *bus, GstMessageType type, const char *word)
{
    guint count = 0;
    GstMessage *message;
    while ((message = gst_bus_pop_filtered(bus, type))) {
        g_autoptr(GError) error = NULL;
        if (type == GST_MESSAGE_WARNING)
            gst_message_parse_warning(message, &error, NULL);
        else
            gst_message_parse_error(message, &error, NULL);
        g_test_message("%s", error->message);
        count += strstr(error->message, word) != NULL;
        gst_message_unref(message);
    }
    return count;
}

guint64 device_bytes(GstElement *idiom)
{
    g_autoptr(GstStructure) stats = NULL;
    guint64 bytes = 0;
    g_object_get(idiom, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_uint64(stats, "memory", &bytes));
    return bytes;
}
