/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers in memory that the device may reach: pages, dmabufs that are none, and what is asked of neighbours. */
#include "frames.h"
#include "style-files.h"

#include <gst/allocators/gstdmabuf.h>
#include <sys/mman.h>

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

/* A frame in memory that says it is a dmabuf, and is none: no device takes it, so it is mapped. */
static void test_dmabuf(void)
{
    GstVideoInfo info = make_info("NV12", 64, 48);
    GstHarness *h = new_harness("idiom style=tiny"), *other = new_harness("idiom style=tiny");
    g_autoptr(GstAllocator) allocator = gst_dmabuf_allocator_new();
    set_caps(h, "NV12", 64, 48);
    set_caps(other, "NV12", 64, 48);
    for (guint i = 0; i < 3; i++) {
        const int fd = memfd_create("frame", 0);
        g_assert_cmpint(ftruncate(fd, (off_t)info.size), ==, 0);
        GstBuffer *plain = new_frame(&info, i), *in = gst_buffer_new();
        gst_buffer_append_memory(in, gst_dmabuf_allocator_alloc(allocator, fd, info.size));
        fill(&info, in, i);
        gst_buffer_copy_into(in, plain, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
        g_autoptr(GstBuffer) out = push_and_pull(h, in);
        g_autoptr(GstBuffer) expected = push_and_pull(other, plain);
        g_assert_cmpint(largest_difference(&info, out, expected), ==, 0);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/memory/pages", test_pages);
    g_test_add_func("/memory/dmabuf", test_dmabuf);
    const int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
