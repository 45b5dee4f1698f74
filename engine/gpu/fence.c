/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the device has been given, and whether it is done with it. */
#include "vk.h"

struct IdiomFence {
    IdiomDevice *device;
    VkFence fence;
};

IdiomFence *idiom_fence_new(IdiomDevice *device, GError **error)
{
    VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence handle = VK_NULL_HANDLE;

    if (!IDIOM_VK_MAKE(&handle, vkCreateFence(device->device, &info, NULL, &handle), "creating a fence",
                       error))
        return NULL;
    IdiomFence *fence = g_new0(IdiomFence, 1);
    fence->device = idiom_device_ref(device);
    fence->fence = handle;
    return fence;
}

void idiom_fence_free(IdiomFence *fence)
{
    if (!fence)
        return;
    idiom_device_settle(fence->device);
    vkDestroyFence(fence->device->device, fence->fence, NULL);
    idiom_device_unref(fence->device);
    g_free(fence);
}

/* A device that was lost stays lost: whoever shares it must know. */
static gboolean check(IdiomDevice *device, VkResult result, const char *what, GError **error)
{
    if (result == VK_ERROR_DEVICE_LOST)
        g_atomic_int_set(&device->lost, TRUE);
    return idiom_vk_check(result, what, error);
}

gboolean idiom_fence_submit(IdiomFence *fence, const VkCommandBuffer *buffers, guint count, GError **error)
{
    IdiomDevice *device = fence->device;
    VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = count, .pCommandBuffers = buffers};

    if (!check(device, vkResetFences(device->device, 1, &fence->fence), "resetting a fence", error))
        return FALSE;
    idiom_queue_lock(device);
    VkResult result = vkQueueSubmit(device->queue, 1, &submit, fence->fence);
    idiom_queue_unlock(device);
    return check(device, result, "submitting work", error);
}

/* A wait has failed, but the work goes on: nothing that it uses may be touched before it is done. */
static void let_finish(IdiomDevice *device)
{
    idiom_queue_lock(device);
    vkQueueWaitIdle(device->queue);
    idiom_queue_unlock(device);
}

void idiom_device_settle(IdiomDevice *device)
{
    if (g_atomic_int_compare_and_exchange(&device->unanswered, TRUE, FALSE))
        let_finish(device);
}

/* Nanoseconds. A CPU that has much else to do is slow and not lost: what it was given it will finish. */
static guint64 longest_wait(const IdiomDevice *device)
{
    return g_str_equal(device->info.type, "cpu") ? G_MAXUINT64 : (guint64)IDIOM_WAIT_SECONDS * 1000000000u;
}

IdiomFenceState idiom_fence_wait(IdiomFence *fence, gboolean wait, GError **error)
{
    IdiomDevice *device = fence->device;
    VkResult result =
        vkWaitForFences(device->device, 1, &fence->fence, VK_TRUE, wait ? longest_wait(device) : 0);

    if (result == VK_TIMEOUT && !wait)
        return IDIOM_FENCE_PENDING;
    if (result == VK_TIMEOUT) {
        g_atomic_int_set(&device->lost, TRUE);
        g_atomic_int_set(&device->unanswered, TRUE);
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST,
                    "%s has not answered for %d seconds; it counts as lost", device->info.name,
                    IDIOM_WAIT_SECONDS);
        return IDIOM_FENCE_FAILED;
    }
    if (check(device, result, "waiting for the device", error))
        return IDIOM_FENCE_DONE;
    let_finish(device);
    return IDIOM_FENCE_FAILED;
}
