/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/interrupt.h"

static volatile sig_atomic_t came;

static void take(int signal)
{
    (void)signal;
    came = 1;
}

void interrupt_begin(Interrupt *before)
{
    const struct sigaction action = {.sa_handler = take, .sa_flags = (int)SA_RESETHAND};
    came = 0;
    sigaction(SIGINT, &action, &before->old_int);
    sigaction(SIGTERM, &action, &before->old_term);
}

gboolean interrupt_came(void)
{
    return came != 0;
}

void interrupt_end(const Interrupt *before)
{
    sigaction(SIGINT, &before->old_int, NULL);
    sigaction(SIGTERM, &before->old_term, NULL);
}
