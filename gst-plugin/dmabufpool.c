/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dmabufpool.h"

#include "memory.h"

#include <gst/allocators/gstdmabuf.h>
#include <idiom/frame.h>
#include <unistd.h>

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

/* What GPUs and displays want at most. */
#define ROW_ALIGNMENT 256

typedef struct {
    GstBufferPool parent;
    IdiomDevice *device;
    GstAllocator *allocator;
    gboolean padded;
    GstVideoInfo info; /* as it is configured */
} IdiomDmabufPool;

typedef GstBufferPoolClass IdiomDmabufPoolClass;

static GType idiom_dmabuf_pool_get_type(void);
G_DEFINE_TYPE(IdiomDmabufPool, idiom_dmabuf_pool, GST_TYPE_BUFFER_POOL)

static void lay_out(GstVideoInfo *info, gboolean padded)
{
    GstVideoAlignment alignment;
    gst_video_alignment_reset(&alignment);
    for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
        alignment.stride_align[i] = ROW_ALIGNMENT - 1;
    if (padded)
        gst_video_info_align(info, &alignment);
}

gsize dmabufpool_size(const GstVideoInfo *info, gboolean padded)
{
    GstVideoInfo own = *info;
    lay_out(&own, padded);
    return own.size;
}

static gboolean set_config(GstBufferPool *base, GstStructure *config)
{
    IdiomDmabufPool *pool = (IdiomDmabufPool *)base;
    GstCaps *caps = NULL;
    guint min, max;
    if (!gst_buffer_pool_config_get_params(config, &caps, NULL, &min, &max) || !caps ||
        !memory_info_from_caps(&pool->info, caps))
        return FALSE;
    lay_out(&pool->info, pool->padded);
    gst_buffer_pool_config_set_params(config, caps, (guint)pool->info.size, min, max);
    return GST_BUFFER_POOL_CLASS(idiom_dmabuf_pool_parent_class)->set_config(base, config);
}

static GstFlowReturn alloc_buffer(GstBufferPool *base, GstBuffer **buffer, GstBufferPoolAcquireParams *params)
{
    IdiomDmabufPool *pool = (IdiomDmabufPool *)base;
    GstVideoInfo *info = &pool->info;
    g_autoptr(GError) error = NULL;
    (void)params;
    const int fd = idiom_dmabuf_export(pool->device, info->size, &error);
    if (fd < 0) {
        GST_ERROR_OBJECT(pool, "%s", error->message);
        return GST_FLOW_ERROR;
    }
    *buffer = gst_buffer_new();
    gst_buffer_append_memory(*buffer, gst_dmabuf_allocator_alloc(pool->allocator, fd, info->size));
    gst_buffer_add_video_meta_full(*buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                   (guint)info->width, (guint)info->height, GST_VIDEO_INFO_N_PLANES(info),
                                   info->offset, info->stride);
    return GST_FLOW_OK;
}

static void finalize(GObject *object)
{
    IdiomDmabufPool *pool = (IdiomDmabufPool *)object;
    gst_clear_object(&pool->allocator);
    idiom_device_unref(pool->device);
    G_OBJECT_CLASS(idiom_dmabuf_pool_parent_class)->finalize(object);
}

static void idiom_dmabuf_pool_class_init(IdiomDmabufPoolClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    klass->set_config = set_config;
    klass->alloc_buffer = alloc_buffer;
}

static void idiom_dmabuf_pool_init(IdiomDmabufPool *pool)
{
    pool->allocator = gst_dmabuf_allocator_new();
}

GstBufferPool *dmabufpool_new(IdiomDevice *device, gboolean padded)
{
    IdiomDmabufPool *pool = g_object_new(idiom_dmabuf_pool_get_type(), NULL);
    pool->device = idiom_device_ref(device);
    pool->padded = padded;
    return GST_BUFFER_POOL(gst_object_ref_sink(pool));
}

gboolean dmabufpool_is_possible(IdiomDevice *device, GError **error)
{
    const int fd = idiom_dmabuf_export(device, 1, error);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}
