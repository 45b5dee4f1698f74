#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flat NCHW -> planes. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int COUNT = 4; /* channels to read per block: fewer than 4 if there is one short block */

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats src;
};
PLANES_OUT(0, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    int c = 4 * p.z, plane = d.x * d.y;
    int i = (p.w * d.z + c) * plane + p.y * d.x + p.x;
    vec4 v = vec4(src.v[i], 0, 0, 0);
    if (COUNT > 1 && c + 1 < d.z)
        v.y = src.v[i + plane];
    if (COUNT > 2 && c + 2 < d.z)
        v.z = src.v[i + 2 * plane];
    if (COUNT > 3 && c + 3 < d.z)
        v.w = src.v[i + 3 * plane];
    store4(dst, d, p.w, p.z, p.y, p.x, v);
}
