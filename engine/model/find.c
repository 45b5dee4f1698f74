/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where style files are. */
#include "model/style.h"

#include "text.h"

#include <idiom/renderer.h>
#include <string.h>

static char **style_folders(void)
{
    g_autoptr(GStrvBuilder) folders = g_strv_builder_new();
    const char *path = g_getenv("IDIOM_STYLE_PATH");
    g_auto(GStrv) own = g_strsplit(path ? path : "", ":", -1);
    for (char **folder = own; *folder; folder++)
        if (**folder)
            g_strv_builder_add(folders, *folder);
    g_autofree char *user = g_build_filename(g_get_user_data_dir(), "idiom", "styles", NULL);
    g_strv_builder_add(folders, user);
    g_strv_builder_add(folders, IDIOM_STYLE_DIR);
    return g_strv_builder_end(folders);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **idiom_style_list(void)
{
    g_auto(GStrv) folders = style_folders();
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (char **folder = folders; *folder; folder++) {
        g_autoptr(GDir) dir = g_dir_open(*folder, 0, NULL);
        const char *entry;
        while (dir && (entry = g_dir_read_name(dir))) {
            g_autofree char *name = g_strdup(entry);
            if (!g_str_has_suffix(name, IDIOM_STYLE_SUFFIX))
                continue;
            name[strlen(name) - strlen(IDIOM_STYLE_SUFFIX)] = '\0';
            if (g_str_equal(name, IDIOM_PEOPLE_DEFAULT)) /* it makes masks */
                continue;
            if (*name && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
                g_ptr_array_add(names, g_steal_pointer(&name));
        }
    }
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

char *idiom_style_find(const char *name, GError **error)
{
    if (!name || !*name)
        name = IDIOM_STYLE_DEFAULT;
    if (strchr(name, '/') || g_str_has_suffix(name, IDIOM_STYLE_SUFFIX) ||
        g_str_has_suffix(name, IDIOM_STYLE_ONNX_SUFFIX)) {
        if (g_file_test(name, G_FILE_TEST_EXISTS))
            return g_strdup(name);
        g_autofree char *missing = idiom_text_short(name);
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no such file", missing);
        return NULL;
    }
    g_auto(GStrv) folders = style_folders();
    for (char **folder = folders; *folder && !g_str_equal(name, IDIOM_STYLE_NONE); folder++) {
        g_autofree char *file = g_strconcat(name, IDIOM_STYLE_SUFFIX, NULL);
        g_autofree char *path = g_build_filename(*folder, file, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&path);
    }
    g_auto(GStrv) known = idiom_style_list();
    g_autofree char *looked = g_strjoinv(", ", folders);
    g_autofree char *listed = g_strjoinv(", ", known);
    g_autofree char *unknown = idiom_text_short(name);
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "no style '%s' in %s; there are: %s%s" IDIOM_STYLE_NONE,
                unknown, looked, listed, *listed ? ", " : "");
    return NULL;
}
