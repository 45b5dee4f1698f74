/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing and opening a Vulkan device; capabilities are gathered here, once. */
#include "vk.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

/* texels that a texel buffer must hold for lane kernels; SwiftShader's hold far fewer */
#define LANE_TEXELS (1u << 24)
#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"

gboolean idiom_vk_check(VkResult result, const char *what, GError **error)
{
    IdiomError code = IDIOM_ERROR_VULKAN;
    g_autofree char *other = NULL;
    const char *reason;

    switch (result) {
    case VK_SUCCESS:
        return TRUE;
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        code = IDIOM_ERROR_MEMORY;
        reason = "out of host memory";
        break;
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        code = IDIOM_ERROR_MEMORY;
        reason = "out of device memory";
        break;
    case VK_ERROR_DEVICE_LOST:
        code = IDIOM_ERROR_DEVICE_LOST;
        reason = "the device was lost";
        break;
    case VK_ERROR_INITIALIZATION_FAILED:
        reason = "initialization failed";
        break;
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        code = IDIOM_ERROR_NO_DEVICE;
        reason = "no compatible driver; on Debian, mesa-vulkan-drivers has one for every machine";
        break;
    default:
        reason = other = g_strdup_printf("Vulkan error %d", result);
    }
    g_set_error(error, IDIOM_ERROR, code, "%s: %s", what, reason);
    return FALSE;
}

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
    IdiomDevice *device = user;

    (void)severity;
    /* what the loader says of other drivers' manifests is not about us */
    if (types == VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT)
        return VK_FALSE;
    g_atomic_int_inc(&device->validation_messages);
    g_printerr("validation: %s\n", data->pMessage);
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

/* @device may be NULL: no validation then. */
static VkInstance make_instance(IdiomDevice *device, GError **error)
{
    gboolean validate = device && g_strcmp0(g_getenv("IDIOM_VALIDATE"), "1") == 0;
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
    if (!idiom_vk_check(vkCreateInstance(&info, NULL, &instance), "starting Vulkan", error))
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

static const char *type_name(VkPhysicalDeviceType type)
{
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return "discrete";
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return "integrated";
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return "virtual";
    case VK_PHYSICAL_DEVICE_TYPE_CPU:
        return "cpu";
    default:
        return "other";
    }
}

/* Smaller is better: the order in which a device is chosen by default. */
static int type_rank(VkPhysicalDeviceType type)
{
    static const VkPhysicalDeviceType order[] = {
        VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU, VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU,
        VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU, VK_PHYSICAL_DEVICE_TYPE_CPU};

    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        if (order[i] == type)
            return (int)i;
    return G_N_ELEMENTS(order);
}

static VkPhysicalDevice *enumerate(VkInstance instance, guint32 *count, GError **error)
{
    *count = 0;
    if (!idiom_vk_check(vkEnumeratePhysicalDevices(instance, count, NULL), "listing Vulkan devices", error))
        return NULL;
    VkPhysicalDevice *devices = g_new0(VkPhysicalDevice, *count + 1);
    if (!idiom_vk_check(vkEnumeratePhysicalDevices(instance, count, devices), "listing Vulkan devices",
                        error))
        g_clear_pointer(&devices, g_free);
    return devices;
}

static char *driver_name(VkPhysicalDevice physical)
{
    VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &driver};

    vkGetPhysicalDeviceProperties2(physical, &props);
    return g_strdup_printf("%s %s", driver.driverName, driver.driverInfo);
}

char **idiom_device_list(GError **error)
{
    guint32 count;
    VkInstance instance = make_instance(NULL, error);

    if (!instance)
        return NULL;
    g_autofree VkPhysicalDevice *devices = enumerate(instance, &count, error);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    for (guint32 i = 0; devices && i < count; i++) {
        VkPhysicalDeviceProperties props;
        g_autofree char *driver = driver_name(devices[i]);
        vkGetPhysicalDeviceProperties(devices[i], &props);
        g_ptr_array_add(
            lines, g_strdup_printf("%s (%s, %s)", props.deviceName, type_name(props.deviceType), driver));
    }
    vkDestroyInstance(instance, NULL);
    if (!devices)
        return NULL;
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

static gboolean choose_physical(IdiomDevice *device, const char *selector, GError **error)
{
    guint32 count;
    g_autofree VkPhysicalDevice *devices = enumerate(device->instance, &count, error);
    int best_rank = G_MAXINT;
    guint64 index = 0;
    gboolean by_index;

    if (!devices)
        return FALSE;
    if (!selector || !*selector)
        selector = g_getenv("IDIOM_DEVICE");
    if (selector && !*selector)
        selector = NULL;
    by_index = selector && g_ascii_string_to_unsigned(selector, 10, 0, G_MAXUINT32, &index, NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint32 i = 0; i < count; i++) {
        VkPhysicalDeviceProperties props;
        gboolean match = TRUE;
        vkGetPhysicalDeviceProperties(devices[i], &props);
        g_string_append_printf(names, "%s%u: %s", i ? ", " : "", i, props.deviceName);
        if (by_index) {
            match = index == i;
        } else if (selector) {
            g_autofree char *name = g_utf8_casefold(props.deviceName, -1);
            g_autofree char *part = g_utf8_casefold(selector, -1);
            match = strstr(name, part) != NULL;
        }
        if (match && type_rank(props.deviceType) < best_rank) {
            best_rank = type_rank(props.deviceType);
            device->physical = devices[i];
        }
    }
    if (device->physical)
        return TRUE;
    if (count == 0)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE,
                    "no Vulkan device; on Debian, mesa-vulkan-drivers brings one for every machine");
    else
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE,
                    "no Vulkan device matches \"%s\"; there are %s", selector, names->str);
    return FALSE;
}

static gboolean open_queue(IdiomDevice *device, GError **error)
{
    guint32 count = 0;

    vkGetPhysicalDeviceQueueFamilyProperties(device->physical, &count, NULL);
    g_autofree VkQueueFamilyProperties *families = g_new0(VkQueueFamilyProperties, count + 1);
    vkGetPhysicalDeviceQueueFamilyProperties(device->physical, &count, families);
    for (guint32 i = 0; i < count; i++)
        if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) {
            device->queue_family = i;
            device->timestamp_bits = families[i].timestampValidBits;
            return TRUE;
        }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s has no compute queue", device->info.name);
    return FALSE;
}

/* Which of the extensions that make things faster or safer there are. */
static gboolean find_extensions(IdiomDevice *device, gboolean *robust, GError **error)
{
    static const char what[] = "listing the device's extensions";
    guint32 count = 0;

    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(device->physical, NULL, &count, NULL), what,
                        error))
        return FALSE;
    g_autofree VkExtensionProperties *list = g_new0(VkExtensionProperties, count + 1);
    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(device->physical, NULL, &count, list), what,
                        error))
        return FALSE;
    for (guint32 i = 0; i < count; i++) {
        *robust |= !strcmp(list[i].extensionName, VK_EXT_ROBUSTNESS_2_EXTENSION_NAME);
        device->knows_budget |= !strcmp(list[i].extensionName, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    }
    return TRUE;
}

static gboolean open_device(IdiomDevice *device, GError **error)
{
    VkPhysicalDeviceSubgroupProperties subgroup = {.sType =
                                                       VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &subgroup};
    gboolean ext_robust = FALSE;
    if (!find_extensions(device, &ext_robust, error))
        return FALSE;
    VkPhysicalDeviceRobustness2FeaturesEXT robust = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT};
    VkPhysicalDeviceVulkan12Features have12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                               .pNext = ext_robust ? &robust : NULL};
    VkPhysicalDeviceVulkan11Features have11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                               .pNext = &have12};
    VkPhysicalDeviceFeatures2 have = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                      .pNext = &have11};

    vkGetPhysicalDeviceProperties2(device->physical, &props);
    vkGetPhysicalDeviceMemoryProperties(device->physical, &device->memory);
    device->limits = props.properties.limits;
    device->name = g_strdup(props.properties.deviceName);
    device->driver = driver_name(device->physical);
    device->info.name = device->name;
    device->info.driver = device->driver;
    device->info.type = type_name(props.properties.deviceType);
    device->info.subgroup_size = subgroup.subgroupSize;
    if (props.properties.apiVersion < VK_API_VERSION_1_2) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s offers Vulkan %u.%u, 1.2 is needed",
                    device->name, VK_API_VERSION_MAJOR(props.properties.apiVersion),
                    VK_API_VERSION_MINOR(props.properties.apiVersion));
        return FALSE;
    }
    vkGetPhysicalDeviceFeatures2(device->physical, &have);

    const struct {
        VkBool32 there;
        const char *name;
    } needed[] = {
        {have12.bufferDeviceAddress, "bufferDeviceAddress"},
        {have12.scalarBlockLayout, "scalarBlockLayout"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!needed[i].there) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s lacks the Vulkan feature %s",
                        device->name, needed[i].name);
            return FALSE;
        }
    if (!open_queue(device, error))
        return FALSE;

    /* lane kernels reach outside buffers on purpose and rely on zeros */
    gboolean can_lane = ext_robust && robust.robustBufferAccess2 &&
                        props.properties.limits.maxTexelBufferElements >= LANE_TEXELS;
    const char *family = g_getenv("IDIOM_FAMILY");
    device->info.family =
        props.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU ? IDIOM_FAMILY_LANE : IDIOM_FAMILY_VECTOR;
    if (family && !strcmp(family, "lane")) {
        device->info.family = IDIOM_FAMILY_LANE;
    } else if (family && !strcmp(family, "vector")) {
        device->info.family = IDIOM_FAMILY_VECTOR;
    } else if (family && *family) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "IDIOM_FAMILY is \"%s\"; lane and vector are allowed", family);
        return FALSE;
    }
    if (device->info.family == IDIOM_FAMILY_LANE && !can_lane)
        device->info.family = IDIOM_FAMILY_VECTOR;
    device->info.fp16 = device->info.family == IDIOM_FAMILY_LANE || have11.storageBuffer16BitAccess;
    /* halves save memory traffic; CPU drivers have none to save and convert them at a cost */
    device->info.fastest =
        device->info.family == IDIOM_FAMILY_VECTOR && device->info.fp16 ? IDIOM_FP16 : IDIOM_FP32;
    const char *staging = g_getenv("IDIOM_STAGING");
    device->staged = staging && *staging
                         ? g_str_equal(staging, "1")
                         : props.properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU &&
                               props.properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
    device->info.max_plane_dim = props.properties.limits.maxImageDimension2D;
    device->info.max_tensor_bytes = props.properties.limits.maxStorageBufferRange;
    if (device->info.family == IDIOM_FAMILY_LANE)
        device->info.max_tensor_bytes =
            MIN(device->info.max_tensor_bytes, (guint64)props.properties.limits.maxTexelBufferElements * 8);
    for (guint32 i = 0; i < device->memory.memoryHeapCount; i++) {
        const VkMemoryHeap *heap = &device->memory.memoryHeaps[i];
        if ((heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) && heap->size > device->info.heap_bytes) {
            device->heap = i;
            device->info.heap_bytes = heap->size;
        }
    }

    VkPhysicalDeviceRobustness2FeaturesEXT want_robust = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT,
        .robustBufferAccess2 = can_lane};
    VkPhysicalDeviceVulkan12Features want12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                               .pNext = can_lane ? &want_robust : NULL,
                                               .bufferDeviceAddress = VK_TRUE,
                                               .scalarBlockLayout = VK_TRUE};
    VkPhysicalDeviceVulkan11Features want11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                               .pNext = &want12,
                                               .storageBuffer16BitAccess = have11.storageBuffer16BitAccess};
    const float priority = 1;
    const char *extensions[] = {VK_EXT_ROBUSTNESS_2_EXTENSION_NAME};
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueFamilyIndex = device->queue_family,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &want11,
                               .pEnabledFeatures =
                                   &(VkPhysicalDeviceFeatures){.robustBufferAccess = can_lane},
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = can_lane ? 1 : 0,
                               .ppEnabledExtensionNames = extensions};
    if (!IDIOM_VK_MAKE(&device->device, vkCreateDevice(device->physical, &info, NULL, &device->device),
                       device->name, error))
        return FALSE;
    vkGetDeviceQueue(device->device, device->queue_family, 0, &device->queue);
    return TRUE;
}

extern GResource *idiom_shaders_get_resource(void);

/* The constructor that would do it is lost when the library is linked statically. */
static void register_shaders(void)
{
    static gsize done;
    if (g_once_init_enter(&done)) {
        g_resources_register(idiom_shaders_get_resource());
        g_once_init_leave(&done, TRUE);
    }
}

IdiomDevice *idiom_device_open(const char *selector, GError **error)
{
    IdiomDevice *device = g_new0(IdiomDevice, 1);

    register_shaders();
    g_atomic_ref_count_init(&device->refs);
    device->selector = g_strdup(selector);
    g_mutex_init(&device->queue_lock);
    g_mutex_init(&device->kernel_lock);
    device->kernels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    device->instance = make_instance(device, error);
    if (!device->instance || !choose_physical(device, selector, error) || !open_device(device, error)) {
        idiom_device_unref(device);
        return NULL;
    }
    idiom_device_load_pipeline_cache(device);
    return device;
}

IdiomDevice *idiom_device_reopen(IdiomDevice *device, GError **error)
{
    return idiom_device_open(device->selector, error);
}

IdiomDevice *idiom_device_ref(IdiomDevice *device)
{
    g_atomic_ref_count_inc(&device->refs);
    return device;
}

void idiom_device_unref(IdiomDevice *device)
{
    if (!device || !g_atomic_ref_count_dec(&device->refs))
        return;
    if (device->device) {
        GHashTableIter iter;
        gpointer kernel;
        idiom_device_save_pipeline_cache(device);
        g_hash_table_iter_init(&iter, device->kernels);
        while (g_hash_table_iter_next(&iter, NULL, &kernel))
            idiom_kernel_free(device, kernel);
        for (guint texels = 0; texels < 2; texels++)
            for (guint i = 0; i <= IDIOM_KERNEL_MAX_PLANES; i++) {
                vkDestroyPipelineLayout(device->device, device->pipeline_layouts[texels][i], NULL);
                vkDestroyDescriptorSetLayout(device->device, device->set_layouts[texels][i], NULL);
            }
        vkDestroyPipelineCache(device->device, device->pipeline_cache, NULL);
        vkDestroyDevice(device->device, NULL);
    }
    if (device->messenger) {
        PFN_vkDestroyDebugUtilsMessengerEXT destroy =
            (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(device->instance,
                                                                       "vkDestroyDebugUtilsMessengerEXT");
        destroy(device->instance, device->messenger, NULL);
    }
    if (device->instance)
        vkDestroyInstance(device->instance, NULL);
    g_hash_table_unref(device->kernels);
    g_mutex_clear(&device->queue_lock);
    g_mutex_clear(&device->kernel_lock);
    g_free(device->pipeline_cache_path);
    g_free(device->selector);
    g_free(device->name);
    g_free(device->driver);
    g_free(device);
}

const IdiomDeviceInfo *idiom_device_info(const IdiomDevice *device)
{
    return &device->info;
}

void idiom_device_count_memory(IdiomDevice *device, guint32 type, gssize bytes)
{
    if (device->memory.memoryTypes[type].heapIndex == device->heap)
        g_atomic_pointer_add(&device->allocated, bytes);
}

guint64 idiom_device_free_memory(IdiomDevice *device)
{
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget};
    guint64 limit = device->info.heap_bytes, used = (gsize)g_atomic_pointer_get(&device->allocated);

    if (device->knows_budget) { /* what others use counts, too */
        vkGetPhysicalDeviceMemoryProperties2(device->physical, &memory);
        limit = budget.heapBudget[device->heap];
        used = MAX(used, budget.heapUsage[device->heap]);
    }
    return limit - MIN(limit, used);
}

gboolean idiom_device_is_lost(const IdiomDevice *device)
{
    return g_atomic_int_get(&device->lost);
}

gboolean idiom_device_is_staged(const IdiomDevice *device)
{
    return device->staged;
}

guint idiom_device_validation_messages(const IdiomDevice *device)
{
    return (guint)g_atomic_int_get(&device->validation_messages);
}
