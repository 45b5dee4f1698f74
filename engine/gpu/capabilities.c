/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a device can do, gathered once, whoever opened it. */
#include "vk.h"

#include <string.h>

/* texels that a texel buffer must hold for lane kernels; SwiftShader's hold far fewer */
#define LANE_TEXELS (1u << 24)

gboolean idiom_capabilities_read(IdiomDevice *device, GError **error)
{
    VkPhysicalDeviceSubgroupProperties subgroup = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &subgroup};
    guint32 count = 0;

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
    g_autofree VkExtensionProperties *extensions = idiom_physical_extensions(device->physical, &count, error);
    if (!extensions)
        return FALSE;
    for (guint32 i = 0; i < count; i++)
        device->knows_budget |= !strcmp(extensions[i].extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
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
static gboolean can_lane(const IdiomDevice *device)
{
    return device->features.robust && device->limits.maxTexelBufferElements >= LANE_TEXELS;
}

const char *const idiom_products_names[] = {
    [IDIOM_PRODUCTS_FP32] = "fp32",
    [IDIOM_PRODUCTS_FP16] = "fp16",
    [IDIOM_PRODUCTS_MATRIX] = "matrix",
    [IDIOM_PRODUCTS_MATRIX_ALL] = "matrix-all",
    NULL,
};

static IdiomProducts best_products(const IdiomDevice *device)
{
    if (device->info.family == IDIOM_FAMILY_LANE || !device->info.fp16 || !device->features.half_math)
        return IDIOM_PRODUCTS_FP32;
    return device->matrix.m ? IDIOM_PRODUCTS_MATRIX_ALL : IDIOM_PRODUCTS_FP16;
}

/*
 * CPUs multiply fp32 fastest. Matrices are for those who ask for them until they have been timed on a GPU; compilers
 * expect less of them than of halves.
 */
static gboolean choose_products(IdiomDevice *device, GError **error)
{
    const char *wanted = g_getenv("IDIOM_PRODUCTS");
    const gboolean cpu = device->physical_type == VK_PHYSICAL_DEVICE_TYPE_CPU;
    IdiomProducts best;

    idiom_matrix_choose(device);
    best = best_products(device);
    device->products = cpu ? IDIOM_PRODUCTS_FP32 : MIN(best, IDIOM_PRODUCTS_FP16);
    if (!wanted || !*wanted)
        return TRUE;
    g_autoptr(GString) names = g_string_new(NULL);
    for (IdiomProducts i = IDIOM_PRODUCTS_FP32; i <= best; i++) {
        g_string_append_printf(names, "%s%s", i ? ", " : "", idiom_products_names[i]);
        if (!strcmp(wanted, idiom_products_names[i])) {
            device->products = i;
            return TRUE;
        }
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "IDIOM_PRODUCTS is \"%s\"; on %s there are %s",
                wanted, device->name, names->str);
    return FALSE;
}

gboolean idiom_capabilities_choose(IdiomDevice *device, GError **error)
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
    if (info->family == IDIOM_FAMILY_LANE && !can_lane(device))
        info->family = IDIOM_FAMILY_VECTOR;
    info->fp16 = info->family == IDIOM_FAMILY_LANE || device->features.half;
    /* halves save memory traffic; CPU drivers have none to save and convert them at a cost */
    info->fastest = info->family == IDIOM_FAMILY_VECTOR && info->fp16 ? IDIOM_FP16 : IDIOM_FP32;
    device->staged = is_staged(device);
    if (info->family == IDIOM_FAMILY_LANE)
        info->max_tensor_bytes =
            MIN(info->max_tensor_bytes, (guint64)device->limits.maxTexelBufferElements * 8);
    return choose_products(device, error);
}
