/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by the files of the layer. */
#ifndef INTERNAL_H
#define INTERNAL_H

#include "calls.h"
#include "faults.h"

typedef enum {
#define CALL(name, ...) CALL_##name,
    CALLS_THAT_MAY_FAIL(CALL) CALLS_WATCHED(CALL)
#undef CALL
        N_CALLS
} Call;

/* An instance or a device. */
typedef struct {
    gpointer key;    /* the loader's table, the same for all handles that belong to it */
    VkDevice device; /* NULL: an instance */
    gboolean lost;
    GHashTable *objects; /* "type handle" */

    /* what lies below this layer; asked for at once, because the loader answers otherwise later */
    PFN_vkVoidFunction next[N_CALLS];
    PFN_vkGetInstanceProcAddr next_instance;
    PFN_vkGetDeviceProcAddr next_device;
} Chain;

/* --- chain.c ------------------------------------------------------------------------------------------------------ */

/* @handle: dispatchable */
Chain *chain_of(gconstpointer handle);
void chain_add_instance(VkInstance instance, PFN_vkGetInstanceProcAddr next);
void chain_add_device(VkDevice device, PFN_vkGetDeviceProcAddr next);
void chain_remove(Chain *chain);

void chain_object_made(Chain *chain, const char *type, guint64 handle);
/* FALSE if it is not there: then the driver must not see it. */
gboolean chain_object_freed(Chain *chain, const char *type, guint64 handle);

/* --- faults.c ----------------------------------------------------------------------------------------------------- */

/* What this call of @call is to return; VK_SUCCESS: what it does by itself. @chain: NULL before there is an instance. */
VkResult faults_result(Call call, Chain *chain);
gboolean faults_timestamps_hidden(void);

#endif
