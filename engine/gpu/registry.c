/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that are shared: each is open once, for as long as anybody uses it and it is not lost. */
#include "vk.h"

#include <string.h>

typedef struct {
    guint8 id[2 * VK_UUID_SIZE]; /* of the device and its driver */
    IdiomDevice *device;         /* not a reference; NULL while somebody opens it */
} Entry;

static GMutex lock;
static GCond changed; /* something was opened, or could not be */
static GList *entries;

static void read_id(VkPhysicalDevice physical, guint8 *id)
{
    VkPhysicalDeviceIDProperties ids = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &ids};

    vkGetPhysicalDeviceProperties2(physical, &props);
    memcpy(id, ids.deviceUUID, VK_UUID_SIZE);
    memcpy(id + VK_UUID_SIZE, ids.driverUUID, VK_UUID_SIZE);
}

static void drop(Entry *entry)
{
    entries = g_list_remove(entries, entry);
    g_free(entry);
}

/* What there is of @id; those who hold a device that was lost are left alone with it. */
static Entry *find(const guint8 *id)
{
    for (GList *l = entries; l; l = l->next) {
        Entry *entry = l->data;
        if (memcmp(entry->id, id, sizeof entry->id) != 0)
            continue;
        if (!entry->device || !idiom_device_is_lost(entry->device))
            return entry;
        drop(entry);
        return NULL;
    }
    return NULL;
}

/* A reference to the device of @id that is open already; NULL: the caller has to open it. */
static IdiomDevice *claim(const guint8 *id)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    Entry *entry;
    while ((entry = find(id)) && !entry->device)
        g_cond_wait(&changed, &lock);
    if (entry)
        return idiom_device_ref(entry->device);
    entry = g_new0(Entry, 1);
    memcpy(entry->id, id, sizeof entry->id);
    entries = g_list_prepend(entries, entry);
    return NULL;
}

/* @device: NULL if it could not be opened: whoever waits for it tries himself. */
static void fulfil(const guint8 *id, IdiomDevice *device)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    Entry *entry = find(id);
    if (device) {
        entry->device = device;
        device->shared = TRUE;
    } else {
        drop(entry);
    }
    g_cond_broadcast(&changed);
}

IdiomDevice *idiom_device_shared(const char *selector, GError **error)
{
    guint8 id[2 * VK_UUID_SIZE];
    g_autoptr(IdiomDevice) device = idiom_device_choose(selector, error);
    if (!device)
        return NULL;
    read_id(device->physical, id);
    IdiomDevice *open = claim(id);
    if (open)
        return open;
    gboolean ok = idiom_device_start(device, error);
    fulfil(id, ok ? device : NULL);
    return ok ? g_steal_pointer(&device) : NULL;
}

gboolean idiom_registry_release(IdiomDevice *device)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    if (!g_atomic_ref_count_dec(&device->refs))
        return FALSE;
    for (GList *l = entries; l; l = l->next)
        if (((Entry *)l->data)->device == device) {
            drop(l->data);
            break;
        }
    return TRUE;
}
