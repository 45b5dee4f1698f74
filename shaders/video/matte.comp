#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A mask in the size of its guide: what matte_fit has found of it, interpolated, for the guide's colours. Four pixels of a
 * row are the four channels of one: the fit is interpolated for the first and the last of them, and between these again.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 df, dg, d; /* fit, guide, result */
    vec2 ratio;      /* pixels of the fit per pixel */
};
PLANES_IN(0, fit);
PLANES_IN(1, guide);
PLANES_OUT(2, dst);

vec4 fit_at(int n, ivec2 pixel)
{
    vec2 at = clamp((vec2(pixel) + 0.5) * ratio - 0.5, vec2(0), vec2(df.xy - 1)), t = fract(at);
    ivec2 a = ivec2(at), b = min(a + 1, df.xy - 1);
    return mix(mix(load4(fit, df, n, 0, a.y, a.x), load4(fit, df, n, 0, a.y, b.x), t.x),
               mix(load4(fit, df, n, 0, b.y, a.x), load4(fit, df, n, 0, b.y, b.x), t.x), t.y);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 left = fit_at(p.w, ivec2(4 * p.x, p.y)), right = fit_at(p.w, ivec2(4 * p.x + 3, p.y)), m;
    [[unroll]] for (int i = 0; i < 4; i++) {
        vec4 f = mix(left, right, float(i) / 3.0);
        m[i] = dot(f.xyz, load4(guide, dg, p.w, 0, p.y, min(4 * p.x + i, dg.x - 1)).xyz) + f.w;
    }
    store4(dst, d, p.w, 0, p.y, p.x, clamp(m, 0.0, 1.0));
}
