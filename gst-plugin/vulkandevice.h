/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Vulkan device of GStreamer's that the library works on, one for all elements that share it. */
#ifndef IDIOM_VULKANDEVICE_H
#define IDIOM_VULKANDEVICE_H

#include <gst/vulkan/vulkan.h>
#include <idiom/device.h>

typedef struct VulkanDevice VulkanDevice;

/*
 * (transfer full): a new device on what @selector names, see idiom_device_open(), with the features that the library needs.
 */
GstVulkanDevice *vulkan_device_make(GstVulkanInstance *instance, const char *selector, GError **error);

/* Makes the library work on @device, on @queue if that can compute (NULL: any). Drop it with vulkan_device_unref(). */
VulkanDevice *vulkan_device_use(GstVulkanDevice *device, GstVulkanQueue *queue, GError **error);

/* Nobody may use the library's device any more when the last one goes. */
void vulkan_device_unref(VulkanDevice *device);

GstVulkanDevice *vulkan_device_gst(const VulkanDevice *device);
GstVulkanQueue *vulkan_device_queue(const VulkanDevice *device);
IdiomDevice *vulkan_device_idiom(const VulkanDevice *device);

/* Waits for what is done with memory on other queues; on the device's own, submissions come in order. */
gboolean vulkan_device_wait(const VulkanDevice *device, const GstVulkanBarrierMemoryInfo *memory,
                            GError **error);

#endif
