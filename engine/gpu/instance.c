/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting Vulkan, on wish with its validation layer. */
#include "log.h"
#include "vk.h"

#include <stdlib.h>
#include <string.h>

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    IdiomDevice *device = user;

    (void)severity;
    /* what the loader says of other drivers' manifests is not about us */
    if (types == VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT) {
        idiom_log(IDIOM_LOG_DEBUG, "Vulkan: %s", data->pMessage);
        return VK_FALSE;
    }
    g_atomic_int_inc(&device->validation_messages);
    idiom_log(IDIOM_LOG_WARNING, "validation: %s", data->pMessage);
    if (g_strcmp0(g_getenv("IDIOM_VALIDATE"), "abort") == 0)
        abort();
    return VK_FALSE;
}

static gboolean have_layer(const char *name)
{
    guint32 count = 0;

    if (vkEnumerateInstanceLayerProperties(&count, NULL) != VK_SUCCESS)
        return FALSE;
    g_autofree VkLayerProperties *layers = g_new0(VkLayerProperties, count + 1);
    if (vkEnumerateInstanceLayerProperties(&count, layers) != VK_SUCCESS)
        return FALSE;
    for (guint32 i = 0; i < count; i++)
        if (!strcmp(layers[i].layerName, name))
            return TRUE;
    return FALSE;
}

VkInstance idiom_instance_new(IdiomDevice *device, GError **error)
{
    const char *wish = g_getenv("IDIOM_VALIDATE");
    gboolean validate = device && (g_strcmp0(wish, "1") == 0 || g_strcmp0(wish, "abort") == 0);
    const char *layers[] = {VALIDATION_LAYER};
    const char *extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                             .pApplicationName = "idiom",
                             .pEngineName = "idiom",
                             .apiVersion = VK_API_VERSION_1_2};
    VkValidationFeatureEnableEXT enable[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    VkDebugUtilsMessengerCreateInfoEXT messenger = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity =
            VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = device};
    VkValidationFeaturesEXT features = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                        .enabledValidationFeatureCount = 1,
                                        .pEnabledValidationFeatures = enable};
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
    VkInstance instance = VK_NULL_HANDLE;

    if (validate) {
        if (!have_layer(VALIDATION_LAYER)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE,
                        "IDIOM_VALIDATE=1 needs the layer " VALIDATION_LAYER
                        " (Debian: vulkan-validationlayers), which is not installed");
            return VK_NULL_HANDLE;
        }
        info.pNext = &features;
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = layers;
        info.enabledExtensionCount = 1;
        info.ppEnabledExtensionNames = extensions;
    }
    if (!idiom_room_check("starting Vulkan", IDIOM_DEVICE_ROOM, error) ||
        !idiom_vk_check(vkCreateInstance(&info, NULL, &instance), "starting Vulkan", error))
        return VK_NULL_HANDLE;
    if (validate) {
        PFN_vkCreateDebugUtilsMessengerEXT create = (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
            instance, "vkCreateDebugUtilsMessengerEXT");
        if (!IDIOM_VK_MAKE(&device->messenger,
                           create ? create(instance, &messenger, NULL, &device->messenger)
                                  : VK_ERROR_EXTENSION_NOT_PRESENT,
                           "listening to the validation layer", error)) {
            vkDestroyInstance(instance, NULL);
            return VK_NULL_HANDLE;
        }
    }
    return instance;
}
