/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory for what lasts no longer than a run, which all programs of a device have in common. */
#include "vk.h"

struct IdiomScratch {
    guint refs; /* under the device's lock */
    IdiomScratchKind kind;
    IdiomArena *arena; /* which keeps the device */
    IdiomDevice *device;
    IdiomPlanes *planes;
    IdiomBuffer *buffer;
};

static gboolean is_of(const IdiomScratch *scratch, const IdiomScratchKind *kind)
{
    const IdiomScratchKind *own = &scratch->kind;
    const IdiomShape a = own->blocks, b = kind->blocks;
    return own->nth == kind->nth && own->bytes == kind->bytes && own->precision == kind->precision &&
           a.n == b.n && a.c == b.c && a.h == b.h && a.w == b.w;
}

/* The planes have whole blocks of four channels. */
static IdiomShape planes_shape(const IdiomScratchKind *kind)
{
    return IDIOM_SHAPE(kind->blocks.n, 4 * kind->blocks.c, kind->blocks.h, kind->blocks.w);
}

static IdiomScratch *make(IdiomDevice *device, const IdiomScratchKind *kind, GError **error)
{
    IdiomScratch *scratch = g_new0(IdiomScratch, 1);
    scratch->kind = *kind;
    scratch->device = device;
    scratch->arena = idiom_arena_new_exact(device);
    if (kind->bytes)
        scratch->buffer = idiom_arena_buffer(scratch->arena, kind->bytes, FALSE, error);
    else
        scratch->planes = idiom_arena_planes(scratch->arena, device->info.family, kind->precision,
                                             planes_shape(kind), error);
    if (scratch->buffer || scratch->planes)
        return scratch;
    idiom_arena_free(scratch->arena);
    g_free(scratch);
    return NULL;
}

IdiomScratch *idiom_scratch_take(IdiomDevice *device, const IdiomScratchKind *kind, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&device->scratch_lock);
    IdiomScratch *scratch = NULL;
    for (GList *l = device->scratch; l && !scratch; l = l->next)
        if (is_of(l->data, kind))
            scratch = l->data;
    if (!scratch && (scratch = make(device, kind, error)))
        device->scratch = g_list_prepend(device->scratch, scratch);
    if (scratch)
        scratch->refs++;
    return scratch;
}

void idiom_scratch_give_back(IdiomScratch *scratch)
{
    IdiomDevice *device = scratch->device;
    g_mutex_lock(&device->scratch_lock);
    const gboolean last = --scratch->refs == 0;
    if (last)
        device->scratch = g_list_remove(device->scratch, scratch);
    g_mutex_unlock(&device->scratch_lock);
    if (!last)
        return;
    idiom_arena_free(scratch->arena);
    g_free(scratch);
}

IdiomPlanes *idiom_scratch_planes(IdiomScratch *scratch)
{
    return scratch->planes;
}

IdiomBuffer *idiom_scratch_buffer(IdiomScratch *scratch)
{
    return scratch->buffer;
}
