#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Sum of a function of a flat tensor over one chunk of elements.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "reduce/reduce.glsl"

layout(constant_id = 4) const int PAIR = 0;

layout(push_constant, scalar) uniform Push {
    Floats a;
    Floats b;
    Floats partial;
    uint count;
    uint period; // b repeats after so many elements
    uint chunk;
} push;

shared float sums[REDUCE_LANES];

void main()
{
    uint lane = gl_LocalInvocationID.x;
    uint first = gl_WorkGroupID.x * push.chunk;
    uint end = min(first + push.chunk, push.count);
    float sum = 0.0;
    for (uint i = first + lane; i < end; i += REDUCE_LANES) {
        float v = push.a.v[i];
        if (PAIR != 0)
            v -= push.b.v[i % push.period];
        sum += loss_value(v);
    }
    sums[lane] = sum;
    barrier();
    if (lane == 0) {
        float s = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i)
            s += sums[i];
        push.partial.v[gl_WorkGroupID.x] = s;
    }
}
