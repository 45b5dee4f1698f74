/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Activations: one file each, and a table that the build makes of them. */
#ifndef CHECK_ACTIVATION_H
#define CHECK_ACTIVATION_H

#include <idiom-unstable/ops.h>

typedef struct {
    const char *name;
    double (*value)(double x);
    double (*slope)(double x);
} RefActivation;

/* By IdiomActivation; none for IDIOM_ACT_NONE. */
extern const RefActivation *const ref_activations[];
extern const guint ref_activations_count; /* and one: NONE */

/* "" for NONE. */
const char *ref_activation_name(IdiomActivation act);

double ref_activate(double x, IdiomActivation act);
double ref_activate_slope(double x, IdiomActivation act);

#endif
