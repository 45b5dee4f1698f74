/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train info: how a style file was made, and which there are. */
#include "tool/command.h"
#include "tool/cost.h"

#include <stdio.h>
#include <string.h>

static void list(void)
{
    g_auto(GStrv) names = idiom_style_list();
    for (char **name = names; *name; name++)
        puts(*name);
}

gboolean command_info(char **argv, GError **error)
{
    const GOptionEntry entries[] = {{NULL}};
    g_auto(GStrv) words = NULL;
    if (!command_parse(argv, "[STYLE] - show how a style was made; without one, which there are", entries, 0,
                       1, &words, error))
        return FALSE;
    if (!words[0]) {
        list();
        return TRUE;
    }
    g_autoptr(IdiomStyle) style = command_load_style(words[0], error);
    if (!style)
        return FALSE;
    GHashTable *metadata = idiom_style_metadata(style);
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(metadata), (GCompareFunc)strcmp);
    for (GList *key = keys; key; key = key->next)
        if (!g_str_equal(key->data, "network")) /* the graph, for machines */
            printf("%-18s %s\n", (char *)key->data, (char *)g_hash_table_lookup(metadata, key->data));
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, NULL);
    return !device || cost_print(style, device, error);
}
