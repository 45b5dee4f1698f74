/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "idiom"
#include "log.h"

/* Held while the receiver runs, so that one that has been replaced is not called any more. */
static GMutex lock;
static IdiomLogFunc receiver;
static gpointer receiver_user;

void idiom_log_set_callback(IdiomLogFunc callback, gpointer user)
{
    g_mutex_lock(&lock);
    receiver = callback;
    receiver_user = user;
    g_mutex_unlock(&lock);
}

static void to_glib(IdiomLogLevel level, const char *message)
{
    static const GLogLevelFlags levels[] = {
        [IDIOM_LOG_WARNING] = G_LOG_LEVEL_WARNING,
        [IDIOM_LOG_INFO] = G_LOG_LEVEL_INFO,
        [IDIOM_LOG_DEBUG] = G_LOG_LEVEL_DEBUG,
    };

    g_log_structured(G_LOG_DOMAIN, levels[level], "MESSAGE", "%s", message);
}

void idiom_log(IdiomLogLevel level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_mutex_lock(&lock);
    gboolean received = receiver != NULL;
    if (received)
        receiver(level, message, receiver_user);
    g_mutex_unlock(&lock);
    if (!received)
        to_glib(level, message);
}
