/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compiling ahead of the first run. A driver that puts it off compiles in its queue, where it holds up all other work, and
 * one kernel after the other. So helper devices do it, each with a queue of its own, and leave the results in the
 * driver's cache; the device itself then finds them there within milliseconds a kernel. Nothing runs meanwhile: a dispatch
 * of no workgroups is enough.
 */
#include "vk.h"

#include <string.h>

#define MAX_HELPERS 4

typedef struct {
    IdiomDevice *device;
    GArray *requests; /* IdiomKernelRequest */
    gint next;        /* atomic */
} Job;

static gboolean is_half(const IdiomKernelRequest *request)
{
    return g_str_has_suffix(request->resource, "16");
}

/* A dispatch of no workgroups on @device. */
static gboolean touch(IdiomDevice *device, const IdiomKernelRequest *request)
{
    static const guint8 push[IDIOM_PUSH_BYTES];
    IdiomArena *arena = idiom_arena_new(device);
    IdiomPlanes *planes =
        idiom_arena_planes(arena, request->texels ? IDIOM_FAMILY_LANE : IDIOM_FAMILY_VECTOR,
                           is_half(request) ? IDIOM_FP16 : IDIOM_FP32, IDIOM_SHAPE(1, 4, 1, 3), NULL);
    IdiomPlanes *all[IDIOM_KERNEL_MAX_PLANES];
    for (guint i = 0; i < IDIOM_KERNEL_MAX_PLANES; i++)
        all[i] = planes;
    IdiomCommands *commands = planes ? idiom_commands_new(device, 0, NULL) : NULL;
    IdiomKernel *kernel = idiom_kernel_get(device, request->resource, request->spec, request->n_spec,
                                           request->n_planes, request->texels, NULL);
    gboolean ok = commands && kernel &&
                  idiom_commands_dispatch(commands, kernel, all, request->n_planes, push, sizeof push,
                                          &(IdiomGrid){{0}}, NULL) &&
                  idiom_commands_end(commands, NULL) && idiom_commands_run(commands, NULL);
    idiom_commands_free(commands);
    idiom_arena_free(arena);
    return ok;
}

/* One of the helpers. */
static gpointer help(gpointer data)
{
    Job *job = data;
    g_autoptr(IdiomDevice) device = idiom_device_open(job->device->selector, NULL);
    if (!device)
        return NULL;
    device->helper = TRUE;
    for (;;) {
        const guint i = (guint)g_atomic_int_add(&job->next, 1);
        if (i >= job->requests->len || !touch(device, &g_array_index(job->requests, IdiomKernelRequest, i)))
            return NULL;
    }
}

static void compile_ahead(IdiomDevice *device, GArray *requests)
{
    Job job = {device, requests, 0};
    GThread *helpers[MAX_HELPERS];
    guint count = MIN(MIN(g_get_num_processors(), MAX_HELPERS), requests->len);
    while (count && !idiom_room_check("helpers", count * 3 * IDIOM_DEVICE_ROOM, NULL))
        count--;
    for (guint i = 0; i < count; i++)
        helpers[i] = g_thread_try_new("idiom-warm", help, &job, NULL);
    for (guint i = 0; i < count; i++)
        if (helpers[i])
            g_thread_join(helpers[i]);
}

/* The kernels that nobody has warmed yet. */
static GArray *take_cold(IdiomDevice *device)
{
    GArray *requests = g_array_new(FALSE, FALSE, sizeof(IdiomKernelRequest));
    GHashTableIter iter;
    gpointer value;
    g_mutex_lock(&device->kernel_lock);
    g_hash_table_iter_init(&iter, device->kernels);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        IdiomKernel *kernel = value;
        if (!kernel->warm)
            g_array_append_val(requests, kernel->request);
        kernel->warm = TRUE;
    }
    g_mutex_unlock(&device->kernel_lock);
    return requests;
}

void idiom_device_warm(IdiomDevice *device)
{
    if (!g_str_equal(device->info.type, "cpu") || device->adopted)
        return;
    g_autoptr(GArray) requests = take_cold(device);
    if (requests->len)
        compile_ahead(device, requests);
    for (guint i = 0; i < requests->len; i++)
        if (!touch(device, &g_array_index(requests, IdiomKernelRequest, i)))
            return;
}
