#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Sum over the batch: planes [n,c,h,w] to [1,c,h,w].
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

PLANES_IN(0, x_in);
PLANES_OUT(1, y_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
} push;

void main()
{
    int x = int(gl_GlobalInvocationID.x), y = int(gl_GlobalInvocationID.y), c4 = int(gl_GlobalInvocationID.z);
    vec4 v = vec4(0);
    for (int n = 0; n < push.d.w; ++n)
        v += load4(x_in, push.d, n, c4, y, min(x, push.d.x - 1));
    ivec4 one = ivec4(push.d.xyz, 1);
    store4_inside(y_out, one, 0, c4, y, x, v);
}
