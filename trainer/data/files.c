/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/files.h"

#include "tool/console.h"

#include <idiom/error.h>
#include <glib/gstdio.h>
#include <string.h>

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether the folder has not been met before, by whatever way leads there. */
static gboolean is_new(GHashTable *met, const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) != 0)
        return TRUE; /* it cannot be opened, either */
    return g_hash_table_add(met, g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                 (guint64)status.st_dev, (guint64)status.st_ino));
}

/* @met: folders, so that links that lead in a circle, or twice to one, are followed once */
static void collect(GPtrArray *files, GHashTable *met, const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return;
    }
    if (!is_new(met, path))
        return;
    GDir *dir = g_dir_open(path, 0, NULL);
    if (!dir) {
        say("%s: skipped: this folder cannot be read", path);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (name[0] != '.')
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names); /* the order in a folder is the file system's business */
    for (guint i = 0; i < names->len; i++)
        collect(files, met, names->pdata[i]);
}

GPtrArray *files_collect(const char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) met = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (; *paths; paths++) {
        if (!g_file_test(*paths, G_FILE_TEST_EXISTS)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no such file or folder", *paths);
            return NULL;
        }
        collect(files, met, *paths);
    }
    if (!files->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no file in it", paths[-1]);
        return NULL;
    }
    return g_steal_pointer(&files);
}
