/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_HALF_H
#define IDIOM_HALF_H

#include <glib.h>
#include <math.h>

/* IEEE 754 binary16 to binary32 */
static inline float idiom_half_to_float(guint16 half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    float magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                      : exponent == 0 ? ldexpf((float)fraction, -24)
                                      : ldexpf((float)(1024 + fraction), exponent - 25);
    return half & 0x8000 ? -magnitude : magnitude;
}

#endif
