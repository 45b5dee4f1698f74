#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Features as the search for motion wants them: each pixel with its neighbours to the right, below and between, so that
 * one load interpolates; and each pixel with its gradient.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    ivec4 dq, dg; /* of quads, gradients: as d, but for the channels */
};
PLANES_IN(0, src);
PLANES_OUT(1, quads);
PLANES_OUT(2, gradients);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 next = min(p.xy + 1, d.xy - 1), before = max(p.xy - 1, ivec2(0));
    float v = load4(src, d, 0, 0, p.y, p.x).x;
    float right = load4(src, d, 0, 0, p.y, next.x).x, left = load4(src, d, 0, 0, p.y, before.x).x;
    float below = load4(src, d, 0, 0, next.y, p.x).x, above = load4(src, d, 0, 0, before.y, p.x).x;
    float between = load4(src, d, 0, 0, next.y, next.x).x;
    store4(quads, dq, 0, 0, p.y, p.x, vec4(v, right, below, between));
    store4(gradients, dg, 0, 0, p.y, p.x, vec4(v, 0.5 * (right - left), 0.5 * (below - above), 0));
}
