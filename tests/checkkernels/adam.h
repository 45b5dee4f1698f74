/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECK_ADAM_H
#define CHECK_ADAM_H

#include <idiom/ops.h>

/* Three steps of Adam against plain C. Returns NULL, or what is wrong in one line. */
char *adam_check(IdiomDevice *device);

#endif
