/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_LOG_H
#define IDIOM_LOG_H

#include <glib.h>
#include <idiom/api.h>

G_BEGIN_DECLS

/**
 * IdiomLogLevel:
 * @IDIOM_LOG_WARNING: something is wrong, though work goes on; the validation layer's messages, too
 * @IDIOM_LOG_INFO: what is done: which device is used, and how
 * @IDIOM_LOG_DEBUG: details for those who look for a fault
 *
 * How much a message matters. What ends an operation is no message but the [struct@GLib.Error] of the function that
 * failed.
 */
typedef enum {
    IDIOM_LOG_WARNING,
    IDIOM_LOG_INFO,
    IDIOM_LOG_DEBUG,
} IdiomLogLevel;

/**
 * IdiomLogFunc:
 * @level: how much it matters
 * @message: one message, without a newline at its end; belongs to the library
 * @user: what was given to [func@log_set_callback]
 *
 * Receives the messages of the library, from any thread, but from one at a time. It must not use the library.
 */
typedef void (*IdiomLogFunc)(IdiomLogLevel level, const char *message, gpointer user);

/**
 * idiom_log_set_callback:
 * @callback: (nullable) (scope forever) (closure user): receives all messages from now on; %NULL for the default
 * @user: for @callback
 *
 * Sets who receives the messages of the library, for the whole process. By default it is GLib's log, domain "idiom":
 * warnings are printed, and with G_MESSAGES_DEBUG=idiom in the environment the other levels, too.
 *
 * When it returns, the callback before is not running any more and will not be called again. Thread-safe.
 */
IDIOM_API void idiom_log_set_callback(IdiomLogFunc callback, gpointer user);

G_END_DECLS

#endif
