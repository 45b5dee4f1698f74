/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define GST_USE_UNSTABLE_API
#include "vulkandevice.h"

#include <idiom/vulkan.h>

/* From then on GStreamer makes devices with all features that there are, and images come with semaphores. */
#define HAS_FEATURES GST_CHECK_VERSION(1, 23, 1)

/* The features as Vulkan wants them. */
typedef struct {
    VkPhysicalDeviceFeatures2 core;
    VkPhysicalDeviceVulkan11Features vulkan11;
    VkPhysicalDeviceVulkan12Features vulkan12;
    VkPhysicalDeviceRobustness2FeaturesEXT robustness2;
} Features;

struct VulkanDevice {
    guint refs; /* under the lock of all */
    GstVulkanDevice *gst;
    GstVulkanQueue *queue;
    IdiomDevice *idiom;
};

static GMutex lock;
static GList *devices; /* of VulkanDevice, those in use */

/* --- features -------------------------------------------------------------------------------------- */

static const char *const extensions[] = {
    VK_EXT_ROBUSTNESS_2_EXTENSION_NAME, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
    VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME, VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME};

static gboolean is_cpu(GstVulkanDevice *device)
{
    return device->physical_device->properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
}

/* All that there are; but where buffers are bounded by checks only for those whose kernels rely on it. */
static void read_features(GstVulkanDevice *device, Features *features)
{
    const gboolean robust =
        !HAS_FEATURES && is_cpu(device) &&
        gst_vulkan_device_is_extension_enabled(device, VK_EXT_ROBUSTNESS_2_EXTENSION_NAME);
    *features = (Features){
        .core = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &features->vulkan11},
        .vulkan11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                     .pNext = &features->vulkan12},
        .vulkan12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                     .pNext = robust ? &features->robustness2 : NULL},
        .robustness2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT}};
    vkGetPhysicalDeviceFeatures2(gst_vulkan_device_get_physical_device(device), &features->core);
    if (!robust)
        features->core.features.robustBufferAccess = VK_FALSE;
}

/* (transfer full): names of those that @device has been opened with */
static GPtrArray *enabled_extensions(GstVulkanDevice *device)
{
    VkPhysicalDevice physical = gst_vulkan_device_get_physical_device(device);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    guint32 n = 0;
    vkEnumerateDeviceExtensionProperties(physical, NULL, &n, NULL);
    g_autofree VkExtensionProperties *all = g_new0(VkExtensionProperties, n + 1);
    vkEnumerateDeviceExtensionProperties(physical, NULL, &n, all);
    for (guint i = 0; i < n; i++)
        if (gst_vulkan_device_is_extension_enabled(device, all[i].extensionName))
            g_ptr_array_add(names, g_strdup(all[i].extensionName));
    return names;
}

/* --- a device of our own --------------------------------------------------------------------------- */

#if !HAS_FEATURES
static GQuark own_quark(void)
{
    return g_quark_from_static_string("idiom-vulkan-features");
}

static gboolean note_family(GstVulkanDevice *device, GstVulkanQueue *queue, gpointer families)
{
    (void)device;
    g_array_append_val((GArray *)families, queue->family);
    return TRUE;
}

/*
 * GStreamer opens devices without any feature, and has no way to ask for one: another takes the place of what it has
 * opened, before anybody has seen that. GStreamer will destroy it.
 */
static gboolean add_features(GstVulkanDevice *device, GError **error)
{
    const float priority = 0.5f;
    Features features;
    g_autoptr(GArray) families = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GPtrArray) names = enabled_extensions(device);
    VkDeviceQueueCreateInfo queues[8];
    VkDevice made = VK_NULL_HANDLE;

    read_features(device, &features);
    gst_vulkan_device_foreach_queue(device, note_family, families);
    const guint n = MIN(families->len, (guint)G_N_ELEMENTS(queues));
    for (guint i = 0; i < n; i++)
        queues[i] = (VkDeviceQueueCreateInfo){.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                              .queueFamilyIndex = g_array_index(families, guint32, i),
                                              .queueCount = 1,
                                              .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .pNext = &features.core,
                                     .queueCreateInfoCount = n,
                                     .pQueueCreateInfos = queues,
                                     .enabledExtensionCount = names->len,
                                     .ppEnabledExtensionNames = (const char *const *)names->pdata};
    const VkResult result = vkCreateDevice(gst_vulkan_device_get_physical_device(device), &info, NULL, &made);
    if (gst_vulkan_error_to_g_error(result, error, "making a device with features") < 0)
        return FALSE;
    vkDestroyDevice(device->device, NULL);
    device->device = made;
    g_object_set_qdata(G_OBJECT(device), own_quark(), device);
    return TRUE;
}
#endif

static gboolean open_device(GstVulkanDevice *device, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(extensions); i++)
        gst_vulkan_device_enable_extension(device, extensions[i]);
    if (!gst_vulkan_device_open(device, error))
        return FALSE;
#if !HAS_FEATURES
    return add_features(device, error);
#else
    return TRUE;
#endif
}

GstVulkanDevice *vulkan_device_make(GstVulkanInstance *instance, const char *selector, GError **error)
{
    VkPhysicalDevice chosen = idiom_vulkan_choose(instance->instance, selector, error);
    guint index = 0;
    if (!chosen)
        return NULL;
    while (index < instance->n_physical_devices && instance->physical_devices[index] != chosen)
        index++;
    if (index == instance->n_physical_devices) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE, "GStreamer does not know the device");
        return NULL;
    }
    GstVulkanDevice *device = gst_vulkan_device_new_with_index(instance, index);
    if (!open_device(device, error))
        gst_clear_object(&device);
    return device;
}

/* --- sharing --------------------------------------------------------------------------------------- */

static void lock_queue(gpointer device)
{
    gst_vulkan_queue_submit_lock(((VulkanDevice *)device)->queue);
}

static void unlock_queue(gpointer device)
{
    gst_vulkan_queue_submit_unlock(((VulkanDevice *)device)->queue);
}

static gboolean can_compute(GstVulkanQueue *queue)
{
    const GstVulkanPhysicalDevice *physical = queue->device->physical_device;
    return (physical->queue_family_props[queue->family].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0;
}

static gboolean take_queue(GstVulkanDevice *device, GstVulkanQueue *queue, gpointer taken)
{
    (void)device;
    if (can_compute(queue))
        *(GstVulkanQueue **)taken = gst_object_ref(queue);
    return !can_compute(queue);
}

/* Of devices that others have opened it is known only that those of a newer GStreamer have all features. */
static gboolean has_features(GstVulkanDevice *device)
{
    guint major, minor, micro, nano;
    gst_version(&major, &minor, &micro, &nano);
    if ((minor >= 24) != HAS_FEATURES)
        return FALSE; /* built for structures of another layout */
#if HAS_FEATURES
    (void)device;
    return TRUE;
#else
    return g_object_get_qdata(G_OBJECT(device), own_quark()) != NULL;
#endif
}

static IdiomDevice *adopt(VulkanDevice *d, GError **error)
{
    IdiomVulkan handles = IDIOM_VULKAN_INIT;
    Features features;
    g_autoptr(GPtrArray) names = enabled_extensions(d->gst);
    if (!d->queue || !has_features(d->gst)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE,
                    d->queue ? "it was opened without bufferDeviceAddress and scalarBlockLayout"
                             : "it has no compute queue");
        return NULL;
    }
    read_features(d->gst, &features);
    handles.instance = d->gst->instance->instance;
    handles.physical_device = gst_vulkan_device_get_physical_device(d->gst);
    handles.device = d->gst->device;
    handles.queue = d->queue->queue;
    handles.queue_family = d->queue->family;
    handles.features = &features.core;
    handles.extensions = (const char *const *)names->pdata;
    handles.n_extensions = names->len;
    handles.lock_queue = lock_queue;
    handles.unlock_queue = unlock_queue;
    handles.user = d;
    return idiom_device_adopt(&handles, error);
}

static void destroy(VulkanDevice *d)
{
    idiom_device_unref(d->idiom);
    gst_clear_object(&d->queue);
    gst_clear_object(&d->gst);
    g_free(d);
}

static VulkanDevice *use(GstVulkanDevice *device, GstVulkanQueue *queue, GError **error)
{
    VulkanDevice *d = g_new0(VulkanDevice, 1);
    d->refs = 1;
    d->gst = gst_object_ref(device);
    if (queue && can_compute(queue))
        d->queue = gst_object_ref(queue);
    else
        gst_vulkan_device_foreach_queue(device, take_queue, &d->queue);
    d->idiom = adopt(d, error);
    if (d->idiom) {
        devices = g_list_prepend(devices, d);
        return d;
    }
    destroy(d);
    return NULL;
}

VulkanDevice *vulkan_device_use(GstVulkanDevice *device, GstVulkanQueue *queue, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    for (GList *l = devices; l; l = l->next) {
        VulkanDevice *d = l->data;
        if (d->gst == device) {
            d->refs++;
            return d;
        }
    }
    return use(device, queue, error);
}

void vulkan_device_unref(VulkanDevice *device)
{
    g_mutex_lock(&lock);
    const gboolean last = --device->refs == 0;
    if (last)
        devices = g_list_remove(devices, device);
    g_mutex_unlock(&lock);
    if (last)
        destroy(device);
}

GstVulkanDevice *vulkan_device_gst(const VulkanDevice *device)
{
    return device->gst;
}

GstVulkanQueue *vulkan_device_queue(const VulkanDevice *device)
{
    return device->queue;
}

IdiomDevice *vulkan_device_idiom(const VulkanDevice *device)
{
    return device->idiom;
}

/* --- order ----------------------------------------------------------------------------------------- */

#if HAS_FEATURES
static VkResult wait_elsewhere(const GstVulkanBarrierMemoryInfo *memory)
{
    const VkSemaphoreWaitInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                                      .semaphoreCount = 1,
                                      .pSemaphores = &memory->semaphore,
                                      .pValues = &memory->semaphore_value};
    return memory->semaphore ? vkWaitSemaphores(memory->queue->device->device, &info, G_MAXUINT64)
                             : VK_SUCCESS;
}
#else
static VkResult wait_elsewhere(const GstVulkanBarrierMemoryInfo *memory)
{
    gst_vulkan_queue_submit_lock(memory->queue);
    const VkResult result = vkQueueWaitIdle(memory->queue->queue);
    gst_vulkan_queue_submit_unlock(memory->queue);
    return result;
}
#endif

gboolean vulkan_device_wait(const VulkanDevice *device, const GstVulkanBarrierMemoryInfo *memory,
                            GError **error)
{
    if (!memory->queue || memory->queue->queue == device->queue->queue)
        return TRUE;
    return gst_vulkan_error_to_g_error(wait_elsewhere(memory), error, "waiting for an image") >= 0;
}
