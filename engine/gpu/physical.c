/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices of this machine: listing them and choosing one. */
#include "text.h"
#include "vk.h"

#include <string.h>

const char *idiom_physical_type(VkPhysicalDeviceType type)
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

char *idiom_physical_driver(VkPhysicalDevice physical)
{
    VkPhysicalDeviceDriverProperties driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &driver};

    vkGetPhysicalDeviceProperties2(physical, &props);
    return g_strdup_printf("%s %s", driver.driverName, driver.driverInfo);
}

VkExtensionProperties *idiom_physical_extensions(VkPhysicalDevice physical, guint32 *count, GError **error)
{
    static const char what[] = "listing the device's extensions";

    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(physical, NULL, count, NULL), what, error))
        return NULL;
    g_autofree VkExtensionProperties *list = g_new0(VkExtensionProperties, *count + 1);
    if (!idiom_vk_check(vkEnumerateDeviceExtensionProperties(physical, NULL, count, list), what, error))
        return NULL;
    return g_steal_pointer(&list);
}

char **idiom_device_list(GError **error)
{
    guint32 count;
    VkInstance instance = idiom_instance_new(NULL, error);

    if (!instance)
        return NULL;
    g_autofree VkPhysicalDevice *devices = enumerate(instance, &count, error);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    for (guint32 i = 0; devices && i < count; i++) {
        VkPhysicalDeviceProperties props;
        g_autofree char *driver = idiom_physical_driver(devices[i]);
        vkGetPhysicalDeviceProperties(devices[i], &props);
        g_ptr_array_add(lines, g_strdup_printf("%s (%s, %s)", props.deviceName,
                                               idiom_physical_type(props.deviceType), driver));
    }
    vkDestroyInstance(instance, NULL);
    if (!devices)
        return NULL;
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

gboolean idiom_physical_choose(IdiomDevice *device, const char *selector, GError **error)
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
    g_autofree char *wanted = selector ? idiom_text_short(selector) : NULL;
    if (count == 0)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE,
                    "no Vulkan device; on Debian, mesa-vulkan-drivers brings one for every machine");
    else
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE,
                    "no Vulkan device matches \"%s\"; there are %s", wanted, names->str);
    return FALSE;
}
