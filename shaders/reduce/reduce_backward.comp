#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Gradient of a loss with respect to planes a; b's is the same with the factor's sign turned.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "reduce/reduce.glsl"

layout(constant_id = 4) const int PAIR = 0;

PLANES_OUT(0, da_out);
PLANES_IN(1, a_in); // not for the mean
PLANES_IN(2, b_in); // for pairs

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats dloss;
    float factor;
} push;

void main()
{
    int x = int(gl_GlobalInvocationID.x), y = int(gl_GlobalInvocationID.y), z = int(gl_GlobalInvocationID.z);
    float factor = push.factor * push.dloss.v[0];
    int n = z / blocks(push.d), c4 = z % blocks(push.d);
    int column = min(x, push.d.x - 1); // rather than a branch: see store4_inside
    vec4 v = vec4(0);
    if (FUNCTION != REDUCE_VALUE)
        v = load4(a_in, push.d, n, c4, y, column);
    if (PAIR != 0)
        v -= load4(b_in, push.d, n, c4, y, column);
    v = factor * loss_slope(vec4, v);
    if (FUNCTION == REDUCE_VALUE)
        v = keep_tail(v, c4, push.d.z);
    store4_inside(da_out, push.d, n, c4, y, x, v);
}
