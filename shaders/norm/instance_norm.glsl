// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef INSTANCE_NORM_GLSL
#define INSTANCE_NORM_GLSL

#include "activations.glsl"

// four channels of one row of a flat [n][rows][4 * blocks]
vec4 statistics4(Floats f, int c4s, int rows, int n, int row, int c4)
{
    int at = ((n * rows + row) * c4s + c4) * 4;
    return vec4(f.v[at], f.v[at + 1], f.v[at + 2], f.v[at + 3]);
}

#endif
