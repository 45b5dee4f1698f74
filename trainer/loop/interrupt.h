/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <glib.h>
#include <signal.h>

/* SIGINT and SIGTERM end a training with a checkpoint; a second one ends it at once. */
typedef struct {
    struct sigaction old_int, old_term;
} Interrupt;

void interrupt_begin(Interrupt *before);
/* Whether one has come since. */
gboolean interrupt_came(void);
void interrupt_end(const Interrupt *before);

#endif
