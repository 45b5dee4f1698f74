#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Adds partial sums, and scales: one workgroup.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"

layout(push_constant, scalar) uniform Push {
    Floats partial;
    Floats result;
    int count;
    float factor;
} push;

shared float sums[REDUCE_LANES];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    float sum = 0.0;
    for (int i = lane; i < push.count; i += REDUCE_LANES)
        sum += push.partial.v[i];
    sums[lane] = sum;
    barrier();
    if (lane == 0) {
        float s = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i)
            s += sums[i];
        push.result.v[0] = s * push.factor;
    }
}
