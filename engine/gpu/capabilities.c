/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device can do, gathered once, whoever opened it. */
#include "vk.h"

#include <string.h>

/* texels that a texel buffer must hold for lane kernels; SwiftShader's hold far fewer */
#define LANE_TEXELS (1u << 24)

static VkExtensionProperties *list_extensions(VkPhysicalDevice physical, guint32 *count, GError **error)
{
    static const char what[] = "listing the device's extensions";

    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(physical, NULL, count, NULL), what, error))
        return NULL;
    g_autofree VkExtensionProperties *list = g_new0(VkExtensionProperties, *count + 1);
    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(physical, NULL, count, list), what, error))
        return NULL;
    return g_steal_pointer(&list);
}

gboolean idiom_features_offered(IdiomDevice *device, IdiomVkFeatures *features, GError **error)
{
    guint32 count = 0;
    gboolean robustness2 = FALSE;
    g_autofree VkExtensionProperties *list = list_extensions(device->physical, &count, error);

    if (!list)
        return FALSE;
    for (guint32 i = 0; i < count; i++) {
        robustness2 |= !strcmp(list[i].extensionName, VK_EXT_ROBUSTNESS_2_EXTENSION_NAME);
        device->knows_budget |= !strcmp(list[i].extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    }
    VkPhysicalDeviceRobustness2FeaturesEXT robust = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT};
    VkPhysicalDeviceVulkan12Features have12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                               .pNext = robustness2 ? &robust : NULL};
    VkPhysicalDeviceVulkan11Features have11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                               .pNext = &have12};
    VkPhysicalDeviceFeatures2 have = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                      .pNext = &have11};
    vkGetPhysicalDeviceFeatures2(device->physical, &have);
    *features = (IdiomVkFeatures){.address = have12.bufferDeviceAddress,
                                  .scalar = have12.scalarBlockLayout,
                                  .half = have11.storageBuffer16BitAccess,
                                  .robust = have.features.robustBufferAccess && robust.robustBufferAccess2};
    return TRUE;
}

gboolean idiom_features_suffice(const IdiomDevice *device, const IdiomVkFeatures *features, GError **error)
{
    const struct {
        gboolean there;
        const char *name;
    } needed[] = {
        {features->address, "bufferDeviceAddress"},
        {features->scalar, "scalarBlockLayout"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!needed[i].there) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s lacks the Vulkan feature %s",
                        device->name, needed[i].name);
            return FALSE;
        }
    return TRUE;
}

gboolean idiom_capabilities_read(IdiomDevice *device, GError **error)
{
    VkPhysicalDeviceSubgroupProperties subgroup = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &subgroup};

    vkGetPhysicalDeviceProperties2(device->physical, &props);
    vkGetPhysicalDeviceMemoryProperties(device->physical, &device->memory);
    device->limits = props.properties.limits;
    device->physical_type = props.properties.deviceType;
    device->name = g_strdup(props.properties.deviceName);
    device->driver = idiom_physical_driver(device->physical);
    device->info.name = device->name;
    device->info.driver = device->driver;
    device->info.type = idiom_physical_type(device->physical_type);
    device->info.subgroup_size = subgroup.subgroupSize;
    device->info.max_plane_dim = device->limits.maxImageDimension2D;
    device->info.max_tensor_bytes = device->limits.maxStorageBufferRange;
    for (guint32 i = 0; i < device->memory.memoryHeapCount; i++) {
        const VkMemoryHeap *heap = &device->memory.memoryHeaps[i];
        if ((heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) && heap->size > device->info.heap_bytes) {
            device->heap = i;
            device->info.heap_bytes = heap->size;
        }
    }
    if (props.properties.apiVersion < VK_API_VERSION_1_2) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s offers Vulkan %u.%u, 1.2 is needed",
                    device->name, VK_API_VERSION_MAJOR(props.properties.apiVersion),
                    VK_API_VERSION_MINOR(props.properties.apiVersion));
        return FALSE;
    }
    return TRUE;
}

/* Host memory that a discrete or virtual GPU reads is far away: frames go through a copy in its own. */
static gboolean is_staged(const IdiomDevice *device)
{
    const char *staging = g_getenv("IDIOM_STAGING");

    if (staging && *staging)
        return g_str_equal(staging, "1");
    return device->physical_type != VK_PHYSICAL_DEVICE_TYPE_CPU &&
           device->physical_type != VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
}

/* Lane kernels reach outside buffers on purpose and rely on zeros. */
static gboolean can_lane(const IdiomDevice *device, const IdiomVkFeatures *features)
{
    return features->robust && device->limits.maxTexelBufferElements >= LANE_TEXELS;
}

gboolean idiom_capabilities_choose(IdiomDevice *device, const IdiomVkFeatures *features, GError **error)
{
    const char *family = g_getenv("IDIOM_FAMILY");
    IdiomDeviceInfo *info = &device->info;

    info->family =
        device->physical_type == VK_PHYSICAL_DEVICE_TYPE_CPU ? IDIOM_FAMILY_LANE : IDIOM_FAMILY_VECTOR;
    if (family && !strcmp(family, "lane")) {
        info->family = IDIOM_FAMILY_LANE;
    } else if (family && !strcmp(family, "vector")) {
        info->family = IDIOM_FAMILY_VECTOR;
    } else if (family && *family) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "IDIOM_FAMILY is \"%s\"; lane and vector are allowed", family);
        return FALSE;
    }
    if (info->family == IDIOM_FAMILY_LANE && !can_lane(device, features))
        info->family = IDIOM_FAMILY_VECTOR;
    info->fp16 = info->family == IDIOM_FAMILY_LANE || features->half;
    /* halves save memory traffic; CPU drivers have none to save and convert them at a cost */
    info->fastest = info->family == IDIOM_FAMILY_VECTOR && info->fp16 ? IDIOM_FP16 : IDIOM_FP32;
    device->staged = is_staged(device);
    if (info->family == IDIOM_FAMILY_LANE)
        info->max_tensor_bytes =
            MIN(info->max_tensor_bytes, (guint64)device->limits.maxTexelBufferElements * 8);
    return TRUE;
}
