/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define GST_USE_UNSTABLE_API
#include "vulkan.h"

#include "vulkandevice.h"

#include <gst/vulkan/vulkan.h>

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

struct VulkanShare {
    GstElement *element;
    GRecMutex lock; /* of the rest; what is asked of neighbours comes back to the same thread */
    GstVulkanInstance *instance;
    VulkanDevice *device;
    gboolean asking;  /* neighbours, who may ask in turn */
    gboolean refused; /* the neighbours' device */
};

VulkanShare *vulkan_share_new(GstElement *element)
{
    VulkanShare *share = g_new0(VulkanShare, 1);
    share->element = element;
    g_rec_mutex_init(&share->lock);
    return share;
}

void vulkan_share_close(VulkanShare *share)
{
    g_rec_mutex_lock(&share->lock);
    g_clear_pointer(&share->device, vulkan_device_unref);
    gst_clear_object(&share->instance);
    share->refused = FALSE;
    g_rec_mutex_unlock(&share->lock);
}

void vulkan_share_free(VulkanShare *share)
{
    vulkan_share_close(share);
    g_rec_mutex_clear(&share->lock);
    g_free(share);
}

gboolean vulkan_share_usable(VulkanShare *share)
{
    g_rec_mutex_lock(&share->lock);
    const gboolean usable = !share->refused;
    g_rec_mutex_unlock(&share->lock);
    return usable;
}

/* --- finding and making ---------------------------------------------------------------------------- */

static void take(VulkanShare *share, GstVulkanDevice *device, GstVulkanQueue *queue)
{
    g_autoptr(GError) error = NULL;
    VulkanDevice *taken = vulkan_device_use(device, queue, &error);
    if (!taken) {
        GST_WARNING_OBJECT(share->element, "the neighbours' Vulkan device is of no use: %s", error->message);
        share->refused = TRUE;
        return;
    }
    GST_INFO_OBJECT(share->element, "shares %" GST_PTR_FORMAT, device);
    g_clear_pointer(&share->device, vulkan_device_unref);
    share->device = taken;
}

static void make(VulkanShare *share, const char *selector)
{
    g_autoptr(GError) error = NULL;
    if (!gst_vulkan_ensure_element_data(share->element, NULL, &share->instance))
        return; /* that is an error on the bus */
    g_autoptr(GstVulkanDevice) device = vulkan_device_make(share->instance, selector, &error);
    if (device) {
        take(share, device, NULL);
        return;
    }
    GST_WARNING_OBJECT(share->element, "no Vulkan device can be shared: %s", error->message);
    share->refused = TRUE;
}

static void find(VulkanShare *share)
{
    g_autoptr(GstVulkanDevice) device = NULL;
    g_autoptr(GstVulkanQueue) queue = NULL;
    if (gst_vulkan_device_run_context_query(share->element, &device)) {
        gst_vulkan_queue_run_context_query(share->element, &queue);
        take(share, device, queue);
    }
}

/* The device of the neighbours, or else a new one. */
static gboolean ensure(VulkanShare *share, const char *selector)
{
    if (share->device || share->refused || share->asking)
        return share->device != NULL;
    share->asking = TRUE;
    find(share);
    if (!share->device && !share->refused)
        make(share, selector);
    share->asking = FALSE;
    return share->device != NULL;
}

gboolean vulkan_share_answer(VulkanShare *share, GstQuery *query, const char *selector)
{
    const char *type;
    gst_query_parse_context_type(query, &type);
    const gboolean wants_instance = g_str_equal(type, GST_VULKAN_INSTANCE_CONTEXT_TYPE_STR);
    const gboolean wants_device = g_str_equal(type, GST_VULKAN_DEVICE_CONTEXT_TYPE_STR);
    if (!wants_instance && !wants_device && !g_str_equal(type, GST_VULKAN_QUEUE_CONTEXT_TYPE_STR))
        return FALSE;
    gboolean answered = FALSE;
    g_rec_mutex_lock(&share->lock);
    if (wants_instance)
        answered = gst_vulkan_instance_handle_context_query(share->element, query, share->instance);
    else if (wants_device && ensure(share, selector))
        answered =
            gst_vulkan_device_handle_context_query(share->element, query, vulkan_device_gst(share->device));
    else if (share->device)
        answered =
            gst_vulkan_queue_handle_context_query(share->element, query, vulkan_device_queue(share->device));
    g_rec_mutex_unlock(&share->lock);
    return answered;
}

void vulkan_share_set_context(VulkanShare *share, GstContext *context)
{
    g_autoptr(GstVulkanDevice) device = NULL;
    const char *type = gst_context_get_context_type(context);
    g_rec_mutex_lock(&share->lock);
    gst_vulkan_handle_set_context(share->element, context, NULL, &share->instance);
    if (g_str_equal(type, GST_VULKAN_DEVICE_CONTEXT_TYPE_STR) &&
        gst_context_get_vulkan_device(context, &device) && !share->device)
        take(share, device, NULL);
    g_rec_mutex_unlock(&share->lock);
}

IdiomDevice *vulkan_share_device(VulkanShare *share)
{
    g_rec_mutex_lock(&share->lock);
    IdiomDevice *device = share->device ? idiom_device_ref(vulkan_device_idiom(share->device)) : NULL;
    g_rec_mutex_unlock(&share->lock);
    return device;
}

IdiomDevice *vulkan_share_open(VulkanShare *share, const char *selector)
{
    g_rec_mutex_lock(&share->lock);
    ensure(share, selector);
    g_rec_mutex_unlock(&share->lock);
    return vulkan_share_device(share);
}

/* --- buffers --------------------------------------------------------------------------------------- */

static gboolean configure(GstBufferPool *pool, GstCaps *caps, guint min, guint max)
{
    GstVideoInfo info;
    GstStructure *config = gst_buffer_pool_get_config(pool);
    if (!gst_video_info_from_caps(&info, caps)) {
        gst_structure_free(config);
        return FALSE;
    }
    gst_buffer_pool_config_set_params(config, caps, (guint)info.size, min, max);
    return gst_buffer_pool_set_config(pool, config);
}

GstBufferPool *vulkan_share_pool(VulkanShare *share, GstBufferPool *given, GstCaps *caps, guint min,
                                 guint max)
{
    g_rec_mutex_lock(&share->lock);
    GstVulkanDevice *device = share->device ? vulkan_device_gst(share->device) : NULL;
    GstBufferPool *pool = NULL;
    if (device && given && GST_IS_VULKAN_IMAGE_BUFFER_POOL(given) &&
        GST_VULKAN_IMAGE_BUFFER_POOL(given)->device == device)
        pool = gst_object_ref(given);
    else if (device)
        pool = gst_vulkan_image_buffer_pool_new(device);
    g_rec_mutex_unlock(&share->lock);
    if (pool && !configure(pool, caps, min, pool == given ? max : 0))
        gst_clear_object(&pool);
    return pool;
}

static GstVulkanImageMemory *image_of(VulkanShare *share, GstBuffer *buffer, guint index, GError **error)
{
    GstMemory *memory = gst_buffer_peek_memory(buffer, index);
    const char *wrong = NULL;
    if (!gst_is_vulkan_image_memory(memory))
        wrong = "is not in a Vulkan image, as its caps say";
    else if (((GstVulkanImageMemory *)memory)->device->device != vulkan_device_gst(share->device)->device)
        wrong = "is on another Vulkan device";
    if (wrong)
        g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "a buffer %s", wrong);
    return wrong ? NULL : (GstVulkanImageMemory *)memory;
}

gboolean vulkan_share_picture(VulkanShare *share, GstBuffer *buffer, const GstVideoInfo *info,
                              IdiomPicture *picture, GError **error)
{
    const guint planes = GST_VIDEO_INFO_N_PLANES(info), memories = gst_buffer_n_memory(buffer);
    *picture = (IdiomPicture)IDIOM_PICTURE_INIT;
    picture->memory = IDIOM_MEMORY_VULKAN_IMAGE;
    if (memories != planes && memories != 1) {
        g_set_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "a buffer has %u images for %u planes",
                    memories, planes);
        return FALSE;
    }
    for (guint p = 0; p < planes; p++) {
        GstVulkanImageMemory *image = image_of(share, buffer, memories == 1 ? 0 : p, error);
        if (!image || !vulkan_device_wait(share->device, &image->barrier.parent, error))
            return FALSE;
        picture->images[p] = (guint64)(gsize)image->image;
        picture->layouts[p] = image->barrier.image_layout;
    }
    return TRUE;
}

void vulkan_written(GstBuffer *buffer)
{
    for (guint i = 0; i < gst_buffer_n_memory(buffer); i++) {
        GstVulkanImageMemory *image = (GstVulkanImageMemory *)gst_buffer_peek_memory(buffer, i);
        if (image->barrier.image_layout == VK_IMAGE_LAYOUT_UNDEFINED)
            image->barrier.image_layout = VK_IMAGE_LAYOUT_GENERAL;
        image->barrier.parent.pipeline_stages = VK_PIPELINE_STAGE_TRANSFER_BIT;
        image->barrier.parent.access_flags = VK_ACCESS_TRANSFER_WRITE_BIT;
    }
}
