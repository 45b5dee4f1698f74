/* SPDX-License-Identifier: LGPL-2.1-or-later */
vec4 activate_sigmoid(vec4 x)
{
    return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}

vec4 slope_sigmoid(vec4 y)
{
    return y * (1.0 - y);
}
