#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma of a picture, averaged over cells of R x R pixels. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(constant_id = 3) const int R = 1;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = vec4(0);
    for (int j = 0; j < R; j++)
        for (int i = 0; i < R; i++)
            v += load4(src, ds, 0, 0, min(p.y * R + j, ds.y - 1), min(p.x * R + i, ds.x - 1));
    store4(dst, d, 0, 0, p.y, p.x, vec4(luma(v.xyz) / float(R * R), 0, 0, 0));
}
