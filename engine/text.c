/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#define LONGEST 200 /* characters */

char *idiom_text_short(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    if (g_utf8_strlen(valid, -1) <= LONGEST)
        return g_steal_pointer(&valid);
    g_autofree char *start = g_utf8_substring(valid, 0, LONGEST);
    return g_strconcat(start, "…", NULL);
}
