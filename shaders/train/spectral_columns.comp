#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Product of a matrix's transpose and a vector: one invocation per column.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats matrix;
    Floats u;
    Floats v;
    int rows;
    int columns;
} push;

void main()
{
    int j = int(gl_GlobalInvocationID.x);
    if (j >= push.columns)
        return;
    float sum = 0.0;
    for (int i = 0; i < push.rows; ++i)
        sum += push.matrix.v[i * push.columns + j] * push.u.v[i];
    push.v.v[j] = sum;
}
