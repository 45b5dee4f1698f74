/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include "vulkan.h"

#include <gst/allocators/gstdmabuf.h>

static const gsize PAGE_MASK = 4095;

MemoryKind memory_kind(const GstCapsFeatures *features)
{
    if (features && gst_caps_features_contains(features, VULKAN_FEATURE))
        return MEMORY_VULKAN;
    return features && gst_caps_features_contains(features, GST_CAPS_FEATURE_MEMORY_DMABUF) ? MEMORY_DMABUF
                                                                                            : MEMORY_SYSTEM;
}

gboolean memory_info_from_caps(GstVideoInfo *info, const GstCaps *caps)
{
#if GST_CHECK_VERSION(1, 24, 0)
    GstVideoInfoDmaDrm drm;
    if (gst_video_is_dma_drm_caps(caps))
        return gst_video_info_dma_drm_from_caps(&drm, caps) &&
               gst_video_info_dma_drm_to_video_info(&drm, info);
#endif
    return gst_video_info_from_caps(info, caps);
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

/* Waits for what is being written, and before writing for what is being read; a dmabuf says by itself when that is done. */
static void wait_for(int fd, gboolean write)
{
    GPollFD poll = {.fd = fd, .events = write ? G_IO_OUT : G_IO_IN};
    g_poll(&poll, 1, 1000);
}

/* What @device has of @memory. Goes with the memory; others may be at it, too. */
static IdiomDmabuf *import(GstMemory *memory, IdiomDevice *device, GError **error)
{
    static GMutex lock;
    g_autofree char *name = g_strdup_printf("idiom-import-%p", (gpointer)device);
    const GQuark quark = g_quark_from_string(name);
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    IdiomDmabuf *known = gst_mini_object_get_qdata(GST_MINI_OBJECT(memory), quark);
    if (known)
        return known;
    known = idiom_dmabuf_import(device, gst_dmabuf_memory_get_fd(memory), error);
    if (known)
        gst_mini_object_set_qdata(GST_MINI_OBJECT(memory), quark, known, (GDestroyNotify)idiom_dmabuf_free);
    return known;
}

static gboolean find_plane(GstBuffer *buffer, gsize offset, guint plane, IdiomDevice *device,
                           IdiomPicture *picture, GError **error)
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
    return !device || (picture->imports[plane] = import(memory, device, error));
}

gboolean memory_find_dmabufs(GstBuffer *buffer, const GstVideoInfo *info, IdiomDevice *device, gboolean write,
                             IdiomPicture *picture, GError **error)
{
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    *picture = (IdiomPicture)IDIOM_PICTURE_INIT;
    picture->memory = IDIOM_MEMORY_DMABUF;
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(info); p++) {
        const int stride = meta ? meta->stride[p] : info->stride[p];
        if (stride <= 0 ||
            !find_plane(buffer, meta ? meta->offset[p] : info->offset[p], p, device, picture, error))
            return FALSE;
        picture->strides[p] = stride;
    }
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(info); p++)
        if (p == 0 || picture->fds[p] != picture->fds[p - 1])
            wait_for(picture->fds[p], write);
    return TRUE;
}
