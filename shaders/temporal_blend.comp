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
#include "noise.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dp, dm, dg; /* result and history, pictures, motion, gain */
    Floats amount;
    Floats past; /* see flow_cut */
    float per_pixel; /* patches of motion */
};
PLANES_IN(0, fresh);
PLANES_IN(1, source);
PLANES_IN(2, history);
PLANES_IN(3, motion);
PLANES_IN(4, gain);
PLANES_OUT(5, dst);

const float MOST = 0.6;        /* weight of the history at amount 1 */
const float MOST_MOVING = 0.63; /* the same where the scene moves, and differences are seen less */
const float MOST_NOISY = 0.93; /* the same where nothing moves but noise */
const float STILL = 0.06;      /* pixels: less motion than this is none, and nothing is interpolated */
/* Difference of luma up to which history counts in full, and from which it does not. */
const float ALIKE = 0.02, UNLIKE = 0.1;
const float ALIKE_NOISY = 0.05, UNLIKE_NOISY = 0.15; /* the same in noise: three sigma of a sensor's */
/* How far the result may be from the new picture, in standard deviations of that around the pixel (flat: 0.02). */
const float FAR_MOVING = 3.5, FAR_STILL = 2.6, FAR_NOISY = 3.0;
const float FLAT = 4.5e-4;

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
    vec4 m = mix(mix(motion_at(q), motion_at(q + ivec2(1, 0)), t.x),
                 mix(motion_at(q + ivec2(0, 1)), motion_at(q + 1), t.x), t.y);
    ivec2 patch_ = min(ivec2(vec2(p.xy) * per_pixel), dm.xy - 1);
    float restore = load4(gain, dg, 0, 0, patch_.y, patch_.x).x;
    float speed2 = dot(m.xy, m.xy);
    m.xy = speed2 < STILL * STILL ? vec2(0) : m.xy;
    vec4 old;
    CATMULL_ROM_SAMPLE_FAST(old, history, d, 0, 0, p.xy, m.xy)
    ivec2 before = max(p.xy - 1, ivec2(0)), next = min(p.xy + 1, d.xy - 1);
    vec3 x = load4(fresh, dp, 0, 0, p.y, p.x).xyz;
    vec3 around[4] = {load4(fresh, dp, 0, 0, before.y, p.x).xyz, load4(fresh, dp, 0, 0, p.y, before.x).xyz,
                      load4(fresh, dp, 0, 0, p.y, next.x).xyz, load4(fresh, dp, 0, 0, next.y, p.x).xyz};
    vec3 mean = x, squares = x * x;
    [[unroll]] for (int i = 0; i < 4; i++) {
        mean += around[i];
        squares += around[i] * around[i];
    }
    mean /= 5.0;
    float contrast = dot(max(squares / 5.0 - mean * mean, 0.0), vec3(1.0 / 3.0)); /* squared */
    vec4 now = vec4(x, luma(load4(source, dp, 0, 0, p.y, p.x).xyz));

    float still = 1.0 - smoothstep(0.01, 0.1, speed2), noisy = still * smoothstep(NOISE.x, NOISE.y, past.v[2]);
    float followed = past.v[1]; /* at first a mean of all there is: that settles fastest */
    float weight = amount.v[0] * min(mix(mix(MOST_MOVING, MOST, still), MOST_NOISY, noisy), followed / (followed + 1.0)) * m.z *
                   (1.0 - smoothstep(mix(ALIKE, ALIKE_NOISY, noisy), mix(UNLIKE, UNLIKE_NOISY, noisy), abs(old.w - now.w)));
    /* bounded: whatever the history is, the result stays near the new picture */
    vec3 change = weight * (old.xyz - now.xyz);
    float far = mix(mix(FAR_MOVING, FAR_STILL, still), FAR_NOISY, noisy);
    weight *= inversesqrt(1.0 + dot(change, change) / (3.0 * far * far * (contrast + FLAT)));
    /*
     * A mean of two pictures has less contrast than each where they differ. As much as that is, if they have nothing in
     * common, the detail of the new one is amplified, if `restore` says so.
     */
    float detail = restore * (1.0 - noisy) * (sqrt(1.0 - weight * weight) - (1.0 - weight));
    vec4 result = now + weight * (old - now) + vec4(detail * (x - mean), 0);
    store4(dst, d, 0, 0, p.y, p.x, followed > 0.0 ? result : now);
}
