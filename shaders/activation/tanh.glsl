/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_tanh(vec4 x)
{
    return tanh(clamp(x, -15.0, 15.0)); /* drivers overflow beyond */
}

vec4 slope_tanh(vec4 y)
{
    return 1.0 - y * y;
}
