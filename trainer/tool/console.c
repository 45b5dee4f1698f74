/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool/console.h"

#include <stdio.h>
#include <unistd.h>

static GMutex lock;
static gboolean progress_shown;

gboolean console_is_terminal(void)
{
    return isatty(STDERR_FILENO) != 0;
}

static void write_line(gboolean progress, const char *format, va_list args)
{
    g_autofree char *line = g_strdup_vprintf(format, args);
    g_mutex_lock(&lock);
    progress = progress && console_is_terminal();
    fprintf(stderr, "%s%s%s", progress_shown ? "\r\033[K" : "", line, progress ? "" : "\n");
    fflush(stderr);
    progress_shown = progress;
    g_mutex_unlock(&lock);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(FALSE, format, args);
    va_end(args);
}

void say_progress(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_line(TRUE, format, args);
    va_end(args);
}
