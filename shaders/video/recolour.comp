#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture's luma with a share of its own colour and the rest of another's. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats amount; /* 1: all its own */
};
PLANES_IN(0, picture);
PLANES_IN(1, source);
PLANES_OUT(2, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec3 own = load4(picture, d, p.w, p.z, p.y, p.x).xyz, other = load4(source, d, p.w, p.z, p.y, p.x).xyz;
    other += luma(own - other);
    store4(dst, d, p.w, p.z, p.y, p.x, vec4(other + amount.v[0] * (own - other), 0));
}
