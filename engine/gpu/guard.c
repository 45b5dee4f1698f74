/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For tests (IDIOM_GUARD=1): bytes before and after every buffer, which nobody may write. The bytes after it belong to
 * the buffer that is bound, or robustBufferAccess would drop what is stored there and hide it. They are not part of
 * the texel buffer that lane kernels read, which still finds zeros beyond the end. Where a kernel reads them through a
 * storage buffer it finds NaN, fp16 or fp32. Only memory that the host can map is guarded, as all of a CPU's is.
 */
#include "log.h"
#include "vk.h"

#include <string.h>

#define PATTERN 0xff

gsize idiom_guard_bytes(void)
{
    return g_strcmp0(g_getenv("IDIOM_GUARD"), "1") == 0 ? 65536 : 0;
}

void idiom_guard_set(const IdiomGuard *guard)
{
    memset(guard->start - idiom_guard_bytes(), PATTERN, idiom_guard_bytes());
    memset(guard->start + guard->size, PATTERN, guard->room - guard->size);
}

/* Bytes until the first one that is not the pattern; @count if all are. */
static gsize intact(const guint8 *bytes, gsize count)
{
    gsize i = 0;
    while (i < count && bytes[i] == PATTERN)
        i++;
    return i;
}

void idiom_guard_check(IdiomDevice *device, const IdiomGuard *guard)
{
    gsize before = idiom_guard_bytes(), after = guard->room - guard->size;
    gsize low = intact(guard->start - before, before), high = intact(guard->start + guard->size, after);
    if (low == before && high == after)
        return;
    g_atomic_int_inc(&device->overruns);
    if (low < before)
        idiom_log(IDIOM_LOG_WARNING, "guard: written %zu bytes before a buffer of %zu", before - low,
                  guard->size);
    if (high < after)
        idiom_log(IDIOM_LOG_WARNING, "guard: written %zu bytes after the end of a buffer of %zu", high,
                  guard->size);
}

guint idiom_device_overruns(const IdiomDevice *device)
{
    return (guint)g_atomic_int_get(&device->overruns);
}
