#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Sums over the rows of a matrix times a vector or, element by element, another matrix: one workgroup per row.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"

layout(constant_id = 3) const int VECTOR_OTHER = 0;

layout(push_constant, scalar) uniform Push {
    Floats matrix;
    Floats other;
    Floats sums;
    int columns;
} push;

shared float sums[REDUCE_LANES];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    int row = int(gl_WorkGroupID.x) * push.columns;
    int other = VECTOR_OTHER != 0 ? 0 : row;
    float sum = 0.0;
    for (int j = lane; j < push.columns; j += REDUCE_LANES)
        sum += push.matrix.v[row + j] * push.other.v[other + j];
    sums[lane] = sum;
    barrier();
    if (lane == 0) {
        float s = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i)
            s += sums[i];
        push.sums.v[gl_WorkGroupID.x] = s;
    }
}
