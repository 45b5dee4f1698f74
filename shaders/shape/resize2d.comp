#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another size, by nearest neighbour or linear interpolation, in any of ONNX's ways. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool LINEAR = false;
layout(constant_id = 4) const int ROUNDING = 0; /* IdiomRounding, of nearest */

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    vec2 scale, offset; /* position in the source: i * scale + offset */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

ivec2 nearest(vec2 at)
{
    /* what is whole or half but for rounding is just that */
    const float NEAR = 1e-4;
    vec2 whole = round(at);
    at = mix(at, whole, lessThan(abs(at - whole), vec2(NEAR)));
    if (ROUNDING == IDIOM_ROUNDING_FLOOR)
        return ivec2(floor(at));
    if (ROUNDING == IDIOM_ROUNDING_CEIL)
        return ivec2(ceil(at));
    return ivec2(ROUNDING == IDIOM_ROUNDING_HALF_DOWN ? ceil(at - 0.5 - NEAR) : floor(at + 0.5 + NEAR));
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 at = vec2(p.xy) * scale + offset;
    ivec2 last = ds.xy - 1;
    vec4 v;
    if (LINEAR) {
        at = clamp(at, vec2(0), vec2(last));
        ivec2 a = ivec2(at), b = min(a + 1, last);
        vec2 f = at - vec2(a);
        vec4 top = mix(load4(src, ds, p.w, p.z, a.y, a.x), load4(src, ds, p.w, p.z, a.y, b.x), f.x);
        vec4 bottom = mix(load4(src, ds, p.w, p.z, b.y, a.x), load4(src, ds, p.w, p.z, b.y, b.x), f.x);
        v = mix(top, bottom, f.y);
    } else {
        ivec2 a = clamp(nearest(at), ivec2(0), last);
        v = load4(src, ds, p.w, p.z, a.y, a.x);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, v);
}
