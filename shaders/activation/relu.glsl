/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_relu(vec4 x)
{
    return max(x, vec4(0));
}

vec4 slope_relu(vec4 y)
{
    return mix(vec4(0), vec4(1), greaterThan(y, vec4(0)));
}
