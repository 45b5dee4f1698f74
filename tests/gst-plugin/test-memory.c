/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers in memory that the device may reach: pages, dmabufs that are none, and what is asked of neighbours. */
#include "frames.h"
#include "style-files.h"

#include <gst/allocators/gstdmabuf.h>
#include <idiom/frame.h>
#include <sys/mman.h>
#include <unistd.h>

static guint copies_of(GstHarness *h)
{
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstStructure) stats = NULL;
    guint copies;
    g_object_get(idiom, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_uint(stats, "copies", &copies));
    return copies;
}

/* Where the device has memory of its own, frames on pages go there and come back without the CPU. */
static void test_pages(void)
{
    GstVideoInfo info = make_info("I420", 62, 46);
    GstHarness *h = new_harness("idiom style=tiny frames-in-flight=2"),
               *other = new_harness("idiom style=tiny");
    set_caps(h, "I420", 62, 46);
    set_caps(other, "I420", 62, 46);
    g_autoptr(GstQuery) query = gst_query_new_allocation(gst_video_info_to_caps(&info), TRUE);
    g_assert_true(gst_pad_query(GST_PAD_PEER(h->srcpad), query));
    GstAllocationParams params;
    g_assert_cmpuint(gst_query_get_n_allocation_params(query), >, 0);
    gst_query_parse_nth_allocation_param(query, 0, NULL, &params);
    g_assert_cmpuint(params.align & 4095, ==, 4095);

    for (guint i = 0; i < 3; i++) {
        GstBuffer *in = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), &params);
        GstBuffer *plain = new_frame(&info, i);
        fill(&info, in, i);
        GST_BUFFER_PTS(in) = GST_BUFFER_PTS(plain);
        GST_BUFFER_DURATION(in) = GST_BUFFER_DURATION(plain);
        g_autoptr(GstBuffer) out = push_and_pull(h, in);
        g_autoptr(GstBuffer) expected = push_and_pull(other, plain);
        g_assert_cmpint(largest_difference(&info, out, expected), ==, 0);
        g_test_message("%u copies", copies_of(h));
        g_assert_cmpuint(copies_of(h), ==, g_strcmp0(g_getenv("IDIOM_STAGING"), "1") == 0 ? 0 : 2);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

/* How caps say that frames are in dmabufs. */
#if GST_CHECK_VERSION(1, 24, 0)
#define DMABUF_NV12                                                                                          \
    "video/x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12,width=64,height=48,framerate=25/1"
#define DMABUF_TILED                                                                                         \
    "video/"                                                                                                 \
    "x-raw(memory:DMABuf),format=DMA_DRM,drm-format=NV12:0x0100000000000001,width=64,height=48,framerate="   \
    "25/1"
#else
#define DMABUF_NV12 "video/x-raw(memory:DMABuf),format=NV12,width=64,height=48,framerate=25/1"
#endif

#define DMABUF_ANY "video/x-raw(memory:DMABuf)"

/* A frame in memory that says it is a dmabuf, in rows of @stride bytes. CPU drivers that take dmabufs take it, too. */
static GstBuffer *new_dmabuf(GstAllocator *allocator, const GstVideoInfo *info, int stride)
{
    gsize offset[GST_VIDEO_MAX_PLANES] = {4096, 4096 + (gsize)stride * (gsize)info->height};
    int strides[GST_VIDEO_MAX_PLANES] = {stride, stride};
    const gsize size = offset[1] + (gsize)stride * (gsize)info->height / 2;
    const int fd = memfd_create("frame", 0);
    GstBuffer *buffer = gst_buffer_new();
    g_assert_cmpint(ftruncate(fd, (off_t)size), ==, 0);
    gst_buffer_append_memory(buffer, gst_dmabuf_allocator_alloc(allocator, fd, size));
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12,
                                   (guint)info->width, (guint)info->height, 2, offset, strides);
    return buffer;
}

static gboolean staged(void)
{
    return g_strcmp0(g_getenv("IDIOM_STAGING"), "1") == 0;
}

/* Whether the device does. */
static gboolean takes_dmabufs(void)
{
    g_autoptr(IdiomDevice) device = idiom_device_shared(NULL, NULL);
    const int fd = memfd_create("frame", 0);
    g_assert_cmpint(ftruncate(fd, 65536), ==, 0);
    IdiomDmabuf *dmabuf = idiom_dmabuf_import(device, fd, NULL);
    const gboolean takes = dmabuf != NULL;
    idiom_dmabuf_free(dmabuf);
    close(fd);
    g_test_message("dmabufs are %s", takes ? "taken in" : "mapped");
    return takes;
}

/* The same memory comes again and again, with another picture; where no device takes it, it is mapped. */
static void check_dmabufs(const char *caps, int stride)
{
    const guint taken = takes_dmabufs();
    GstVideoInfo info = make_info("NV12", 64, 48);
    GstHarness *h = new_harness("idiom style=tiny"), *other = new_harness("idiom style=tiny");
    g_autoptr(GstAllocator) allocator = gst_dmabuf_allocator_new();
    gst_harness_set_src_caps_str(h, caps);
    set_caps(other, "NV12", 64, 48);
    g_autoptr(GstBuffer) again = new_dmabuf(allocator, &info, stride);
    for (guint i = 0; i < 4; i++) {
        GstBuffer *plain = new_frame(&info, i);
        g_autoptr(GstBuffer) other_memory = new_dmabuf(allocator, &info, stride);
        GstBuffer *filled = i < 3 ? again : other_memory;
        fill(&info, filled, i);
        GstBuffer *in = gst_buffer_copy(filled); /* of the same memory */
        gst_buffer_copy_into(in, plain, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
        g_autoptr(GstBuffer) out = push_and_pull(h, in);
        g_autoptr(GstBuffer) expected = push_and_pull(other, plain);
        g_assert_cmpint(largest_difference(&info, out, expected), ==, 0);
        if (staged()) /* host memory may be read where it lies, too */
            g_assert_cmpuint(copies_of(h), <=, copies_of(other));
        else
            g_assert_cmpuint(copies_of(h), ==, copies_of(other) - taken);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

static void test_dmabuf(void)
{
    check_dmabufs("video/x-raw,format=NV12,width=64,height=48,framerate=25/1", 64);
    check_dmabufs(DMABUF_NV12, 64);
    check_dmabufs(DMABUF_NV12, 128);
}

/* Caps, a flush and the direction change while dmabufs come; then they are in system memory. */
static void test_dmabuf_changes(void)
{
    GstVideoInfo info = make_info("NV12", 64, 48);
    GstHarness *h = new_harness("idiom style=tiny");
    g_autoptr(GstAllocator) allocator = gst_dmabuf_allocator_new();
    gst_harness_set_src_caps_str(h, DMABUF_NV12);
    for (guint i = 0; i < 5; i++) {
        GstBuffer *plain = new_frame(&info, i), *in = new_dmabuf(allocator, &info, 64);
        fill(&info, in, i);
        gst_buffer_copy_into(in, plain, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
        if (i == 1)
            flush(h);
        if (i == 2)
            push_reverse_segment(h, 10 * GST_SECOND);
        if (i == 3)
            set_caps(h, "NV12", 64, 48);
        gst_buffer_unref(push_and_pull(h, i < 4 ? in : plain));
        if (i < 4)
            gst_buffer_unref(plain);
        else
            gst_buffer_unref(in);
    }
    gst_harness_teardown(h);
}

static gboolean makes_dmabufs(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_shared(NULL, NULL);
    const int fd = idiom_dmabuf_export(device, 1000, &error);
    g_test_message("dmabufs are %s", fd >= 0 ? "made" : error->message);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Where the device makes none, none are offered. */
static void check_offer(GstHarness *h, gboolean makes)
{
    g_autoptr(GstElement) idiom = gst_harness_find_element(h, "idiom");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(idiom, "src");
    g_autoptr(GstCaps) caps = gst_pad_query_caps(pad, NULL), wanted = gst_caps_from_string(DMABUF_NV12);
    g_assert_true(gst_caps_can_intersect(caps, wanted) == makes);
}

/* Frames that go in dmabufs, in rows that others like or in plain ones: the same pictures, and no copy behind the device. */
static void check_dmabufs_out(gboolean padded, guint slots)
{
    GstVideoInfo info = make_info("NV12", 64, 48);
    g_autofree char *line = g_strdup_printf("idiom style=tiny frames-in-flight=%u", slots);
    GstHarness *h = new_harness(line), *other = new_harness("idiom style=tiny");
    gst_harness_set_sink_caps_str(h, DMABUF_NV12);
    if (padded)
        gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
    set_caps(h, "NV12", 64, 48);
    set_caps(other, "NV12", 64, 48);
    for (guint i = 0; i < 6; i++) {
        g_autoptr(GstBuffer) out = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstBuffer) expected = push_and_pull(other, new_frame(&info, i));
        g_assert_true(gst_is_dmabuf_memory(gst_buffer_peek_memory(out, 0)));
        g_assert_cmpint(gst_buffer_get_video_meta(out)->stride[0], ==, padded ? 256 : 64);
        g_assert_cmpint(largest_difference(&info, out, expected), ==, 0);
        g_assert_cmpuint(copies_of(h), <=, staged() ? 1 : copies_of(other) - 1);
        if (i == 3) {
            flush(h);
            flush(other);
        }
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

static void test_dmabuf_out(void)
{
    const gboolean makes = makes_dmabufs();
    GstHarness *h = new_harness("idiom style=tiny");
    set_caps(h, "NV12", 64, 48);
    check_offer(h, makes);
    gst_harness_teardown(h);
    if (!makes)
        return;
    for (guint slots = 1; slots < 4; slots += 2) {
        check_dmabufs_out(TRUE, slots);
        check_dmabufs_out(FALSE, slots);
    }
}

/* From one element to the next: what the first has made the second takes in where it lies. */
static void test_dmabuf_between(void)
{
    GstVideoInfo info = make_info("NV12", 64, 48);
    if (!makes_dmabufs()) {
        g_test_skip("the device makes no dmabufs");
        return;
    }
    GstHarness *h = new_harness("idiom style=tiny name=first ! capsfilter caps=" DMABUF_ANY
                                " ! idiom style=tiny name=second"),
               *other = new_harness("idiom style=tiny ! idiom style=tiny");
    set_caps(h, "NV12", 64, 48);
    set_caps(other, "NV12", 64, 48);
    gst_harness_set_sink_caps_str(h, "video/x-raw, format=NV12, width=64, height=48, framerate=25/1");
    for (guint i = 0; i < 4; i++) {
        g_autoptr(GstBuffer) out = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstBuffer) expected = push_and_pull(other, new_frame(&info, i));
        g_assert_cmpint(largest_difference(&info, out, expected), ==, 0);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

#ifdef DMABUF_TILED
/* A layout that only its maker knows is refused before any frame comes. */
static void test_tiled(void)
{
    GstHarness *h = new_harness("idiom style=tiny");
    g_autoptr(GstCaps) caps = gst_caps_from_string(DMABUF_TILED);
    g_autoptr(GstQuery) query = gst_query_new_accept_caps(caps);
    gboolean accepted = TRUE;
    g_assert_true(gst_pad_query(GST_PAD_PEER(h->srcpad), query));
    gst_query_parse_accept_caps_result(query, &accepted);
    g_assert_false(accepted);
    gst_harness_teardown(h);
}
#endif

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/memory/pages", test_pages);
    g_test_add_func("/memory/dmabuf", test_dmabuf);
    g_test_add_func("/memory/dmabuf-changes", test_dmabuf_changes);
    g_test_add_func("/memory/dmabuf-out", test_dmabuf_out);
    g_test_add_func("/memory/dmabuf-between", test_dmabuf_between);
#ifdef DMABUF_TILED
    g_test_add_func("/memory/tiled", test_tiled);
#endif
    const int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
