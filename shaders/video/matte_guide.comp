#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A picture in the size of its mask, which becomes the fourth channel: the mean of four pixels of the area that a pixel
 * covers, which is enough to see which colours belong to the mask, and does not read all of the picture.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool FLAT = false; /* the mask is */

layout(push_constant, scalar) uniform Push
{
    ivec4 dp, d;
    vec2 ratio; /* pixels of the picture per pixel */
    Floats flat_mask;
};
PLANES_IN(0, picture);
PLANES_IN(1, mask);
PLANES_OUT(2, dst);

const float NEAR = 5e-4; /* what is whole but for rounding is just that */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 a = ivec2((vec2(p.xy) + 0.25) * ratio + NEAR), b = min(ivec2((vec2(p.xy) + 0.75) * ratio + NEAR), dp.xy - 1);
    vec4 sum = load4(picture, dp, p.w, 0, a.y, a.x) + load4(picture, dp, p.w, 0, a.y, b.x) +
               load4(picture, dp, p.w, 0, b.y, a.x) + load4(picture, dp, p.w, 0, b.y, b.x);
    float m = FLAT ? flat_mask.v[(p.w * d.y + p.y) * d.x + p.x] : load4(mask, ivec4(d.xy, 1, d.w), p.w, 0, p.y, p.x).x;
    store4(dst, d, p.w, 0, p.y, p.x, vec4(0.25 * sum.xyz, m));
}
