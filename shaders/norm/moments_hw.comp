#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Combines the chunks of moments.comp to planes [n,c,1,1]: mean or variance.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"

layout(constant_id = 3) const int VARIANCE = 0;

PLANES_OUT(0, y_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d; // of what was reduced
    Floats partial;
    int rows;
    int chunks;
} push;

void main()
{
    int c4 = int(gl_GlobalInvocationID.x), n = int(gl_GlobalInvocationID.y);
    if (c4 >= blocks(push.d))
        return;
    vec4 v;
    for (int k = 0; k < 4; ++k) {
        vec2 m = combine_moments(push.partial, push.d, cut_rows(push.d, push.rows), push.chunks, n, 4 * c4 + k);
        v[k] = VARIANCE != 0 ? m.y : m.x;
    }
    ivec4 d = ivec4(1, 1, push.d.z, push.d.w);
    store4(y_out, d, n, c4, 0, 0, v);
}
