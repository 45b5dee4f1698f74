/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "own-device.h"

#include <string.h>

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    OwnDevice *own = user;

    (void)severity, (void)types;
    g_atomic_int_inc(&own->messages);
    g_printerr("validation: %s\n", data->pMessage);
    return VK_FALSE;
}

static void make_instance(OwnDevice *own)
{
    const char *layers[] = {"VK_LAYER_KHRONOS_validation"};
    const char *extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
    VkValidationFeatureEnableEXT enable[] = {VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT};
    VkValidationFeaturesEXT validation = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                          .enabledValidationFeatureCount = 1,
                                          .pEnabledValidationFeatures = enable};
    VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_2};
    VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                 .pNext = &validation,
                                 .pApplicationInfo = &app,
                                 .enabledLayerCount = 1,
                                 .ppEnabledLayerNames = layers,
                                 .enabledExtensionCount = 1,
                                 .ppEnabledExtensionNames = extensions};
    VkDebugUtilsMessengerCreateInfoEXT messenger = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity =
            VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = own};

    VkResult result = vkCreateInstance(&info, NULL, &own->handles.instance);
    g_assert_cmpint(result, ==, VK_SUCCESS);
    PFN_vkCreateDebugUtilsMessengerEXT create = (PFN_vkCreateDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
        own->handles.instance, "vkCreateDebugUtilsMessengerEXT");
    create(own->handles.instance, &messenger, NULL, &own->messenger);
}

static void lock(gpointer user)
{
    OwnDevice *own = user;
    g_mutex_lock(&own->queue_lock);
    own->locked++;
}

static void unlock(gpointer user)
{
    OwnDevice *own = user;
    g_mutex_unlock(&own->queue_lock);
}

/* Those of the extensions the library uses that there are. */
static guint list_extensions(OwnDevice *own)
{
    static const char *const used[] = {
        VK_EXT_ROBUSTNESS_2_EXTENSION_NAME, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
        VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME, VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME};
    VkExtensionProperties there[512];
    guint32 n_there = G_N_ELEMENTS(there);
    guint count = 0;

    vkEnumerateDeviceExtensionProperties(own->handles.physical_device, NULL, &n_there, there);
    for (guint i = 0; i < G_N_ELEMENTS(used); i++)
        for (guint j = 0; j < n_there; j++)
            if (!strcmp(used[i], there[j].extensionName))
                own->extensions[count++] = used[i];
    return count;
}

static void make_device(OwnDevice *own)
{
    const float priority = 1;
    VkDeviceQueueCreateInfo queue = {
        .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &own->core,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = list_extensions(own),
                               .ppEnabledExtensionNames = own->extensions};

    own->core =
        (VkPhysicalDeviceFeatures2){VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, &own->vulkan11, {0}};
    own->vulkan11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
    own->vulkan11.pNext = &own->vulkan12;
    own->vulkan12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    own->vulkan12.pNext = &own->robustness2;
    own->robustness2.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT;
    vkGetPhysicalDeviceFeatures2(own->handles.physical_device, &own->core);
    VkResult result = vkCreateDevice(own->handles.physical_device, &info, NULL, &own->handles.device);
    g_assert_cmpint(result, ==, VK_SUCCESS);
    vkGetDeviceQueue(own->handles.device, 0, 0, &own->handles.queue);
    own->handles.features = &own->core;
    own->handles.extensions = own->extensions;
    own->handles.n_extensions = info.enabledExtensionCount;
}

OwnDevice *own_device_new(void)
{
    OwnDevice *own = g_new0(OwnDevice, 1);
    guint32 one = 1;

    own->handles = (IdiomVulkan)IDIOM_VULKAN_INIT;
    g_mutex_init(&own->queue_lock);
    make_instance(own);
    vkEnumeratePhysicalDevices(own->handles.instance, &one, &own->handles.physical_device);
    g_assert_cmpuint(one, ==, 1);
    make_device(own);
    own->handles.lock_queue = lock;
    own->handles.unlock_queue = unlock;
    own->handles.user = own;
    return own;
}

void own_device_free(OwnDevice *own)
{
    PFN_vkDestroyDebugUtilsMessengerEXT destroy = (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(
        own->handles.instance, "vkDestroyDebugUtilsMessengerEXT");

    vkDestroyDevice(own->handles.device, NULL);
    destroy(own->handles.instance, own->messenger, NULL);
    vkDestroyInstance(own->handles.instance, NULL);
    g_assert_cmpuint(own->messages, ==, 0);
    g_mutex_clear(&own->queue_lock);
    g_free(own);
}
