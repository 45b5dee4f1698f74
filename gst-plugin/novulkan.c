/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of vulkan.c where there is no libgstvulkan: nobody can ask for anything. */
#include "vulkan.h"

VulkanShare *vulkan_share_new(GstElement *element)
{
    (void)element;
    return NULL;
}

void vulkan_share_free(VulkanShare *share)
{
    (void)share;
}

gboolean vulkan_share_usable(VulkanShare *share)
{
    (void)share;
    return FALSE;
}

gboolean vulkan_share_answer(VulkanShare *share, GstQuery *query, const char *selector)
{
    (void)share, (void)query, (void)selector;
    return FALSE;
}

void vulkan_share_set_context(VulkanShare *share, GstContext *context)
{
    (void)share, (void)context;
}

IdiomDevice *vulkan_share_device(VulkanShare *share)
{
    (void)share;
    return NULL;
}

IdiomDevice *vulkan_share_open(VulkanShare *share, const char *selector)
{
    (void)share, (void)selector;
    return NULL;
}

void vulkan_share_close(VulkanShare *share)
{
    (void)share;
}

GstBufferPool *vulkan_share_pool(VulkanShare *share, GstBufferPool *pool, GstCaps *caps, guint min, guint max)
{
    (void)share, (void)pool, (void)caps, (void)min, (void)max;
    return NULL;
}

gboolean vulkan_share_picture(VulkanShare *share, GstBuffer *buffer, const GstVideoInfo *info,
                              IdiomPicture *picture, GError **error)
{
    (void)share, (void)buffer, (void)info, (void)picture, (void)error;
    g_return_val_if_reached(FALSE);
}

void vulkan_written(GstBuffer *buffer)
{
    (void)buffer;
}
