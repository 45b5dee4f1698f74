/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program does with the engine, in pieces in which something can go wrong. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include <idiom/device.h>

typedef struct {
    const char *name;
    /* To where the piece begins; must succeed. */
    gpointer (*begin)(IdiomDevice *device);
    /* The piece: FALSE with @error set, or TRUE. After a failure it may be tried again. */
    gboolean (*run)(gpointer state, GError **error);
    /* What was done, or done again after a failure, was done right. NULL: nothing to look at. */
    void (*check)(gpointer state);
    /* Frees everything, whatever run() came to. */
    void (*end)(gpointer state);
    gboolean on_device; /* that is given to begin(); otherwise it opens its own */
    gboolean reopens;   /* goes on with another device if this one is lost */
    gboolean varies;    /* not the same calls each time */
} Scenario;

/* Ends with one without a name. */
extern const Scenario scenarios[];

#endif
