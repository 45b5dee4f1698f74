/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Vulkan commands that the engine calls: those that may fail with what the specification lets them return, and those
 * that cannot fail. A test compares both with what the engine imports.
 */
#ifndef CALLS_H
#define CALLS_H

#include <vulkan/vulkan.h>

#define MEMORY VK_ERROR_OUT_OF_HOST_MEMORY, VK_ERROR_OUT_OF_DEVICE_MEMORY

/* C(name without "vk", results ...) */
#define CALLS_THAT_MAY_FAIL(C)                                                                               \
    C(CreateInstance, MEMORY, VK_ERROR_INITIALIZATION_FAILED, VK_ERROR_INCOMPATIBLE_DRIVER)                  \
    C(CreateDebugUtilsMessengerEXT, VK_ERROR_OUT_OF_HOST_MEMORY)                                             \
    C(EnumeratePhysicalDevices, MEMORY, VK_ERROR_INITIALIZATION_FAILED)                                      \
    C(EnumerateDeviceExtensionProperties, MEMORY)                                                            \
    C(CreateDevice, MEMORY, VK_ERROR_INITIALIZATION_FAILED, VK_ERROR_DEVICE_LOST,                            \
      VK_ERROR_FEATURE_NOT_PRESENT)                                                                          \
    C(CreatePipelineCache, MEMORY)                                                                           \
    C(GetPipelineCacheData, MEMORY)                                                                          \
    C(CreateDescriptorSetLayout, MEMORY)                                                                     \
    C(CreatePipelineLayout, MEMORY)                                                                          \
    C(CreateShaderModule, MEMORY)                                                                            \
    C(CreateComputePipelines, MEMORY)                                                                        \
    C(AllocateMemory, MEMORY)                                                                                \
    C(MapMemory, MEMORY, VK_ERROR_MEMORY_MAP_FAILED)                                                         \
    C(CreateBuffer, MEMORY)                                                                                  \
    C(BindBufferMemory, MEMORY)                                                                              \
    C(CreateBufferView, MEMORY)                                                                              \
    C(CreateDescriptorPool, MEMORY)                                                                          \
    C(AllocateDescriptorSets, MEMORY, VK_ERROR_FRAGMENTED_POOL, VK_ERROR_OUT_OF_POOL_MEMORY)                 \
    C(CreateCommandPool, MEMORY)                                                                             \
    C(ResetCommandPool, VK_ERROR_OUT_OF_DEVICE_MEMORY)                                                       \
    C(AllocateCommandBuffers, MEMORY)                                                                        \
    C(BeginCommandBuffer, MEMORY)                                                                            \
    C(EndCommandBuffer, MEMORY)                                                                              \
    C(CreateQueryPool, MEMORY)                                                                               \
    C(GetQueryPoolResults, MEMORY, VK_ERROR_DEVICE_LOST)                                                     \
    C(CreateFence, MEMORY)                                                                                   \
    C(ResetFences, VK_ERROR_OUT_OF_DEVICE_MEMORY)                                                            \
    C(QueueSubmit, MEMORY, VK_ERROR_DEVICE_LOST)                                                             \
    C(WaitForFences, MEMORY, VK_ERROR_DEVICE_LOST, VK_TIMEOUT)                                               \
    C(QueueWaitIdle, MEMORY, VK_ERROR_DEVICE_LOST)

/* What cannot fail, but frees objects or says what there is. */
#define CALLS_WATCHED(C)                                                                                     \
    C(DestroyInstance)                                                                                       \
    C(DestroyDebugUtilsMessengerEXT)                                                                         \
    C(GetPhysicalDeviceQueueFamilyProperties)                                                                \
    C(DestroyDevice)                                                                                         \
    C(DestroyPipelineCache)                                                                                  \
    C(DestroyDescriptorSetLayout)                                                                            \
    C(DestroyPipelineLayout)                                                                                 \
    C(DestroyShaderModule)                                                                                   \
    C(DestroyPipeline)                                                                                       \
    C(FreeMemory)                                                                                            \
    C(DestroyBuffer)                                                                                         \
    C(DestroyBufferView)                                                                                     \
    C(DestroyDescriptorPool)                                                                                 \
    C(DestroyCommandPool)                                                                                    \
    C(DestroyQueryPool)                                                                                      \
    C(DestroyFence)

/* What cannot fail, and passes this layer by. */
#define CALLS_LEFT_ALONE                                                                                     \
    "vkCmdBindDescriptorSets", "vkCmdBindPipeline", "vkCmdCopyBuffer", "vkCmdCopyBufferToImage",             \
        "vkCmdCopyImageToBuffer", "vkGetDeviceProcAddr", "vkCmdDispatch", "vkCmdDispatchIndirect",           \
        "vkCmdFillBuffer", "vkCmdPipelineBarrier", "vkCmdPushConstants", "vkCmdResetQueryPool",              \
        "vkCmdWriteTimestamp", "vkGetBufferDeviceAddress", "vkGetBufferMemoryRequirements",                  \
        "vkGetDeviceQueue", "vkGetInstanceProcAddr", "vkGetPhysicalDeviceExternalBufferProperties",          \
        "vkGetPhysicalDeviceFeatures2", "vkGetPhysicalDeviceMemoryProperties",                               \
        "vkGetPhysicalDeviceMemoryProperties2", "vkGetPhysicalDeviceProperties",                             \
        "vkGetPhysicalDeviceProperties2", "vkUpdateDescriptorSets"

/* Asked before there is an instance, which only an installed layer could see. */
#define CALLS_OUT_OF_REACH "vkEnumerateInstanceLayerProperties"

#endif
