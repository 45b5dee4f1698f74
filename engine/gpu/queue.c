/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one queue that all work goes to. */
#include "vk.h"

gboolean idiom_queue_find(IdiomDevice *device, GError **error)
{
    guint32 count = 0;

    vkGetPhysicalDeviceQueueFamilyProperties(device->physical, &count, NULL);
    g_autofree VkQueueFamilyProperties *families = g_new0(VkQueueFamilyProperties, count + 1);
    vkGetPhysicalDeviceQueueFamilyProperties(device->physical, &count, families);
    for (guint32 i = 0; i < count; i++) {
        if (device->adopted && i != device->queue_family)
            continue;
        if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) {
            device->queue_family = i;
            device->timestamp_bits = families[i].timestampValidBits;
            return TRUE;
        }
    }
    if (device->adopted)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "%s has no compute queue in its family %u of %u", device->name, device->queue_family,
                    count);
    else
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s has no compute queue", device->name);
    return FALSE;
}

void idiom_queue_lock(IdiomDevice *device)
{
    g_mutex_lock(&device->queue_lock);
    if (device->lock_queue)
        device->lock_queue(device->lock_user);
}

void idiom_queue_unlock(IdiomDevice *device)
{
    if (device->unlock_queue)
        device->unlock_queue(device->lock_user);
    g_mutex_unlock(&device->queue_lock);
}
