#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stylized picture, steadied by the last result, which is moved as the scene has moved. Beside its colours the result
 * keeps the luma of what it was made of: where that does not fit the new picture's, neither do the colours.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "catmull_rom.glsl"
#include "luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dp, dm; /* result and history, pictures, motion */
    Floats amount, follows;
    float per_pixel; /* patches of motion */
};
PLANES_IN(0, fresh);
PLANES_IN(1, source);
PLANES_IN(2, history);
PLANES_IN(3, motion);
PLANES_OUT(4, dst);

const float MOST = 0.93;          /* weight of the history at amount 1 */
const float STILL = 0.06;         /* pixels: less motion than this is none, and nothing is interpolated */
const float ALIKE = 0.05;         /* difference of luma up to which history counts in full: three sigma of a sensor's noise */
const float UNLIKE = 0.15;        /* and from which it does not */

vec4 motion_at(ivec2 q)
{
    q = clamp(q, ivec2(0), dm.xy - 1);
    return load4(motion, dm, 0, 0, q.y, q.x);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 at = (vec2(p.xy) + 0.5) * per_pixel - 0.5, t = fract(at);
    ivec2 q = ivec2(floor(at));
    vec3 m = mix(mix(motion_at(q), motion_at(q + ivec2(1, 0)), t.x),
                 mix(motion_at(q + ivec2(0, 1)), motion_at(q + 1), t.x), t.y).xyz;
    m.xy = dot(m.xy, m.xy) < STILL * STILL ? vec2(0) : m.xy;
    vec4 old;
    CATMULL_ROM_SAMPLE(old, history, d, 0, 0, p.xy, m.xy)
    vec4 now = vec4(load4(fresh, dp, 0, 0, p.y, p.x).xyz, luma(load4(source, dp, 0, 0, p.y, p.x).xyz));
    float weight = MOST * amount.v[0] * m.z * (1.0 - smoothstep(ALIKE, UNLIKE, abs(old.w - now.w)));
    store4(dst, d, 0, 0, p.y, p.x, follows.v[0] != 0.0 ? now + weight * (old - now) : now);
}
