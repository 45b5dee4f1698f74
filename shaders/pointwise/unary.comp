#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pointwise functions of one tensor. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int FUNCTION = 0;   /* UnaryFunction */
layout(constant_id = 4) const int ACTIVATION = 0;
layout(constant_id = 5) const bool OFFSET = true; /* of the affine function by channel */

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats channel_scale, channel_offset;
    float scale, offset, exponent;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

vec4 by_channel(Floats values, int c4)
{
    ivec4 c = min(4 * c4 + ivec4(0, 1, 2, 3), d.z - 1);
    return vec4(values.v[c.x], values.v[c.y], values.v[c.z], values.v[c.w]);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = load4(src, d, p.w, p.z, p.y, p.x);
    if (FUNCTION == UNARY_AFFINE) {
        v = v * scale + offset;
    } else if (FUNCTION == UNARY_CHANNEL_AFFINE) {
        v *= by_channel(channel_scale, p.z);
        if (OFFSET)
            v += by_channel(channel_offset, p.z);
    } else if (FUNCTION == UNARY_ACTIVATION) {
        v = activate(v, ACTIVATION);
    } else {
        v = max(v, vec4(1e-20));
        v = exponent == 0.5 ? sqrt(v) : pow(v, vec4(exponent));
    }
    store4(dst, d, p.w, p.z, p.y, p.x, keep_tail(v, p.z, d.z));
}
