/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For qsort(): the smallest first. */
#ifndef TEST_COMPARE_H
#define TEST_COMPARE_H

static inline int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#endif
