#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stylized picture, steadied by the last result, which is moved as the scene has moved. Beside its colours the result
 * keeps the luma of what it was made of: where that does not fit the new picture's, neither do the colours.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"
#include "motion/noise.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dp, dm, dg; /* result and history, pictures, motion, gain */
    Floats amount;
    Floats reach; /* weight of the history at amount 1 where the scene moves, and elsewhere: see temporal_reach */
    Floats rest; /* see flow_cut */
    float per_pixel; /* patches of motion */
};
PLANES_IN(0, fresh);
PLANES_IN(1, source);
PLANES_IN(2, history);
FULL_PLANES_IN(3, motion);
PLANES_IN(4, gain);
PLANES_OUT(5, dst);
#include "motion/history.glsl"

const float MOST_NOISY = 0.93; /* weight of the history at amount 1 where nothing moves but noise */
/* Difference of luma up to which history counts in full, and from which it does not. */
const float ALIKE = 0.02, UNLIKE = 0.1;
const float ALIKE_NOISY = 0.05, UNLIKE_NOISY = 0.15; /* the same in noise: three sigma of a sensor's */
/* How far the result may be from the new picture, in standard deviations of that around the pixel (flat: 0.02). */
const float FAR_MOVING = 3.5, FAR_STILL = 2.6, FAR_NOISY = 3.0;
const float FLAT = 4.5e-4;
const float MOST_COLOUR = 0.8, FAR_COLOUR = 0.4; /* of colour without luma; it is far by so much, whatever is around */

vec3 fresh_at(ivec2 q)
{
    q = clamp(q, ivec2(0), d.xy - 1);
    return load4(fresh, dp, 0, 0, q.y, q.x).xyz;
}

/* What four pixels share. Read once: as far as the compiler knows, a store may change what an address points to. */
struct Rule {
    float most, colour;  /* weight of a history that fits: of luma, and of colour without luma */
    float alike, unlike; /* 1 / (UNLIKE - ALIKE) times both */
    float far;           /* 1 / (3 FAR squared) */
    float restore;
    bool follows;
};

Rule rule(vec4 m, float restore)
{
    float follow = rest.v[1]; /* at first a mean of all there is: that settles fastest */
    float still = 1.0 - smoothstep(0.01, 0.1, dot(m.xy, m.xy)), noisy = still * smoothstep(NOISE.x, NOISE.y, rest.v[2]);
    float alike = mix(ALIKE, ALIKE_NOISY, noisy), far = mix(mix(FAR_MOVING, FAR_STILL, still), FAR_NOISY, noisy);
    Rule r;
    r.follows = follow > 0.0;
    follow = follow / (follow + 1.0);
    float sure = amount.v[0] * m.z;
    r.most = sure * min(mix(mix(reach.v[0], reach.v[1], still), MOST_NOISY, noisy), follow);
    r.colour = sure * min(MOST_COLOUR, follow);
    r.unlike = 1.0 / (mix(UNLIKE, UNLIKE_NOISY, noisy) - alike);
    r.alike = alike * r.unlike;
    r.far = 1.0 / (3.0 * far * far);
    r.restore = restore * (1.0 - noisy);
    return r;
}

/* One pixel: now its colours and the luma of its picture, mean and squares of the colours there and around. */
vec4 steadied(vec4 now, vec3 mean, vec3 squares, vec4 old, Rule r)
{
    float misfit = clamp(abs(old.w - now.w) * r.unlike - r.alike, 0.0, 1.0);
    float fits = 1.0 - misfit * misfit * (3.0 - 2.0 * misfit);
    float contrast = dot(max(squares - mean * mean, 0.0), vec3(1.0 / 3.0)); /* squared */
    /* bounded: whatever the history is, the result stays near the new picture */
    vec3 apart = old.xyz - now.xyz;
    float weight = fits * r.most;
    weight *= inversesqrt(1.0 + weight * weight * dot(apart, apart) * r.far / (contrast + FLAT));
    /* eyes see less detail of colour than of luma, and miss less of it */
    float apart_luma = luma(apart);
    vec3 apart_colour = apart - apart_luma;
    float colour = fits * r.colour;
    colour *= inversesqrt(1.0 + colour * colour * dot(apart_colour, apart_colour) / (3.0 * FAR_COLOUR * FAR_COLOUR));
    /*
     * A mean of two pictures has less contrast than each where they differ. As much as that is, if they have nothing in
     * common, the detail of the new one is amplified, if `restore` says so.
     */
    float detail = r.restore * (sqrt(1.0 - weight * weight) - (1.0 - weight));
    vec3 result = now.xyz + weight * apart_luma + max(weight, colour) * apart_colour + detail * (now.xyz - mean);
    return r.follows ? vec4(result, mix(now.w, old.w, weight)) : now;
}

/* Four pixels, two by two, which move alike: so each pixel of the history is loaded once for all of them. */
void main()
{
    ivec2 p = 2 * ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= d.x)
        return;
    vec4 m = motion_between(p, per_pixel);
    ivec2 patch_ = min(ivec2(vec2(p) * per_pixel), dm.xy - 1);
    Rule shared_rule = rule(m, load4(gain, dg, 0, 0, patch_.y, patch_.x).x);
    vec4 old[4];
    moved_history(p, m.xy, old);

    /* the new picture around them; corners have no use */
    vec3 x[16];
    [[unroll]] for (int i = 0; i < 16; i++)
        if (i != 0 && i != 3 && i != 12 && i != 15)
            x[i] = fresh_at(p + ivec2(i % 4, i / 4) - 1);
    vec4 result[4];
    [[unroll]] for (int i = 0; i < 4; i++) {
        int c = 5 + i % 2 + 4 * (i / 2);
        ivec2 from = min(p + ivec2(i % 2, i / 2), d.xy - 1);
        vec3 l = x[c - 1], r = x[c + 1], a = x[c - 4], b = x[c + 4];
        vec3 mean = 0.2 * (x[c] + l + r + a + b), squares = 0.2 * (x[c] * x[c] + l * l + r * r + a * a + b * b);
        vec4 now = vec4(x[c], luma(load4(source, dp, 0, 0, from.y, from.x).xyz));
        result[i] = steadied(now, mean, squares, old[i], shared_rule);
    }
    [[unroll]] for (int i = 0; i < 4; i++)
        store4_inside(dst, d, 0, 0, p.y + i / 2, p.x + i % 2, result[i]);
}
