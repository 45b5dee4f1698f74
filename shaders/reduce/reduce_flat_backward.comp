#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Gradient of a loss with respect to flat a.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "reduce/reduce.glsl"

layout(constant_id = 4) const int PAIR = 0;

layout(push_constant, scalar) uniform Push {
    Floats a;
    Floats b;
    Floats da;
    Floats dloss;
    uint count;
    uint period;
    uint chunk;
    float factor;
} push;

void main()
{
    float factor = push.factor * push.dloss.v[0];
    uint first = gl_WorkGroupID.x * push.chunk;
    uint end = min(first + push.chunk, push.count);
    for (uint i = first + gl_LocalInvocationID.x; i < end; i += REDUCE_LANES) {
        float v = push.a.v[i];
        if (PAIR != 0)
            v -= push.b.v[i % push.period];
        push.da.v[i] = factor * loss_slope(float, v);
    }
}
