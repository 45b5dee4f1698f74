/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_tanh01(vec4 x)
{
    return 0.5 + 0.5 * tanh(clamp(x, -15.0, 15.0));
}

vec4 slope_tanh01(vec4 y)
{
    return 2.0 * y * (1.0 - y);
}
