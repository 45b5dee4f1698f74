/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SLOPE_GLSL
#define SLOPE_GLSL

/* slope of an activation (IdiomActivation), from its result y */
vec4 slope(vec4 y, int a)
{
    if (a == 1)
        return mix(vec4(0), vec4(1), greaterThan(y, vec4(0)));
    if (a == 2)
        return mix(vec4(0.2), vec4(1), greaterThan(y, vec4(0)));
    if (a == 3)
        return 1.0 - y * y;
    if (a == 4)
        return y * (1.0 - y);
    if (a == 5)
        return 2.0 * y * (1.0 - y);
    if (a == 6)
        return 1.0 - exp(-y);
    return vec4(1);
}

#endif
