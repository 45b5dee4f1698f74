#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the picture has moved around some points since the last one: the mean of the flow, as far as it is to be trusted, and
 * of what is near that mean, so that a background that rests does not count.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 df; /* of the flow */
    Floats points;    /* x, y, radius: in pixels of the picture */
    Floats continues; /* 0: nothing is known */
    Vec4s result;     /* movement in x and y, how far it is to be trusted */
    float per_pixel;  /* patches of the flow */
} push;
FULL_PLANES_IN(0, flow);

const int SIDE = 7;

vec4 flow_near(int point, int i)
{
    vec2 centre = vec2(push.points.v[4 * point], push.points.v[4 * point + 1]);
    float radius = push.points.v[4 * point + 2];
    vec2 at = centre + radius * (2.0 * (vec2(i % SIDE, i / SIDE) + 0.5) / float(SIDE) - 1.0);
    ivec2 p = clamp(ivec2(at * push.per_pixel), ivec2(0), push.df.xy - 1);
    return load4(flow, push.df, 0, 0, p.y, p.x);
}

void main()
{
    int point = int(gl_GlobalInvocationID.x);
    vec3 sum = vec3(0);
    vec2 mean = vec2(0);
    for (int pass = 0; pass < 3; pass++) {
        sum = vec3(0);
        for (int i = 0; i < SIDE * SIDE; i++) {
            vec4 f = flow_near(point, i);
            vec2 off = f.xy - mean;
            float weight = pass == 0 ? f.z * (0.05 + dot(f.xy, f.xy)) : f.z / (1.0 + dot(off, off));
            sum += weight * vec3(f.xy, 1);
        }
        mean = sum.xy / max(sum.z, 1e-6);
    }
    float sure = sum.z / float(SIDE * SIDE) * push.continues.v[0];
    push.result.v[point] = sure > 0.0 ? vec4(-mean, min(sure, 1.0), 0) : vec4(0);
}
