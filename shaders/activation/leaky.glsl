/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_leaky(vec4 x)
{
    return max(x, 0.2 * x);
}

vec4 slope_leaky(vec4 y)
{
    return mix(vec4(0.2), vec4(1), greaterThan(y, vec4(0)));
}
