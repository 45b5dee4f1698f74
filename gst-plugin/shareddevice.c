/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shareddevice.h"

typedef struct {
    char *selector;
    IdiomDevice *device;
    guint users;
} SharedDevice;

static GMutex lock;
static GList *devices; /* of SharedDevice */

IdiomDevice *shared_device_acquire(const char *selector, GError **error)
{
    /* Held while opening, so that two elements that start at once open the device once. */
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    for (GList *l = devices; l; l = l->next) {
        SharedDevice *shared = l->data;
        if (g_strcmp0(shared->selector, selector) == 0) {
            shared->users++;
            return shared->device;
        }
    }
    IdiomDevice *device = idiom_device_open(selector, error);
    if (!device)
        return NULL;
    SharedDevice *shared = g_new(SharedDevice, 1);
    *shared = (SharedDevice){g_strdup(selector), device, 1};
    devices = g_list_prepend(devices, shared);
    return device;
}

void shared_device_release(IdiomDevice *device)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    for (GList *l = devices; l; l = l->next) {
        SharedDevice *shared = l->data;
        if (shared->device != device)
            continue;
        if (--shared->users == 0) {
            devices = g_list_delete_link(devices, l);
            idiom_device_unref(shared->device);
            g_free(shared->selector);
            g_free(shared);
        }
        return;
    }
}
