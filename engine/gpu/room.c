/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drivers and their compilers take memory without looking whether there is any: it is looked for before they start. */
#include "vk.h"

#include <sys/mman.h>

gboolean idiom_room_check(const char *what, guint mebibytes, GError **error)
{
    const gsize size = (gsize)mebibytes << 20;
    gpointer room =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room != MAP_FAILED) {
        munmap(room, size);
        return TRUE;
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY,
                "%s: out of host memory: the driver may need %u MiB more than this process can have", what,
                mebibytes);
    return FALSE;
}
