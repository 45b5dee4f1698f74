/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of this folder only. */
#ifndef IDIOM_VK_H
#define IDIOM_VK_H

#include <vulkan/vulkan.h>

#include "gpu.h"

#define IDIOM_PUSH_BYTES 128 /* what Vulkan guarantees */
#define IDIOM_KERNEL_MAX_PLANES 8

/* Features that matter here: those offered by a physical device, or those enabled on a device. */
typedef struct {
    gboolean address; /* bufferDeviceAddress */
    gboolean scalar;  /* scalarBlockLayout */
    gboolean half;    /* storageBuffer16BitAccess */
    gboolean robust;  /* robustBufferAccess and robustBufferAccess2: what is read outside a buffer is zero */
} IdiomVkFeatures;

struct IdiomDevice {
    gatomicrefcount refs;
    IdiomDeviceInfo info;
    char *name, *driver;
    char *selector; /* that it was opened with */

    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    gint validation_messages; /* atomic */
    gint lost;                /* atomic */
    gint unanswered;          /* a wait was given up: it may still be at work; atomic */
    gboolean staged;          /* see idiom_device_is_staged() */

    VkPhysicalDevice physical;
    VkPhysicalDeviceType physical_type;
    VkPhysicalDeviceMemoryProperties memory;
    guint32 heap;          /* the largest device-local one */
    gboolean knows_budget; /* VK_EXT_memory_budget */
    gsize allocated;       /* bytes of that heap; atomic */
    VkPhysicalDeviceLimits limits;
    VkDevice device;
    guint32 queue_family;
    guint32 timestamp_bits;
    VkQueue queue;
    GMutex queue_lock;

    VkPipelineCache pipeline_cache;
    char *pipeline_cache_path;
    GMutex kernel_lock;
    GHashTable *kernels; /* description -> IdiomKernel */
    /* one layout for every number of planes, seen as texels too [1] or not [0] */
    VkDescriptorSetLayout set_layouts[2][IDIOM_KERNEL_MAX_PLANES + 1];
    VkPipelineLayout pipeline_layouts[2][IDIOM_KERNEL_MAX_PLANES + 1];
};

struct IdiomKernel {
    VkPipeline pipeline;
    VkPipelineLayout layout;
    VkDescriptorSetLayout set_layout;
    gboolean texels;
    gint dispatched; /* atomic: is part of some command list */
};

/* Sets @error from a VkResult, "@what: reason", and returns FALSE; TRUE for VK_SUCCESS. */
gboolean idiom_vk_check(VkResult result, const char *what, GError **error);
/* The same of a command that makes *@handle: one that fails leaves it undefined. */
#define IDIOM_VK_MAKE(handle, result, what, error)                                                           \
    (idiom_vk_check(result, what, error) || (*(handle) = VK_NULL_HANDLE, FALSE))

/* Before anything is destroyed that the device may use. */
void idiom_device_settle(IdiomDevice *device);
gboolean idiom_fence_submit(IdiomFence *fence, const VkCommandBuffer *buffers, guint count, GError **error);

/* @device may be NULL: no validation then. */
VkInstance idiom_instance_new(IdiomDevice *device, GError **error);

/* Sets physical from a selector, see idiom_device_open(). */
gboolean idiom_physical_choose(IdiomDevice *device, const char *selector, GError **error);
const char *idiom_physical_type(VkPhysicalDeviceType type);
char *idiom_physical_driver(VkPhysicalDevice physical);

/* Facts of the physical device: limits, memory, what info says of them. */
gboolean idiom_capabilities_read(IdiomDevice *device, GError **error);
gboolean idiom_features_offered(IdiomDevice *device, IdiomVkFeatures *features, GError **error);
/* Whether there are those without which nothing runs. */
gboolean idiom_features_suffice(const IdiomDevice *device, const IdiomVkFeatures *features, GError **error);
/* Kernel family and precision, where @features are enabled. */
gboolean idiom_capabilities_choose(IdiomDevice *device, const IdiomVkFeatures *features, GError **error);

/* Memory of @type has been allocated, or freed (@bytes below 0). */
void idiom_device_count_memory(IdiomDevice *device, guint32 type, gssize bytes);

void idiom_device_load_pipeline_cache(IdiomDevice *device);
void idiom_device_save_pipeline_cache(IdiomDevice *device);
void idiom_kernel_free(IdiomDevice *device, IdiomKernel *kernel);

#endif
