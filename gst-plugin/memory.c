/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include "vulkan.h"

#include <gst/allocators/gstdmabuf.h>

static const gsize PAGE_MASK = 4095;

MemoryKind memory_kind(const GstCapsFeatures *features)
{
    return features && gst_caps_features_contains(features, VULKAN_FEATURE) ? MEMORY_VULKAN : MEMORY_SYSTEM;
}

void memory_ask_for_pages(GstQuery *allocation)
{
    g_autoptr(GstAllocator) allocator = NULL;
    GstAllocationParams params;
    gst_allocation_params_init(&params);
    if (gst_query_get_n_allocation_params(allocation) == 0) {
        params.align = PAGE_MASK;
        gst_query_add_allocation_param(allocation, NULL, &params);
        return;
    }
    gst_query_parse_nth_allocation_param(allocation, 0, &allocator, &params);
    params.align |= PAGE_MASK;
    gst_query_set_nth_allocation_param(allocation, 0, allocator, &params);
}

/* Waits for what is being written; a dmabuf says by itself when that is done. */
static void wait_for(int fd)
{
    GPollFD poll = {.fd = fd, .events = G_IO_IN};
    g_poll(&poll, 1, 1000);
}

static gboolean find_plane(GstBuffer *buffer, gsize offset, guint plane, IdiomPicture *picture)
{
    guint index, length;
    gsize skip;
    if (!gst_buffer_find_memory(buffer, offset, 1, &index, &length, &skip))
        return FALSE;
    GstMemory *memory = gst_buffer_peek_memory(buffer, index);
    if (!gst_is_dmabuf_memory(memory))
        return FALSE;
    picture->fds[plane] = gst_dmabuf_memory_get_fd(memory);
    picture->offsets[plane] = memory->offset + skip;
    return TRUE;
}

gboolean memory_find_dmabufs(GstBuffer *buffer, const GstVideoInfo *info, IdiomPicture *picture)
{
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    *picture = (IdiomPicture)IDIOM_PICTURE_INIT;
    picture->memory = IDIOM_MEMORY_DMABUF;
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(info); p++) {
        const int stride = meta ? meta->stride[p] : info->stride[p];
        if (stride <= 0 || !find_plane(buffer, meta ? meta->offset[p] : info->offset[p], p, picture))
            return FALSE;
        picture->strides[p] = stride;
    }
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(info); p++)
        if (p == 0 || picture->fds[p] != picture->fds[p - 1])
            wait_for(picture->fds[p]);
    return TRUE;
}
