/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Teaches the people network what another finds. */
#ifndef PEOPLE_LEARN_H
#define PEOPLE_LEARN_H

#include <idiom-unstable/graph.h>
#include <idiom-unstable/stylefile.h>

typedef struct {
    const char *const *content; /* files and folders, NULL-terminated */
    const char *teacher;        /* path of its file */
    const IdiomStyle *style;    /* that file */
    const char *out;
    int steps, batch, views, checkpoint_every;
    double rate;
    gint64 seed;
    gboolean resume;
    const char *command; /* the command line, for the record */
} PeopleOptions;

/*
 * Trains as @options say and writes options->out. Beside it: NAME.checkpoint.safetensors, from which a training that was
 * interrupted goes on to the same weights, bit for bit.
 */
gboolean people_learn(const PeopleOptions *options, IdiomDevice *device, GError **error);

/*
 * What is made small: binary cross entropy of @logits with the mask that is @wanted, planes [n,1,h,w], and the mean
 * difference of the mask that they are; two flat scalars.
 */
void people_losses(IdiomGraph *graph, IdiomTensor *logits, IdiomTensor *wanted, IdiomTensor *losses[2]);

#endif
