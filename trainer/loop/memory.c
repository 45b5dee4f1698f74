/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/memory.h"

#include "tool/console.h"

/* "1.3 GiB", "82 MiB" */
static char *size_text(guint64 bytes)
{
    const double mib = (double)bytes / (1 << 20);
    return mib < 1000 ? g_strdup_printf("%.0f MiB", mib) : g_strdup_printf("%.1f GiB", mib / 1024);
}

gboolean memory_check(IdiomDevice *device, const char *what, guint64 needed, const char *hint, GError **error)
{
    const guint64 there = idiom_device_free_memory(device);
    const char *name = idiom_device_info(device)->name;
    g_autofree char *needed_text = size_text(needed);
    g_autofree char *there_text = size_text(there);
    if (needed > there) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY,
                    "%s needs %s of device memory, %s has %s free; lower %s", what, needed_text, name,
                    there_text, hint);
        return FALSE;
    }
    say("%s needs %s of device memory, %s has %s free", what, needed_text, name, there_text);
    return TRUE;
}
