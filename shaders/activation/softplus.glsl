/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_softplus(vec4 x)
{
    return max(x, vec4(0)) + log(1.0 + exp(-abs(x)));
}

vec4 slope_softplus(vec4 y)
{
    return 1.0 - exp(-y);
}
