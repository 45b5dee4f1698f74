#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small picture interpolated linearly, and on top what its guide has more of detail than the interpolated small one, as
 * much as the colours follow it there.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dl, dc, d; /* low, colours, result */
    vec2 ratio;      /* low pixels per pixel */
};
PLANES_IN(0, colours);
PLANES_IN(1, gains);
PLANES_IN(2, guide);
PLANES_OUT(3, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 at = clamp((vec2(p.xy) + 0.5) * ratio - 0.5, vec2(0), vec2(dc.xy - 1)), t = fract(at);
    ivec2 a = ivec2(at), b = min(a + 1, dc.xy - 1);
    vec4 w = vec4((1.0 - t.x) * (1.0 - t.y), t.x * (1.0 - t.y), (1.0 - t.x) * t.y, t.x * t.y);
    vec4 c = w.x * load4(colours, dc, p.w, 0, a.y, a.x) + w.y * load4(colours, dc, p.w, 0, a.y, b.x) +
             w.z * load4(colours, dc, p.w, 0, b.y, a.x) + w.w * load4(colours, dc, p.w, 0, b.y, b.x);
    vec3 g = w.x * load4(gains, dl, p.w, 0, a.y, a.x).xyz + w.y * load4(gains, dl, p.w, 0, a.y, b.x).xyz +
             w.z * load4(gains, dl, p.w, 0, b.y, a.x).xyz + w.w * load4(gains, dl, p.w, 0, b.y, b.x).xyz;
    float detail = luma(load4(guide, d, p.w, 0, p.y, p.x).xyz) - c.w;
    store4(dst, d, p.w, 0, p.y, p.x, vec4(c.xyz + g * detail, 0));
}
