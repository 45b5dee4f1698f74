/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Vulkan returns, as errors that people can read. */
#include "vk.h"

gboolean idiom_vk_check(VkResult result, const char *what, GError **error)
{
    IdiomError code = IDIOM_ERROR_VULKAN;
    g_autofree char *other = NULL;
    const char *reason;

    switch (result) {
    case VK_SUCCESS:
        return TRUE;
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        code = IDIOM_ERROR_MEMORY;
        reason = "out of host memory";
        break;
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        code = IDIOM_ERROR_MEMORY;
        reason = "out of device memory";
        break;
    case VK_ERROR_DEVICE_LOST:
        code = IDIOM_ERROR_DEVICE_LOST;
        reason = "the device was lost";
        break;
    case VK_ERROR_INITIALIZATION_FAILED:
        reason = "initialization failed";
        break;
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        code = IDIOM_ERROR_NO_DEVICE;
        reason = "no compatible driver; on Debian, mesa-vulkan-drivers has one for every machine";
        break;
    default:
        reason = other = g_strdup_printf("Vulkan error %d", result);
    }
    g_set_error(error, IDIOM_ERROR, code, "%s: %s", what, reason);
    return FALSE;
}
