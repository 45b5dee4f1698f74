/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in Vulkan images, on a device that is shared with the neighbours. Without libgstvulkan there are none. */
#ifndef IDIOM_GST_VULKAN_H
#define IDIOM_GST_VULKAN_H

#include <gst/video/video.h>
#include <idiom/device.h>
#include <idiom/frame.h>

#define VULKAN_FEATURE "memory:VulkanImage"
/* those that vulkanupload and vulkandownload bring there and back whole */
#define VULKAN_FORMATS "{ RGBA, BGRA, RGBx, BGRx, NV12 }"

/* What an element knows of the Vulkan around it. Any thread. */
typedef struct VulkanShare VulkanShare;

VulkanShare *vulkan_share_new(GstElement *element);
void vulkan_share_free(VulkanShare *share);

/* Whether frames may be in images: FALSE where the neighbours' device cannot be used, which is logged. */
gboolean vulkan_share_usable(VulkanShare *share);

/*
 * Answers a query for a context with the shared device; if there is none yet, it is made of what @selector names.
 * Returns whether that was what was asked for.
 */
gboolean vulkan_share_answer(VulkanShare *share, GstQuery *query, const char *selector);

/* Takes what an application or a neighbour offers. */
void vulkan_share_set_context(VulkanShare *share, GstContext *context);

/* (transfer full): the device, if anybody wants it to be shared; otherwise NULL. */
IdiomDevice *vulkan_share_device(VulkanShare *share);

/* (transfer full): the same, made if need be; NULL if that cannot be. */
IdiomDevice *vulkan_share_open(VulkanShare *share, const char *selector);

/* Nothing is held any more; all that was made on the device is gone. */
void vulkan_share_close(VulkanShare *share);

/* (transfer full): a pool, configured, of buffers as @caps say: @pool, if it is one on the device, or another. */
GstBufferPool *vulkan_share_pool(VulkanShare *share, GstBufferPool *pool, GstCaps *caps, guint min,
                                 guint max);

/* The images of @buffer, after all that others do with them. */
gboolean vulkan_share_picture(VulkanShare *share, GstBuffer *buffer, const GstVideoInfo *info,
                              IdiomPicture *picture, GError **error);

/* A finished frame is in the images of @buffer. */
void vulkan_written(GstBuffer *buffer);

#endif
