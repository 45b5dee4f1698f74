/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

/* Where position @i of a padded row of @n comes from; -1: zero. */
int ref_padded_source(int i, int n, IdiomPadMode mode)
{
    if (i >= 0 && i < n)
        return i;
    if (mode == IDIOM_PAD_EDGE)
        return CLAMP(i, 0, n - 1);
    if (mode == IDIOM_PAD_ZERO)
        return -1;
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return i;
}
