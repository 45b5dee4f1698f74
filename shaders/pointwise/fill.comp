#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planes of one value. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    float value;
};
PLANES_OUT(0, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    store4(dst, d, p.w, p.z, p.y, p.x, keep_tail(vec4(value), p.z, d.z));
}
