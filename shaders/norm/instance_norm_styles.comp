#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm backward: gradients of gamma and beta from the sums over each image.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int MIX = 0;

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats sums;
    Floats mix;
    Floats dgamma;
    Floats dbeta;
    int mix_step;
} push;

void main()
{
    int c = int(gl_GlobalInvocationID.x), s = int(gl_GlobalInvocationID.y);
    if (c >= push.d.z)
        return;
    int channels = 4 * blocks(push.d);
    float dgamma = 0.0, dbeta = 0.0;
    for (int n = 0; n < push.d.w; ++n) {
        float share = 1.0;
        if (MIX != 0)
            share = push.mix.v[n * push.mix_step + s];
        dbeta += share * push.sums.v[2 * n * channels + c];
        dgamma += share * push.sums.v[(2 * n + 1) * channels + c];
    }
    push.dgamma.v[s * push.d.z + c] = dgamma;
    push.dbeta.v[s * push.d.z + c] = dbeta;
}
