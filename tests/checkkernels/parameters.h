/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the operations that change parameters in place. Each returns NULL, or what is wrong in one line. */
#ifndef CHECK_PARAMETERS_H
#define CHECK_PARAMETERS_H

#include <idiom-unstable/ops.h>

/* Three steps of Adam against plain C. */
char *check_adam_steps(IdiomDevice *device);

/* Three steps of a moving average of parameters that change in between. */
char *check_average_steps(IdiomDevice *device);

/*
 * Three steps of the power iteration against plain C, in a program that also uses their result.
 */
char *check_iterate_steps(IdiomDevice *device);

#endif
