/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For programs that use Vulkan themselves: sharing a device. The only public header that needs the Vulkan headers. */
#ifndef IDIOM_VULKAN_H
#define IDIOM_VULKAN_H

#include <idiom/device.h>
#include <vulkan/vulkan.h>

G_BEGIN_DECLS

/**
 * IdiomVulkan:
 * @struct_size: bytes of this structure as the caller knows it
 * @instance: made for Vulkan 1.2 or later, by the loader that the library is linked with
 * @physical_device: of Vulkan 1.2 or later
 * @device: a device
 * @queue: a queue of @device for compute
 * @queue_family: of @queue
 * @features: what @device was made with: the core features, and structures with others as pNext. bufferDeviceAddress and
 *   scalarBlockLayout are needed; storageBuffer16BitAccess lets GPUs store halves; robustBufferAccess with
 *   robustBufferAccess2 is needed for the kernels that are fastest on CPUs.
 * @extensions: device extensions that @device was made with. Used are VK_EXT_robustness2, VK_EXT_external_memory_host,
 *   VK_KHR_external_memory_fd and VK_EXT_external_memory_dma_buf.
 * @n_extensions: how many these are
 * @lock_queue: called with @user before @queue is used; %NULL where nobody else uses it
 * @unlock_queue: called with @user after that; %NULL with @lock_queue
 * @user: for @lock_queue and @unlock_queue
 *
 * The handles of a Vulkan device and what it can do. Start from IDIOM_VULKAN_INIT.
 */
typedef struct {
    gsize struct_size;
    VkInstance instance;
    VkPhysicalDevice physical_device;
    VkDevice device;
    VkQueue queue;
    guint32 queue_family;
    const VkPhysicalDeviceFeatures2 *features;
    const char *const *extensions;
    guint n_extensions;
    void (*lock_queue)(gpointer user);
    void (*unlock_queue)(gpointer user);
    gpointer user;
} IdiomVulkan;

/**
 * IDIOM_VULKAN_INIT:
 *
 * Initializer of an IdiomVulkan.
 */
#define IDIOM_VULKAN_INIT                                                                                    \
    {                                                                                                        \
        .struct_size = sizeof(IdiomVulkan)                                                                   \
    }

/**
 * idiom_device_adopt: (skip)
 * @handles: of a device of the program. They must stay valid as long as the device that is returned; @features and
 *   @extensions are only read.
 * @error: IDIOM_ERROR_ARGUMENT for a handle that is missing or a queue that cannot compute; IDIOM_ERROR_FEATURE for a
 *   feature that the device was made without
 *
 * Uses a Vulkan device of the program's. If it is lost, only the program can make another: renderers on it end.
 * IDIOM_VALIDATE has no effect on it; validation is a matter of the program's instance.
 *
 * Returns: (transfer full): the device, or %NULL
 */
IDIOM_API IdiomDevice *idiom_device_adopt(const IdiomVulkan *handles, GError **error);

/**
 * idiom_vulkan_choose: (skip)
 * @instance: made for Vulkan 1.2 or later, by the loader that the library is linked with
 * @selector: (nullable): as for idiom_device_open()
 * @error: IDIOM_ERROR_NO_DEVICE, IDIOM_ERROR_VULKAN
 *
 * For a program that makes a device to be handed in.
 *
 * Returns: the physical device that idiom_device_open() would use, or VK_NULL_HANDLE
 */
IDIOM_API VkPhysicalDevice idiom_vulkan_choose(VkInstance instance, const char *selector, GError **error);

/**
 * idiom_device_vulkan:
 * @device: a device
 * @handles: (out caller-allocates): receives the handles of @device, as much as its struct_size says
 *
 * For a program that wants to use the library's Vulkan device. What @handles holds belongs to @device; the queue may only
 * be used between its lock_queue and unlock_queue. Of the features and extensions those are listed that the library uses.
 */
IDIOM_API void idiom_device_vulkan(IdiomDevice *device, IdiomVulkan *handles);

G_END_DECLS

#endif
