/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of this folder only. */
#ifndef IDIOM_VK_H
#define IDIOM_VK_H

#include <vulkan/vulkan.h>

#include "gpu.h"

#define IDIOM_PUSH_BYTES 128 /* what Vulkan guarantees */
#define IDIOM_KERNEL_MAX_PLANES 8
#define IDIOM_KERNEL_MAX_SPEC 32

/* Features and extensions that are used: those offered by a physical device, or those that a device was made with. */
typedef struct {
    gboolean address;     /* bufferDeviceAddress */
    gboolean scalar;      /* scalarBlockLayout */
    gboolean half;        /* storageBuffer16BitAccess */
    gboolean half_math;   /* shaderFloat16 */
    gboolean model;       /* vulkanMemoryModel */
    gboolean matrix;      /* VK_KHR_cooperative_matrix and its feature; with model */
    gboolean robust;      /* robustBufferAccess; with the next two: what is read outside a buffer is zero */
    gboolean robust2;     /* robustBufferAccess2 */
    gboolean robustness2; /* VK_EXT_robustness2 */
    gboolean host_memory; /* VK_EXT_external_memory_host */
    gboolean memory_fd;   /* VK_KHR_external_memory_fd */
    gboolean dma_buf;     /* VK_EXT_external_memory_dma_buf */
} IdiomVkFeatures;

/* The features as Vulkan wants them. */
typedef struct {
    VkPhysicalDeviceFeatures2 core;
    VkPhysicalDeviceVulkan11Features vulkan11;
    VkPhysicalDeviceVulkan12Features vulkan12;
    VkPhysicalDeviceRobustness2FeaturesEXT robustness2;
#ifdef VK_KHR_cooperative_matrix
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix;
#endif
} IdiomVkChain;

#define IDIOM_VK_MAX_EXTENSIONS 5

struct IdiomDevice {
    gatomicrefcount refs;
    IdiomDeviceInfo info;
    char *name, *driver;
    char *selector;  /* that it was opened with */
    gboolean shared; /* see registry.c */

    gboolean adopted; /* instance, device and queue are the program's */
    VkInstance instance;
    VkDebugUtilsMessengerEXT messenger;
    gint validation_messages; /* atomic */
    gint overruns;            /* atomic: see guard.c */
    gint lost;                /* atomic */
    gint unanswered;          /* a wait was given up: it may still be at work; atomic */
    IdiomProducts products;   /* see idiom_device_products() */
    IdiomMatrix matrix;       /* all zero if there is none that suits */
    gboolean staged;          /* see idiom_device_is_staged() */
    gboolean helper;          /* compiles for another device: leaves no cache of its own */

    VkPhysicalDevice physical;
    VkPhysicalDeviceType physical_type;
    VkPhysicalDeviceMemoryProperties memory;
    guint32 heap;          /* the largest device-local one */
    gboolean knows_budget; /* VK_EXT_memory_budget */
    gsize allocated;       /* bytes of that heap; atomic */
    VkPhysicalDeviceLimits limits;
    IdiomVkFeatures features;
    IdiomVkChain chain; /* of features */
    const char *extensions[IDIOM_VK_MAX_EXTENSIONS];
    guint n_extensions;
    VkDevice device;
    guint32 queue_family;
    guint32 timestamp_bits;
    VkQueue queue;
    GMutex queue_lock;
    void (*lock_queue)(gpointer user); /* the program's, of an adopted queue */
    void (*unlock_queue)(gpointer user);
    gpointer lock_user;

    GMutex scratch_lock;
    GList *scratch; /* of IdiomScratch, see scratch.c */

    VkPipelineCache pipeline_cache;
    char *pipeline_cache_path;
    GMutex kernel_lock;
    GHashTable *kernels;       /* description -> IdiomKernel */
    GHashTable *in_the_making; /* descriptions; each by one thread */
    GCond kernel_made;
    /* one layout for every number of planes, seen as texels too [1] or not [0] */
    VkDescriptorSetLayout set_layouts[2][IDIOM_KERNEL_MAX_PLANES + 1];
    VkPipelineLayout pipeline_layouts[2][IDIOM_KERNEL_MAX_PLANES + 1];
};

/* What a kernel was asked for by. */
typedef struct {
    const char *resource;
    guint32 spec[IDIOM_KERNEL_MAX_SPEC];
    guint n_spec, n_planes;
    gboolean texels;
} IdiomKernelRequest;

struct IdiomKernel {
    IdiomKernelRequest request;
    VkPipeline pipeline;
    VkPipelineLayout layout;
    VkDescriptorSetLayout set_layout;
    gboolean texels;
    gboolean warm;   /* see idiom_device_warm(); under the kernel lock */
    gint dispatched; /* atomic: is part of some command list */
};

/* Sets @error from a VkResult, "@what: reason", and returns FALSE; TRUE for VK_SUCCESS. */
gboolean idiom_vk_check(VkResult result, const char *what, GError **error);
/* The same of a command that makes *@handle: one that fails leaves it undefined. */
#define IDIOM_VK_MAKE(handle, result, what, error)                                                           \
    (idiom_vk_check(result, what, error) || (*(handle) = VK_NULL_HANDLE, FALSE))

VkCommandBuffer idiom_commands_vk(IdiomCommands *commands);

/* Before anything is destroyed that the device may use. */
void idiom_device_settle(IdiomDevice *device);
/* Whether the driver could have @mebibytes to do @what. */
gboolean idiom_room_check(const char *what, guint mebibytes, GError **error);
/* About twice of what lavapipe has been seen to take for itself (Mesa 26: 64 MiB a thread), and for one shader. */
#define IDIOM_DEVICE_ROOM 512
#define IDIOM_KERNEL_ROOM 64

gboolean idiom_fence_submit(IdiomFence *fence, const VkCommandBuffer *buffers, guint count, GError **error);

/* The halves of idiom_device_open(): a device that is known but not open yet, and its opening. */
IdiomDevice *idiom_device_choose(const char *selector, GError **error);
gboolean idiom_device_start(IdiomDevice *device, GError **error);

/* Drops a reference to a shared device. Returns whether it was the last one. */
gboolean idiom_registry_release(IdiomDevice *device);

/* @device may be NULL: no validation then. */
VkInstance idiom_instance_new(IdiomDevice *device, GError **error);

/* Sets physical from a selector, see idiom_device_open(). */
gboolean idiom_physical_choose(IdiomDevice *device, const char *selector, GError **error);
const char *idiom_physical_type(VkPhysicalDeviceType type);
char *idiom_physical_driver(VkPhysicalDevice physical);

VkExtensionProperties *idiom_physical_extensions(VkPhysicalDevice physical, guint32 *count, GError **error);

/* Sets features to what the physical device offers ... */
gboolean idiom_features_offered(IdiomDevice *device, GError **error);
/* ... or to what a device was made with. */
void idiom_features_enabled(IdiomDevice *device, const VkPhysicalDeviceFeatures2 *chain,
                            const char *const *extensions, guint n_extensions);
/* Whether there are those without which nothing runs. */
gboolean idiom_features_suffice(const IdiomDevice *device, GError **error);
void idiom_features_chain(const IdiomVkFeatures *features, IdiomVkChain *chain);
/* Writes up to IDIOM_VK_MAX_EXTENSIONS names and returns how many. */
guint idiom_features_extensions(const IdiomVkFeatures *features, const char **names);

/* Facts of the physical device: limits, memory, what info says of them. */
gboolean idiom_capabilities_read(IdiomDevice *device, GError **error);
/* Kernel family and precision that suit the features. */
gboolean idiom_capabilities_choose(IdiomDevice *device, GError **error);

/* Sets matrix to the best shape that the device lists. */
void idiom_matrix_choose(IdiomDevice *device);

/* Finds a queue family for compute; of an adopted device, checks the one that was given. */
gboolean idiom_queue_find(IdiomDevice *device, GError **error);
/* Around every use of the queue. */
void idiom_queue_lock(IdiomDevice *device);
void idiom_queue_unlock(IdiomDevice *device);

/* A device without handles yet. */
IdiomDevice *idiom_device_new(const char *selector);
/* All handles are there. */
void idiom_device_begin(IdiomDevice *device);

/* Memory of @type has been allocated, or freed (@bytes below 0). */
void idiom_device_count_memory(IdiomDevice *device, guint32 type, gssize bytes);

void idiom_device_load_pipeline_cache(IdiomDevice *device);
void idiom_device_save_pipeline_cache(IdiomDevice *device);
/* See guard.c: @size bytes at @start, the last of @room bytes that are bound. */
typedef struct {
    guint8 *start;
    gsize size, room;
} IdiomGuard;

gsize idiom_guard_bytes(void); /* on either side; 0: none */
void idiom_guard_set(const IdiomGuard *guard);
void idiom_guard_check(IdiomDevice *device, const IdiomGuard *guard);

void idiom_kernel_free(IdiomDevice *device, IdiomKernel *kernel);

#endif
