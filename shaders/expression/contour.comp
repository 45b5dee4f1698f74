#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a pen would draw: a difference of two blurs of luma, on the dark side of edges (after Winnemoeller's XDoG). What
 * has hardly changed since the last picture stays as it was, so that noise does not shimmer.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dp, d; /* of the picture, of the result */
    float radius;
};
PLANES_IN(0, picture);
PLANES_IN(1, history);
PLANES_OUT(2, dst);

float luma_at(ivec2 p)
{
    p = clamp(p, ivec2(0), d.xy - 1);
    return luma(load4(picture, dp, 0, 0, p.y, p.x).xyz);
}

float ring(ivec2 p, float r)
{
    int whole = int(r + 0.5), less = int(0.7071 * r + 0.5);
    return (luma_at(p + ivec2(whole, 0)) + luma_at(p - ivec2(whole, 0)) + luma_at(p + ivec2(0, whole)) +
            luma_at(p - ivec2(0, whole)) + luma_at(p + ivec2(less, less)) + luma_at(p - ivec2(less, less)) +
            luma_at(p + ivec2(less, -less)) + luma_at(p + ivec2(-less, less))) /
           8.0;
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    float near = 0.4 * luma_at(p.xy) + 0.6 * ring(p.xy, radius), around = 0.5 * (ring(p.xy, 2.0 * radius) + ring(p.xy, 3.0 * radius));
    float now = smoothstep(0.012, 0.07, around - near);
    float old = load4(history, d, 0, 0, p.y, p.x).x;
    float kept = 0.75 * (1.0 - smoothstep(0.15, 0.5, abs(now - old)));
    store4(dst, d, 0, 0, p.y, p.x, vec4(now + kept * (old - now), 0, 0, 0));
}
