/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inputs of a case: random values, and the tensors of a graph that receive them. */
#ifndef CHECK_OPERANDS_H
#define CHECK_OPERANDS_H

#include "checks.h"

#include <idiom-unstable/program.h>

typedef struct {
    const Case *c;
    IdiomParams *params;
    Ref *values[REF_MAX_IN];
    IdiomTensor *inputs[REF_MAX_IN];  /* written by the host */
    IdiomTensor *tensors[REF_MAX_IN]; /* what the operation gets */
} Operands;

/* Operands whose bit is set in @gradients are trainable or want a gradient. */
void operands_init(Operands *o, const Case *c, IdiomDevice *device, IdiomGraph *g, IdiomPrecision precision,
                   guint gradients, GRand *random);
/* Hands the values to a program made of the graph. */
void operands_upload(const Operands *o, IdiomProgram *program);
void operands_clear(Operands *o);

/* Random values that the device's storage holds exactly, so that only its arithmetic is judged. */
Ref *random_tensor(IdiomShape shape, Fill fill, gboolean half, GRand *random);

float *to_floats(const Ref *t);

/* A scalar: the sum of @result's elements, each times the one of @weights, is @factor times this. */
IdiomTensor *weighted_sum(IdiomGraph *g, IdiomTensor *result, const Ref *weights, double *factor);

#endif
