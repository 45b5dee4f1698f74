/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OPTIMIZER_H
#define OPTIMIZER_H

#include "tool/options.h"

#include <idiom-unstable/program.h>

/*
 * Adam for one set of parameters, a program of its own: the host looks at the gradient before it is applied, so that a
 * step that is not finite changes nothing.
 */
typedef struct {
    IdiomParams *params, *m, *v;
    double beta1, beta2;
    IdiomParams *average; /* moving average of params, or NULL */
    double decay;         /* of the average */
    guint64 steps;        /* taken so far */
    IdiomProgram *program;
    float *gradient, *hyper, *keep; /* the program's inputs */
} Optimizer;

/*
 * @params: may not change in number or shape afterwards
 * @average: receives their exponential moving average, @decay being its decay; of equal size; NULL for none
 */
gboolean optimizer_init(Optimizer *o, IdiomDevice *device, IdiomParams *params, const AdamOptions *adam,
                        IdiomParams *average, double decay, GError **error);
void optimizer_clear(Optimizer *o);

/* One step against @gradient (idiom_params_elements() values). */
gboolean optimizer_step(Optimizer *o, const float *gradient, double learning_rate, GError **error);

/* The learning rate of step number @step, when @progress of the training, 0..1, is done: @rate, less at both ends. */
double optimizer_rate(double rate, guint64 step, double progress);

#endif
