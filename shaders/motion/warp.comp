#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture moved by a field of flow: each pixel says where it is taken from. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/catmull_rom.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    ivec4 df; /* of the flow: x, y displacement */
};
PLANES_IN(0, src);
PLANES_IN(1, flow);
PLANES_OUT(2, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 v = load4(flow, df, p.w, 0, p.y, p.x).xy;
    vec4 result;
    CATMULL_ROM_SAMPLE(result, src, d, p.w, p.z, p.xy, v)
    store4(dst, d, p.w, p.z, p.y, p.x, result);
}
