/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What emoji are called, in English and Chinese. */
#ifndef EXPRESSION_EMOJI_H
#define EXPRESSION_EMOJI_H

#include <glib.h>

/* The emoji of that name, also in the plural, or NULL. */
const char *emoji_find(const char *name);

/* The emoji whose Chinese name @text begins with, and how many bytes that has; NULL for none. */
const char *emoji_find_chinese(const char *text, gsize *bytes);

/* Emoji one by one, with what belongs to them: joined ones, colours of skin, flags. */
char **emoji_split(const char *text);

/* Whether @part, of emoji_split(), can be one. */
gboolean emoji_is_one(const char *part);

/* Some names, for messages. */
char *emoji_some_names(void);

#endif
