#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small mask of a picture, moved as the picture has moved. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dm;      /* mask, motion */
    vec2 patches;     /* of motion per pixel of the mask */
    vec2 per_picture; /* pixels of the mask per pixel of the picture */
};
PLANES_IN(0, mask);
FULL_PLANES_IN(1, motion);
PLANES_OUT(2, dst);

vec2 motion_at(vec2 at)
{
    at = clamp(at, vec2(0), vec2(dm.xy - 1));
    ivec2 a = ivec2(at), b = min(a + 1, dm.xy - 1);
    vec2 t = at - vec2(a);
    return mix(mix(load4(motion, dm, 0, 0, a.y, a.x).xy, load4(motion, dm, 0, 0, a.y, b.x).xy, t.x),
               mix(load4(motion, dm, 0, 0, b.y, a.x).xy, load4(motion, dm, 0, 0, b.y, b.x).xy, t.x), t.y);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 v = motion_at((vec2(p.xy) + 0.5) * patches - 0.5) * per_picture;
    vec2 at = clamp(vec2(p.xy) + v, vec2(0), vec2(d.xy - 1));
    ivec2 a = ivec2(at), b = min(a + 1, d.xy - 1);
    vec2 t = at - vec2(a);
    store4(dst, d, p.w, p.z, p.y, p.x,
           mix(mix(load4(mask, d, p.w, p.z, a.y, a.x), load4(mask, d, p.w, p.z, a.y, b.x), t.x),
               mix(load4(mask, d, p.w, p.z, b.y, a.x), load4(mask, d, p.w, p.z, b.y, b.x), t.x), t.y));
}
