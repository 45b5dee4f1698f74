/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices shared with the program: its own, used here, and ours, used there. */
#include "vk.h"

#include <idiom/vulkan.h>
#include <string.h>

static gboolean check_handles(const IdiomVulkan *handles, GError **error)
{
    const struct {
        gboolean there;
        const char *name;
    } needed[] = {
        {handles->instance != VK_NULL_HANDLE, "instance"},
        {handles->physical_device != VK_NULL_HANDLE, "physical_device"},
        {handles->device != VK_NULL_HANDLE, "device"},
        {handles->queue != VK_NULL_HANDLE, "queue"},
        {handles->features != NULL, "features"},
        {handles->extensions || handles->n_extensions == 0, "extensions"},
        {!handles->lock_queue == !handles->unlock_queue,
         "lock_queue and unlock_queue are one without the other"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!needed[i].there) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "a device was handed in, but %s%s",
                        needed[i].name, strchr(needed[i].name, ' ') ? "" : " is missing");
            return FALSE;
        }
    return TRUE;
}

IdiomDevice *idiom_device_adopt(const IdiomVulkan *given, GError **error)
{
    IdiomVulkan handles = IDIOM_VULKAN_INIT;

    memcpy(&handles, given, MIN(sizeof handles, given->struct_size));
    if (!check_handles(&handles, error))
        return NULL;
    IdiomDevice *device = idiom_device_new(NULL);
    device->adopted = TRUE;
    device->instance = handles.instance;
    device->physical = handles.physical_device;
    device->device = handles.device;
    device->queue = handles.queue;
    device->queue_family = handles.queue_family;
    device->lock_queue = handles.lock_queue;
    device->unlock_queue = handles.unlock_queue;
    device->lock_user = handles.user;
    idiom_features_enabled(device, handles.features, handles.extensions, handles.n_extensions);
    if (!idiom_capabilities_read(device, error) || !idiom_features_suffice(device, error) ||
        !idiom_capabilities_choose(device, error) || !idiom_queue_find(device, error)) {
        idiom_device_unref(device);
        return NULL;
    }
    idiom_features_chain(&device->features, &device->chain);
    device->n_extensions = idiom_features_extensions(&device->features, device->extensions);
    idiom_device_begin(device);
    return device;
}

VkPhysicalDevice idiom_vulkan_choose(VkInstance instance, const char *selector, GError **error)
{
    g_autoptr(IdiomDevice) device = idiom_device_new(selector);

    device->adopted = TRUE;
    device->instance = instance;
    return idiom_physical_choose(device, selector, error) ? device->physical : VK_NULL_HANDLE;
}

static void lock_ours(gpointer device)
{
    idiom_queue_lock(device);
}

static void unlock_ours(gpointer device)
{
    idiom_queue_unlock(device);
}

void idiom_device_vulkan(IdiomDevice *device, IdiomVulkan *handles)
{
    IdiomVulkan ours = {.instance = device->instance,
                        .physical_device = device->physical,
                        .device = device->device,
                        .queue = device->queue,
                        .queue_family = device->queue_family,
                        .features = &device->chain.core,
                        .extensions = device->extensions,
                        .n_extensions = device->n_extensions,
                        .lock_queue = lock_ours,
                        .unlock_queue = unlock_ours,
                        .user = device};

    ours.struct_size = handles->struct_size;
    memcpy(handles, &ours, MIN(sizeof ours, handles->struct_size));
}
