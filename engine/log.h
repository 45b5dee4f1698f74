/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_LOG_PRIVATE_H
#define IDIOM_LOG_PRIVATE_H

#include <idiom/log.h>

/* Gives a message, without a newline at its end, to whoever receives them. Thread-safe. */
void idiom_log(IdiomLogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
