#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Gradient of mean_hw: dy * factor everywhere; of variance_hw: dy * factor * (x - mean).
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int VARIANCE = 0;

PLANES_IN(0, dy_in);
PLANES_OUT(1, dx_out);
PLANES_IN(2, x_in);    // these two for the variance only
PLANES_IN(3, mean_in);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    float factor;
} push;

void main()
{
    int x = int(gl_GlobalInvocationID.x), y = int(gl_GlobalInvocationID.y), z = int(gl_GlobalInvocationID.z);
    int n = z / blocks(push.d), c4 = z % blocks(push.d);
    ivec4 one = ivec4(1, 1, push.d.z, push.d.w);
    vec4 v = load4(dy_in, one, n, c4, 0, 0) * push.factor;
    if (VARIANCE != 0)
        v *= load4(x_in, push.d, n, c4, y, min(x, push.d.x - 1)) - load4(mean_in, one, n, c4, 0, 0);
    store4_inside(dx_out, push.d, n, c4, y, x, v);
}
