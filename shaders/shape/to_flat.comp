#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Planes -> flat NCHW. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats dst;
};
PLANES_IN(0, src);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    int c = 4 * p.z, plane = d.x * d.y;
    int i = (p.w * d.z + c) * plane + p.y * d.x + p.x;
    vec4 v = load4(src, d, p.w, p.z, p.y, p.x);
    dst.v[i] = v.x;
    if (c + 1 < d.z)
        dst.v[i + plane] = v.y;
    if (c + 2 < d.z)
        dst.v[i + 2 * plane] = v.z;
    if (c + 3 < d.z)
        dst.v[i + 3 * plane] = v.w;
}
