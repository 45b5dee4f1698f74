#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// A vector divided by its length, possibly in place: one workgroup. Zero stays zero.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"

layout(constant_id = 3) const int KEEP_LENGTH = 0;

layout(push_constant, scalar) uniform Push {
    Floats x;
    Floats unit;
    Floats kept; // its length
    int count;
} push;

shared float sums[REDUCE_LANES];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    float sum = 0.0;
    for (int i = lane; i < push.count; i += REDUCE_LANES) {
        float x = push.x.v[i];
        sum += x * x;
    }
    sums[lane] = sum;
    barrier();
    float square = 0.0;
    for (int i = 0; i < REDUCE_LANES; ++i)
        square += sums[i];
    float size = max(sqrt(square), 1e-12);
    for (int i = lane; i < push.count; i += REDUCE_LANES)
        push.unit.v[i] = push.x.v[i] / size;
    if (KEEP_LENGTH != 0 && lane == 0)
        push.kept.v[0] = size;
}
