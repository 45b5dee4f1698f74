// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef INSTANCE_NORM_GLSL
#define INSTANCE_NORM_GLSL

const float EPSILON = 1e-5;

// Rows that one invocation of an apply pass covers with the statistics it has loaded; also in instance_norm.c.
const int APPLY_ROWS = 6;

// Statistics are flat [n][4][channels, rounded up to blocks]: rows
const int SCALE = 0;   // gamma / deviation
const int SHIFT = 1;   // beta - gamma mean / deviation
const int MEAN = 2;
const int INVERSE = 3; // 1 / deviation

// four channels of one row of a flat [n][rows][4 * blocks]
vec4 statistics4(Floats f, int c4s, int rows, int n, int row, int c4)
{
    int at = ((n * rows + row) * c4s + c4) * 4;
    return vec4(f.v[at], f.v[at + 1], f.v[at + 2], f.v[at + 3]);
}

// derivative of activate(v, a)
vec4 activation_slope(vec4 v, int a)
{
    if (a == 1)
        return mix(vec4(0), vec4(1), greaterThan(v, vec4(0)));
    if (a == 2)
        return mix(vec4(0.2), vec4(1), greaterThan(v, vec4(0)));
    vec4 y = activate(v, a);
    if (a == 3)
        return 1.0 - y * y;
    if (a == 4)
        return y * (1.0 - y);
    if (a == 5)
        return 2.0 * y * (1.0 - y);
    if (a == 6)
        return activate(v, 4);
    return vec4(1);
}

#endif
