/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instances and devices that are open, and the objects made from them. */
#include "internal.h"

#include <string.h>

static GMutex lock;
static GList *chains; /* Chain */
static guint mistakes;

/* A device keeps these for itself until it is destroyed. */
static const char *const kept[] = {"VkPipeline", "VkPipelineLayout", "VkDescriptorSetLayout",
                                   "VkPipelineCache", NULL};

Chain *chain_of(gconstpointer handle)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    const gpointer key = *(const gpointer *)handle;
    for (GList *l = chains; l; l = l->next)
        if (((Chain *)l->data)->key == key)
            return l->data;
    g_error("a handle of no instance or device that is open");
}

static const char *const names[] = {
#define CALL(name, ...) "vk" #name,
    CALLS_THAT_MAY_FAIL(CALL) CALLS_WATCHED(CALL)
#undef CALL
};

static void add(Chain *chain)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    chain->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    chains = g_list_prepend(chains, chain);
}

void chain_add_instance(VkInstance instance, PFN_vkGetInstanceProcAddr next)
{
    Chain *chain = g_new0(Chain, 1);
    chain->key = *(gpointer *)instance;
    chain->next_instance = next;
    for (guint i = 0; i < N_CALLS; i++)
        chain->next[i] = next(instance, names[i]);
    add(chain);
}

void chain_add_device(VkDevice device, PFN_vkGetDeviceProcAddr next)
{
    Chain *chain = g_new0(Chain, 1);
    chain->key = *(gpointer *)device;
    chain->device = device;
    chain->next_device = next;
    for (guint i = 0; i < N_CALLS; i++)
        chain->next[i] = next(device, names[i]);
    add(chain);
}

static void mistake(const char *what, const char *object)
{
    mistakes++;
    g_printerr("faults: %s: %s\n", what, object);
}

void chain_remove(Chain *chain)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    GHashTableIter iter;
    gpointer object;
    g_hash_table_iter_init(&iter, chain->objects);
    while (g_hash_table_iter_next(&iter, &object, NULL))
        mistake("left behind", object);
    chains = g_list_remove(chains, chain);
    g_hash_table_unref(chain->objects);
    g_free(chain);
}

static char *describe(const char *type, guint64 handle)
{
    return g_strdup_printf("%s %" G_GINT64_MODIFIER "x", type, handle);
}

void chain_object_made(Chain *chain, const char *type, guint64 handle)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    g_hash_table_add(chain->objects, describe(type, handle));
}

gboolean chain_object_freed(Chain *chain, const char *type, guint64 handle)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    g_autofree char *object = describe(type, handle);
    if (!handle || g_hash_table_remove(chain->objects, object))
        return TRUE;
    mistake("freed, but not there", object);
    return FALSE;
}

static gboolean is_kept(const char *object)
{
    g_autofree char *type = g_strndup(object, strcspn(object, " "));
    return g_strv_contains(kept, type);
}

guint faults_objects(void)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    guint count = 0;
    for (GList *l = chains; l; l = l->next) {
        GHashTableIter iter;
        gpointer object;
        count++;
        g_hash_table_iter_init(&iter, ((Chain *)l->data)->objects);
        while (g_hash_table_iter_next(&iter, &object, NULL))
            count += !is_kept(object);
    }
    return count;
}

guint faults_mistakes(void)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    return mistakes;
}
