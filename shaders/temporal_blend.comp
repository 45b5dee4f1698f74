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
    ivec4 d, dp, dm, dg; /* result and history, pictures, motion, gain */
    Floats amount, follows;
    float per_pixel; /* patches of motion */
};
PLANES_IN(0, fresh);
PLANES_IN(1, source);
PLANES_IN(2, history);
PLANES_IN(3, motion);
PLANES_IN(4, gain);
PLANES_OUT(5, dst);

const float MOST_MOVING = 0.55; /* weight of the history at amount 1 */
const float MOST_STILL = 0.7;   /* the same where nothing moves */
const float MOST_NOISY = 0.93;  /* the same where nothing moves but noise */
const vec2 NOISE = vec2(0.003, 0.0055); /* difference of luma from which that is, and from which it surely is */
const float STILL = 0.06;      /* pixels: less motion than this is none, and nothing is interpolated */
const float ALIKE = 0.05;      /* difference of luma up to which history counts in full: three sigma of a sensor's noise */
const float UNLIKE = 0.15;     /* and from which it does not */

vec4 motion_at(ivec2 q)
{
    q = clamp(q, ivec2(0), dm.xy - 1);
    return load4(motion, dm, 0, 0, q.y, q.x);
}

float gain_at(ivec2 q)
{
    q = clamp(q, ivec2(0), dm.xy - 1);
    return load4(gain, dg, 0, 0, q.y, q.x).x;
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 at = (vec2(p.xy) + 0.5) * per_pixel - 0.5, t = fract(at);
    ivec2 q = ivec2(floor(at));
    vec4 m = mix(mix(motion_at(q), motion_at(q + ivec2(1, 0)), t.x),
                 mix(motion_at(q + ivec2(0, 1)), motion_at(q + 1), t.x), t.y);
    float restore = mix(mix(gain_at(q), gain_at(q + ivec2(1, 0)), t.x),
                        mix(gain_at(q + ivec2(0, 1)), gain_at(q + 1), t.x), t.y);
    float speed2 = dot(m.xy, m.xy);
    m.xy = speed2 < STILL * STILL ? vec2(0) : m.xy;
    vec4 old;
    CATMULL_ROM_SAMPLE(old, history, d, 0, 0, p.xy, m.xy)
    ivec2 before = max(p.xy - 1, ivec2(0)), next = min(p.xy + 1, d.xy - 1);
    vec3 x = load4(fresh, dp, 0, 0, p.y, p.x).xyz;
    vec3 around = load4(fresh, dp, 0, 0, before.y, before.x).xyz + load4(fresh, dp, 0, 0, before.y, p.x).xyz +
                  load4(fresh, dp, 0, 0, before.y, next.x).xyz + load4(fresh, dp, 0, 0, p.y, before.x).xyz +
                  load4(fresh, dp, 0, 0, p.y, next.x).xyz + load4(fresh, dp, 0, 0, next.y, before.x).xyz +
                  load4(fresh, dp, 0, 0, next.y, p.x).xyz + load4(fresh, dp, 0, 0, next.y, next.x).xyz;
    vec4 now = vec4(x, luma(load4(source, dp, 0, 0, p.y, p.x).xyz));

    float still = 1.0 - smoothstep(0.01, 0.1, speed2), noisy = still * smoothstep(NOISE.x, NOISE.y, m.w);
    float weight = amount.v[0] * mix(mix(MOST_MOVING, MOST_STILL, still), MOST_NOISY, noisy) * m.z *
                   (1.0 - smoothstep(ALIKE, UNLIKE, abs(old.w - now.w)));
    /*
     * A mean of two pictures has less contrast than each where they differ. As much as that is, if they have nothing in
     * common, the detail of the new one is amplified, if `restore` says so.
     */
    float detail = restore * (1.0 - noisy) * (sqrt(1.0 - weight * weight) - (1.0 - weight));
    vec4 result = now + weight * (old - now) + vec4(detail * (x - (around + x) / 9.0), 0);
    store4(dst, d, 0, 0, p.y, p.x, follows.v[0] != 0.0 ? result : now);
}
