/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool/command.h"

#include <string.h>

gboolean command_parse(char **argv, const char *usage, const GOptionEntry *entries, guint min, guint max,
                       GStrv *words, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_option_context_add_main_entries(context, entries, NULL);
    g_auto(GStrv) args = g_strdupv(argv);
    if (!g_option_context_parse_strv(context, &args, error))
        return FALSE;
    guint n = args[0] ? g_strv_length(args) - 1 : 0;
    if (n < min || n > max) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "usage: idiom-train %s [OPTION...] %.*s",
                    argv[0], (int)strcspn(usage, "\n"), usage);
        return FALSE;
    }
    *words = g_strdupv(args + 1);
    return TRUE;
}

IdiomStyle *command_load_style(const char *name, GError **error)
{
    g_autofree char *path = idiom_style_find(name, error);
    return path ? idiom_style_load(path, error) : NULL;
}
