#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How far the motion of a patch is to be trusted: the way back must lead here, the picture there must look like this one,
 * and be inside.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dl, dm, db, d;  /* luma, motion, that of the way back, result */
    float scale;          /* pixels of the picture per pixel of luma */
    float cell;           /* pixels of luma per patch */
    float coarser, wider; /* pixels of luma per pixel of the way back, and patches per patch of it */
};
PLANES_IN(0, luma);
PLANES_IN(1, last); /* its luma */
FULL_PLANES_IN(2, motion);
FULL_PLANES_IN(3, returning);
FULL_PLANES_OUT(4, dst);

float last_at(ivec2 q)
{
    q = clamp(q, ivec2(0), dl.xy - 1);
    return load4(last, dl, 0, 0, q.y, q.x).x;
}

vec2 way_back(ivec2 q)
{
    q = clamp(q, ivec2(0), db.xy - 1);
    return coarser * load4(returning, db, 1, 0, q.y, q.x).xy;
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 v = load4(motion, dm, 0, 0, p.y, p.x).xy;

    /* in patches */
    vec2 there = clamp((vec2(p.xy) + v / cell + 0.5) / wider - 0.5, vec2(-1), vec2(db.xy)), t = fract(there);
    ivec2 q = ivec2(floor(there));
    vec2 back = mix(mix(way_back(q), way_back(q + ivec2(1, 0)), t.x),
                    mix(way_back(q + ivec2(0, 1)), way_back(q + 1), t.x), t.y);
    vec2 miss = scale * (v + back);
    float allowed = 0.5 + 0.01 * scale * scale * (dot(v, v) + dot(back, back));
    float agrees = 1.0 - smoothstep(2.0, 8.0, dot(miss, miss) / allowed);

    /* in pixels of luma: 2x2 in the middle of the patch */
    ivec2 first = ivec2(cell * vec2(p.xy));
    vec2 target = clamp(vec2(first) + v, vec2(-2), vec2(dl.xy + 1));
    t = fract(target);
    q = ivec2(floor(target));
    vec4 difference;
    [[unroll]] for (int i = 0; i < 4; i++) {
        ivec2 o = ivec2(i % 2, i / 2), c = q + o;
        float moved = mix(mix(last_at(c), last_at(c + ivec2(1, 0)), t.x),
                          mix(last_at(c + ivec2(0, 1)), last_at(c + 1), t.x), t.y);
        ivec2 here = min(first + o, dl.xy - 1);
        difference[i] = moved - load4(luma, dl, 0, 0, here.y, here.x).x;
    }
    float alike = 1.0 - smoothstep(0.04, 0.12, dot(abs(difference), vec4(0.25)));
    /* of a pixel of the picture: the mean of scale x scale pixels has less */
    float noise = scale * dot(abs(difference - dot(difference, vec4(0.25))), vec4(0.25));

    vec2 beyond = max(max(-target, target - vec2(dl.xy - 1)), vec2(0));
    float inside = clamp(1.0 - max(beyond.x, beyond.y), 0.0, 1.0);
    store4_full(dst, d, 0, 0, p.y, p.x, vec4(scale * v, agrees * alike * inside, noise));
}
