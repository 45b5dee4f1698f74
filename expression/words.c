/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

void words_init(Words *words)
{
    *words = (Words){.caption_size = 6, .bubble_size = 5, .emoji_size = 14};
}

void words_clear(Words *words)
{
    g_free(words->caption);
    g_free(words->bubble);
    g_free(words->bubble_anchor);
    g_free(words->emoji);
    g_free(words->emoji_place);
    *words = (Words){0};
}

void words_copy(Words *to, const Words *from)
{
    words_clear(to);
    *to = *from;
    to->caption = g_strdup(from->caption);
    to->bubble = g_strdup(from->bubble);
    to->bubble_anchor = g_strdup(from->bubble_anchor);
    to->emoji = g_strdup(from->emoji);
    to->emoji_place = g_strdup(from->emoji_place);
}
