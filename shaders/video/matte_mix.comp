#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two pictures, blended by a mask as matte.comp makes it. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dm; /* pictures, mask */
};
PLANES_IN(0, outside);
PLANES_IN(1, inside);
PLANES_IN(2, matte);
PLANES_OUT(3, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    float m = load4(matte, dm, p.w, 0, p.y, p.x >> 2)[p.x & 3];
    vec4 a = load4(outside, d, p.w, p.z, p.y, p.x), b = load4(inside, d, p.w, p.z, p.y, p.x);
    store4(dst, d, p.w, p.z, p.y, p.x, mix(a, b, m));
}
