#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Patches too flat to show motion, or that did not fit, take it from those around them; at the coarsest level
 * from all of them (FILL), at finer ones from those that move alike, so that motion does not leak over its borders.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/trust.glsl"

layout(constant_id = 3) const bool FILL = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 centre = load4(src, d, p.w, 0, p.y, p.x);
    vec2 sum = vec2(0);
    float weights = 0.0;
    [[unroll]] for (int i = 0; i < 9; i++) {
        ivec2 q = clamp(p.xy + ivec2(i % 3, i / 3) - 1, ivec2(0), d.xy - 1);
        vec4 v = load4(src, d, p.w, 0, q.y, q.x);
        vec2 apart = v.xy - centre.xy;
        float weight = (trust(v) + 0.02) * (FILL ? 1.0 : 1.0 / (1.0 + 4.0 * dot(apart, apart)));
        sum += weight * v.xy;
        weights += weight;
    }
    bool rests = !FILL && centre.x == 0.0 && centre.y == 0.0; /* deliberately: see flow_patch */
    vec2 v = rests ? vec2(0) : mix(sum / weights, centre.xy, trust(centre));
    store4(dst, d, p.w, 0, p.y, p.x, vec4(v, centre.zw));
}
