/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Vulkan features and extensions that are used: which are offered, and which a device was made with. */
#include "vk.h"

#include <string.h>

static void note_extension(IdiomVkFeatures *features, const char *name)
{
    features->robustness2 |= !strcmp(name, VK_EXT_ROBUSTNESS_2_EXTENSION_NAME);
    features->host_memory |= !strcmp(name, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME);
    features->memory_fd |= !strcmp(name, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME);
#ifdef VK_KHR_cooperative_matrix
    features->matrix |= !strcmp(name, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME);
#endif
    features->dma_buf |= !strcmp(name, VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME);
}

static void note_chain(IdiomVkFeatures *features, const VkPhysicalDeviceFeatures2 *chain)
{
    gboolean seen_matrix = FALSE;

    for (const VkBaseInStructure *s = (const VkBaseInStructure *)chain; s; s = s->pNext)
        switch (s->sType) {
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2:
            features->robust |= chain->features.robustBufferAccess;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES:
            features->half |= ((const VkPhysicalDeviceVulkan11Features *)s)->storageBuffer16BitAccess;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES:
            features->half |= ((const VkPhysicalDevice16BitStorageFeatures *)s)->storageBuffer16BitAccess;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES:
            features->address |= ((const VkPhysicalDeviceVulkan12Features *)s)->bufferDeviceAddress;
            features->scalar |= ((const VkPhysicalDeviceVulkan12Features *)s)->scalarBlockLayout;
            features->half_math |= ((const VkPhysicalDeviceVulkan12Features *)s)->shaderFloat16;
            features->model |= ((const VkPhysicalDeviceVulkan12Features *)s)->vulkanMemoryModel;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES:
            features->address |=
                ((const VkPhysicalDeviceBufferDeviceAddressFeatures *)s)->bufferDeviceAddress;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SCALAR_BLOCK_LAYOUT_FEATURES:
            features->scalar |= ((const VkPhysicalDeviceScalarBlockLayoutFeatures *)s)->scalarBlockLayout;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES:
            features->half_math |= ((const VkPhysicalDeviceShaderFloat16Int8Features *)s)->shaderFloat16;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT:
            features->robust2 |= ((const VkPhysicalDeviceRobustness2FeaturesEXT *)s)->robustBufferAccess2;
            break;
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES:
            features->model |= ((const VkPhysicalDeviceVulkanMemoryModelFeatures *)s)->vulkanMemoryModel;
            break;
#ifdef VK_KHR_cooperative_matrix
        case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR:
            features->matrix &= ((const VkPhysicalDeviceCooperativeMatrixFeaturesKHR *)s)->cooperativeMatrix;
            seen_matrix = TRUE;
            break;
#endif
        default: /* something that only the program needs */
            break;
        }
    features->matrix &= seen_matrix;
}

/* What only works together is there together, or not at all. */
static void settle(IdiomVkFeatures *features)
{
    features->robust = features->robust && features->robustness2 && features->robust2;
    features->robustness2 = features->robust2 = features->robust;
    features->matrix = features->matrix && features->model && features->half && features->half_math;
    features->dma_buf = features->memory_fd = features->dma_buf && features->memory_fd;
}

gboolean idiom_features_offered(IdiomDevice *device, GError **error)
{
    guint32 count = 0;
    IdiomVkFeatures *features = &device->features;
    g_autofree VkExtensionProperties *list = idiom_physical_extensions(device->physical, &count, error);

    if (!list)
        return FALSE;
    for (guint32 i = 0; i < count; i++)
        note_extension(features, list[i].extensionName);
    idiom_features_chain(features, &device->chain);
    vkGetPhysicalDeviceFeatures2(device->physical, &device->chain.core);
    note_chain(features, &device->chain.core);
    settle(features);
    return TRUE;
}

void idiom_features_enabled(IdiomDevice *device, const VkPhysicalDeviceFeatures2 *chain,
                            const char *const *extensions, guint n_extensions)
{
    for (guint i = 0; i < n_extensions; i++)
        note_extension(&device->features, extensions[i]);
    note_chain(&device->features, chain);
    settle(&device->features);
}

gboolean idiom_features_suffice(const IdiomDevice *device, GError **error)
{
    const struct {
        gboolean there;
        const char *name;
    } needed[] = {
        {device->features.address, "bufferDeviceAddress"},
        {device->features.scalar, "scalarBlockLayout"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!needed[i].there) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s %s the Vulkan feature %s", device->name,
                        device->adopted ? "was handed in without" : "lacks", needed[i].name);
            return FALSE;
        }
    return TRUE;
}

void idiom_features_chain(const IdiomVkFeatures *features, IdiomVkChain *chain)
{
    chain->core = (VkPhysicalDeviceFeatures2){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                              .pNext = &chain->vulkan11,
                                              .features.robustBufferAccess = features->robust};
    chain->vulkan11 =
        (VkPhysicalDeviceVulkan11Features){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                           .pNext = &chain->vulkan12,
                                           .storageBuffer16BitAccess = features->half};
    chain->vulkan12 =
        (VkPhysicalDeviceVulkan12Features){.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                           .pNext = features->robustness2 ? &chain->robustness2 : NULL,
                                           .shaderFloat16 = features->half_math,
                                           .bufferDeviceAddress = features->address,
                                           .vulkanMemoryModel = features->model,
                                           .scalarBlockLayout = features->scalar};
    chain->robustness2 = (VkPhysicalDeviceRobustness2FeaturesEXT){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT,
        .robustBufferAccess2 = features->robust2};
#ifdef VK_KHR_cooperative_matrix
    chain->matrix = (VkPhysicalDeviceCooperativeMatrixFeaturesKHR){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
        .pNext = chain->vulkan12.pNext,
        .cooperativeMatrix = features->matrix};
    if (features->matrix)
        chain->vulkan12.pNext = &chain->matrix;
#endif
}

guint idiom_features_extensions(const IdiomVkFeatures *features, const char **names)
{
    guint count = 0;

    if (features->robustness2)
        names[count++] = VK_EXT_ROBUSTNESS_2_EXTENSION_NAME;
#ifdef VK_KHR_cooperative_matrix
    if (features->matrix)
        names[count++] = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
#endif
    if (features->host_memory)
        names[count++] = VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME;
    if (features->memory_fd)
        names[count++] = VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME;
    if (features->dma_buf)
        names[count++] = VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME;
    return count;
}
