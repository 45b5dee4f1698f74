#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma of a picture, averaged over cells of R x R pixels; and beside it, as second picture, that of the last run. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "luma.glsl"

layout(constant_id = 3) const int R = 1;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
};
PLANES_IN(0, src);
PLANES_IN(1, last);
PLANES_OUT(2, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = vec4(0);
    if (p.w == 1) {
        v = load4(last, d, 0, 0, p.y, p.x);
    } else {
        for (int j = 0; j < R; j++)
            for (int i = 0; i < R; i++)
                v += load4(src, ds, 0, 0, min(p.y * R + j, ds.y - 1), min(p.x * R + i, ds.x - 1));
        v = vec4(luma(v.xyz) / float(R * R), 0, 0, 0);
    }
    store4(dst, d, p.w, 0, p.y, p.x, v);
}
