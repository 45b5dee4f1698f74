/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <glib.h>

/* What the tool says on stderr: lasting lines, and one progress line below them. Thread-safe. */

/* A line that stays. */
void say(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Replaces the progress line; where stderr is not a terminal, it is a line that stays. */
void say_progress(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* TRUE if stderr is a terminal, where a progress line may be written often. */
gboolean console_is_terminal(void);

#endif
