/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What messages say of words that others wrote. */
#ifndef IDIOM_TEXT_H
#define IDIOM_TEXT_H

#include <glib.h>

/* (transfer full): @text, valid UTF-8, of which so much is left that a message can be read. */
char *idiom_text_short(const char *text);

#endif
