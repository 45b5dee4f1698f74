/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the loader calls: a function for every command that may fail or that makes or frees an object. */
#include "internal.h"

#include <string.h>
#include <vulkan/vk_layer.h>

/* What a command that failed may leave in place of a result. */
#define GARBAGE G_GUINT64_CONSTANT(0xdeadbeefdeadbeef)

#define NEXT(chain, name) ((PFN_vk##name)(chain)->next[CALL_##name])

/* A command that makes nothing. The first parameter is @on. */
#define DOES(name, params, args)                                                                             \
    static VKAPI_ATTR VkResult VKAPI_CALL name params                                                        \
    {                                                                                                        \
        Chain *chain = chain_of(on);                                                                         \
        VkResult result = faults_result(CALL_##name, chain);                                                 \
        return result == VK_SUCCESS ? NEXT(chain, name) args : result;                                       \
    }

/* A command that makes *@made, and leaves @failed there if it fails. */
#define MAKES(name, type, failed, params, args)                                                              \
    static VKAPI_ATTR VkResult VKAPI_CALL name params                                                        \
    {                                                                                                        \
        Chain *chain = chain_of(on);                                                                         \
        VkResult result = faults_result(CALL_##name, chain);                                                 \
        if (result == VK_SUCCESS)                                                                            \
            result = NEXT(chain, name) args;                                                                 \
        else                                                                                                 \
            *made = (type)failed;                                                                            \
        if (result == VK_SUCCESS)                                                                            \
            chain_object_made(chain, #type, (guint64)*made);                                                 \
        return result;                                                                                       \
    }

#define FREES(name, type, params, args)                                                                      \
    static VKAPI_ATTR void VKAPI_CALL name params                                                            \
    {                                                                                                        \
        Chain *chain = chain_of(on);                                                                         \
        if (chain_object_freed(chain, #type, (guint64)made))                                                 \
            NEXT(chain, name) args;                                                                          \
    }

#define ALLOCATOR const VkAllocationCallbacks *allocator
#define MAKES_FROM_INFO(name, type)                                                                          \
    MAKES(Create##name, type, GARBAGE,                                                                       \
          (VkDevice on, const Vk##name##CreateInfo *info, ALLOCATOR, type *made),                            \
          (on, info, allocator, made))
#define FREES_SIMPLY(name, type)                                                                             \
    FREES(Destroy##name, type, (VkDevice on, type made, ALLOCATOR), (on, made, allocator))
#define OBJECT(name)                                                                                         \
    MAKES_FROM_INFO(name, Vk##name)                                                                          \
    FREES_SIMPLY(name, Vk##name)

OBJECT(PipelineCache)
OBJECT(DescriptorSetLayout)
OBJECT(PipelineLayout)
OBJECT(ShaderModule)
OBJECT(Buffer)
OBJECT(BufferView)
OBJECT(DescriptorPool)
OBJECT(CommandPool)
OBJECT(QueryPool)
OBJECT(Fence)

MAKES(CreateDebugUtilsMessengerEXT, VkDebugUtilsMessengerEXT, GARBAGE,
      (VkInstance on, const VkDebugUtilsMessengerCreateInfoEXT *info, ALLOCATOR,
       VkDebugUtilsMessengerEXT *made),
      (on, info, allocator, made))
FREES(DestroyDebugUtilsMessengerEXT, VkDebugUtilsMessengerEXT,
      (VkInstance on, VkDebugUtilsMessengerEXT made, ALLOCATOR), (on, made, allocator))

/* one at a time is all that the engine asks for */
MAKES(CreateComputePipelines, VkPipeline, 0,
      (VkDevice on, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
       ALLOCATOR, VkPipeline *made),
      (on, cache, count, infos, allocator, made))
FREES_SIMPLY(Pipeline, VkPipeline)

MAKES(AllocateMemory, VkDeviceMemory, GARBAGE,
      (VkDevice on, const VkMemoryAllocateInfo *info, ALLOCATOR, VkDeviceMemory *made),
      (on, info, allocator, made))
FREES(FreeMemory, VkDeviceMemory, (VkDevice on, VkDeviceMemory made, ALLOCATOR), (on, made, allocator))

/* clang-format off */
DOES(GetPipelineCacheData, (VkDevice on, VkPipelineCache cache, size_t *size, void *data), (on, cache, size, data))
DOES(MapMemory, (VkDevice on, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size, VkMemoryMapFlags flags, void **data),
     (on, memory, offset, size, flags, data))
DOES(BindBufferMemory, (VkDevice on, VkBuffer buffer, VkDeviceMemory memory, VkDeviceSize offset), (on, buffer, memory, offset))
DOES(AllocateDescriptorSets, (VkDevice on, const VkDescriptorSetAllocateInfo *info, VkDescriptorSet *sets), (on, info, sets))
DOES(AllocateCommandBuffers, (VkDevice on, const VkCommandBufferAllocateInfo *info, VkCommandBuffer *buffers), (on, info, buffers))
DOES(BeginCommandBuffer, (VkCommandBuffer on, const VkCommandBufferBeginInfo *info), (on, info))
DOES(ResetCommandPool, (VkDevice on, VkCommandPool pool, VkCommandPoolResetFlags flags), (on, pool, flags))
DOES(EndCommandBuffer, (VkCommandBuffer on), (on))
DOES(QueueWaitIdle, (VkQueue on), (on))
DOES(GetQueryPoolResults, (VkDevice on, VkQueryPool pool, uint32_t first, uint32_t count, size_t size, void *data, VkDeviceSize stride, VkQueryResultFlags flags),
     (on, pool, first, count, size, data, stride, flags))
DOES(ResetFences, (VkDevice on, uint32_t count, const VkFence *fences), (on, count, fences))
DOES(QueueSubmit, (VkQueue on, uint32_t count, const VkSubmitInfo *submits, VkFence fence), (on, count, submits, fence))
DOES(WaitForFences, (VkDevice on, uint32_t count, const VkFence *fences, VkBool32 all, uint64_t timeout), (on, count, fences, all, timeout))
/* clang-format on */

/* --- what comes before a device ----------------------------------------------------------------------------------- */

static VKAPI_ATTR VkResult VKAPI_CALL EnumeratePhysicalDevices(VkInstance on, uint32_t *count,
                                                               VkPhysicalDevice *devices)
{
    Chain *chain = chain_of(on);
    VkResult result = faults_result(CALL_EnumeratePhysicalDevices, chain);
    if (result == VK_SUCCESS)
        return NEXT(chain, EnumeratePhysicalDevices)(on, count, devices);
    *count = (uint32_t)GARBAGE;
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL EnumerateDeviceExtensionProperties(VkPhysicalDevice on,
                                                                         const char *layer, uint32_t *count,
                                                                         VkExtensionProperties *properties)
{
    Chain *chain = chain_of(on);
    VkResult result = faults_result(CALL_EnumerateDeviceExtensionProperties, chain);
    if (result == VK_SUCCESS)
        return NEXT(chain, EnumerateDeviceExtensionProperties)(on, layer, count, properties);
    *count = (uint32_t)GARBAGE;
    return result;
}

static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice on, uint32_t *count,
                                                                         VkQueueFamilyProperties *families)
{
    NEXT(chain_of(on), GetPhysicalDeviceQueueFamilyProperties)(on, count, families);
    for (uint32_t i = 0; families && faults_timestamps_hidden() && i < *count; i++)
        families[i].timestampValidBits = 0;
}

static VKAPI_ATTR VkResult VKAPI_CALL CreateInstance(const VkInstanceCreateInfo *info, ALLOCATOR,
                                                     VkInstance *made)
{
    VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
    while (link->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO ||
           link->function != VK_LAYER_LINK_INFO)
        link = (VkLayerInstanceCreateInfo *)link->pNext;
    PFN_vkGetInstanceProcAddr next = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;

    VkResult result = faults_result(CALL_CreateInstance, NULL);
    if (result == VK_SUCCESS)
        result = ((PFN_vkCreateInstance)next(NULL, "vkCreateInstance"))(info, allocator, made);
    if (result == VK_SUCCESS)
        chain_add_instance(*made, next);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL DestroyInstance(VkInstance on, ALLOCATOR)
{
    Chain *chain = chain_of(on);
    PFN_vkDestroyInstance destroy = NEXT(chain, DestroyInstance);
    chain_remove(chain);
    destroy(on, allocator);
}

static VKAPI_ATTR VkResult VKAPI_CALL CreateDevice(VkPhysicalDevice on, const VkDeviceCreateInfo *info,
                                                   ALLOCATOR, VkDevice *made)
{
    VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
    while (link->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO)
        link = (VkLayerDeviceCreateInfo *)link->pNext;
    PFN_vkGetDeviceProcAddr next = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;

    Chain *chain = chain_of(on);
    VkResult result = faults_result(CALL_CreateDevice, chain);
    if (result == VK_SUCCESS)
        result = NEXT(chain, CreateDevice)(on, info, allocator, made);
    else
        *made = (VkDevice)GARBAGE;
    if (result == VK_SUCCESS)
        chain_add_device(*made, next);
    return result;
}

static VKAPI_ATTR void VKAPI_CALL DestroyDevice(VkDevice on, ALLOCATOR)
{
    Chain *chain = chain_of(on);
    PFN_vkDestroyDevice destroy = NEXT(chain, DestroyDevice);
    chain_remove(chain);
    destroy(on, allocator);
}

/* --- the loader --------------------------------------------------------------------------------------------------- */

static PFN_vkVoidFunction own(const char *name)
{
#define FUNCTION(name, ...) {"vk" #name, (PFN_vkVoidFunction)name},
    static const struct {
        const char *name;
        PFN_vkVoidFunction function;
    } functions[] = {CALLS_THAT_MAY_FAIL(FUNCTION) CALLS_WATCHED(FUNCTION)};
#undef FUNCTION
    for (guint i = 0; i < G_N_ELEMENTS(functions); i++)
        if (!strcmp(functions[i].name, name))
            return functions[i].function;
    return NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_function(VkDevice device, const char *name)
{
    if (!strcmp(name, "vkGetDeviceProcAddr"))
        return (PFN_vkVoidFunction)get_device_function;
    PFN_vkVoidFunction function = own(name);
    return function ? function : chain_of(device)->next_device(device, name);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_function(VkInstance instance, const char *name)
{
    if (!strcmp(name, "vkGetInstanceProcAddr"))
        return (PFN_vkVoidFunction)get_instance_function;
    if (!strcmp(name, "vkGetDeviceProcAddr"))
        return (PFN_vkVoidFunction)get_device_function;
    PFN_vkVoidFunction function = own(name);
    return function || !instance ? function : chain_of(instance)->next_instance(instance, name);
}

FAULTS_API VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *negotiate)
{
    negotiate->loaderLayerInterfaceVersion = 2;
    negotiate->pfnGetInstanceProcAddr = get_instance_function;
    negotiate->pfnGetDeviceProcAddr = get_device_function;
    negotiate->pfnGetPhysicalDeviceProcAddr = NULL;
    return VK_SUCCESS;
}
