#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm backward: adds the chunks of instance_norm_sums.comp to flat [n][2][channels].
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats partial;
    Floats sums;
    int chunks;
} push;

void main()
{
    int c = int(gl_GlobalInvocationID.x), n = int(gl_GlobalInvocationID.y);
    int row = 8 * blocks(push.d); // both sums
    if (c >= row)
        return;
    float sum = 0.0;
    for (int i = 0; i < push.chunks; ++i)
        sum += push.partial.v[moments_index(push.d, push.chunks, n, i, c)];
    push.sums.v[n * row + c] = sum;
}
