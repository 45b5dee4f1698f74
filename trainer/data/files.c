/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/files.h"

#include "tool/console.h"

#include <idiom/error.h>
#include <string.h>

#define MAX_DEPTH 32 /* of folders; a loop of links ends here */

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect(GPtrArray *files, const char *path, guint depth)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(path));
        return;
    }
    GDir *dir = depth < MAX_DEPTH ? g_dir_open(path, 0, NULL) : NULL;
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
        collect(files, names->pdata[i], depth + 1);
}

GPtrArray *files_collect(const char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    for (; *paths; paths++) {
        if (!g_file_test(*paths, G_FILE_TEST_EXISTS)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no such file or folder", *paths);
            return NULL;
        }
        collect(files, *paths, 0);
    }
    if (!files->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no file in it", paths[-1]);
        return NULL;
    }
    return g_steal_pointer(&files);
}
