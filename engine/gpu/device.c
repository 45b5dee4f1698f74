/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A device from its opening to its end. */
#include "log.h"
#include "vk.h"

#include <idiom-unstable/program.h>

#include <gio/gio.h>

/* Creates the VkDevice, with all features that it offers. */
static gboolean create(IdiomDevice *device, GError **error)
{
    const float priority = 1;
    VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                     .queueFamilyIndex = device->queue_family,
                                     .queueCount = 1,
                                     .pQueuePriorities = &priority};
    VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &device->chain.core,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .ppEnabledExtensionNames = device->extensions};

    if (device->info.family == IDIOM_FAMILY_VECTOR) /* they stay inside, and checks cost */
        device->features.robust = device->features.robust2 = device->features.robustness2 = FALSE;
    idiom_features_chain(&device->features, &device->chain);
    info.enabledExtensionCount = device->n_extensions =
        idiom_features_extensions(&device->features, device->extensions);
    if (!idiom_room_check(device->name, IDIOM_DEVICE_ROOM, error) ||
        !IDIOM_VK_MAKE(&device->device, vkCreateDevice(device->physical, &info, NULL, &device->device),
                       device->name, error))
        return FALSE;
    vkGetDeviceQueue(device->device, device->queue_family, 0, &device->queue);
    return TRUE;
}

static gboolean open_device(IdiomDevice *device, GError **error)
{
    return idiom_capabilities_read(device, error) && idiom_features_offered(device, error) &&
           idiom_features_suffice(device, error) && idiom_capabilities_choose(device, error) &&
           idiom_queue_find(device, error) && create(device, error);
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

IdiomDevice *idiom_device_new(const char *selector)
{
    IdiomDevice *device = g_new0(IdiomDevice, 1);

    register_shaders();
    g_atomic_ref_count_init(&device->refs);
    device->selector = g_strdup(selector);
    g_mutex_init(&device->queue_lock);
    g_mutex_init(&device->kernel_lock);
    g_mutex_init(&device->scratch_lock);
    g_cond_init(&device->kernel_made);
    device->kernels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    device->in_the_making = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return device;
}

void idiom_device_begin(IdiomDevice *device)
{
    const IdiomDeviceInfo *info = &device->info;

    idiom_device_load_pipeline_cache(device);
    idiom_log(IDIOM_LOG_INFO, "using %s (%s, %s), %s kernels", info->name, info->type, info->driver,
              info->family == IDIOM_FAMILY_LANE ? "lane" : "vector");
}

IdiomDevice *idiom_device_choose(const char *selector, GError **error)
{
    IdiomDevice *device = idiom_device_new(selector);

    device->instance = idiom_instance_new(device, error);
    if (!device->instance || !idiom_physical_choose(device, selector, error))
        g_clear_pointer(&device, idiom_device_unref);
    return device;
}

gboolean idiom_device_start(IdiomDevice *device, GError **error)
{
    if (!open_device(device, error))
        return FALSE;
    idiom_device_begin(device);
    return TRUE;
}

IdiomDevice *idiom_device_open(const char *selector, GError **error)
{
    g_autoptr(IdiomDevice) device = idiom_device_choose(selector, error);
    return device && idiom_device_start(device, error) ? g_steal_pointer(&device) : NULL;
}

IdiomDevice *idiom_device_reopen(IdiomDevice *device, GError **error)
{
    if (device->adopted) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST,
                    "%s was lost, and only the program that made the device can make another", device->name);
        return NULL;
    }
    return device->shared ? idiom_device_shared(device->selector, error)
                          : idiom_device_open(device->selector, error);
}

IdiomDevice *idiom_device_ref(IdiomDevice *device)
{
    g_atomic_ref_count_inc(&device->refs);
    return device;
}

/* Destroys what was made on the VkDevice. */
static void clear(IdiomDevice *device)
{
    GHashTableIter iter;
    gpointer kernel;

    if (!device->helper)
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
}

/* Destroys what idiom_device_open() made. */
static void shut(IdiomDevice *device)
{
    if (device->device)
        vkDestroyDevice(device->device, NULL);
    if (device->messenger) {
        PFN_vkDestroyDebugUtilsMessengerEXT destroy =
            (PFN_vkDestroyDebugUtilsMessengerEXT)vkGetInstanceProcAddr(device->instance,
                                                                       "vkDestroyDebugUtilsMessengerEXT");
        destroy(device->instance, device->messenger, NULL);
    }
    if (device->instance)
        vkDestroyInstance(device->instance, NULL);
}

void idiom_device_unref(IdiomDevice *device)
{
    if (!device || !(device->shared ? idiom_registry_release(device) : g_atomic_ref_count_dec(&device->refs)))
        return;
    if (device->device)
        clear(device);
    if (!device->adopted)
        shut(device);
    g_hash_table_unref(device->kernels);
    g_hash_table_unref(device->in_the_making);
    g_cond_clear(&device->kernel_made);
    g_mutex_clear(&device->queue_lock);
    g_mutex_clear(&device->kernel_lock);
    g_mutex_clear(&device->scratch_lock);
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

guint64 idiom_device_allocated(const IdiomDevice *device)
{
    return (gsize)g_atomic_pointer_get(&((IdiomDevice *)device)->allocated);
}

guint64 idiom_device_free_memory(IdiomDevice *device)
{
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = &budget};
    guint64 limit = device->info.heap_bytes, used = idiom_device_allocated(device);

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

IdiomProducts idiom_device_products(const IdiomDevice *device)
{
    return device->products;
}

const IdiomMatrix *idiom_device_matrix(const IdiomDevice *device)
{
    return &device->matrix;
}

gboolean idiom_device_has_clock(const IdiomDevice *device)
{
    return device->timestamp_bits != 0;
}

gboolean idiom_device_is_staged(const IdiomDevice *device)
{
    return device->staged;
}

guint idiom_device_validation_messages(const IdiomDevice *device)
{
    return (guint)g_atomic_int_get(&device->validation_messages);
}
