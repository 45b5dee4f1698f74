#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Motion at the coarsest level, from one picture into another: the best of all whole displacements, by the squared
 * difference of 6x6 features. Large displacements pay a little, so that flat areas rest.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dq, d;
    int way;   /* picture of the result */
    int range; /* of the displacements looked at */
};
PLANES_IN(0, quads);
PLANES_IN(1, other);
FULL_PLANES_OUT(2, dst);

const float STEP_COST = 0.5; /* per pixel of displacement */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 own[9];
    float texture_ = 0.0;
    [[unroll]] for (int i = 0; i < 9; i++) {
        ivec2 q = clamp(p.xy + 2 * ivec2(i % 3, i / 3) - 2, ivec2(0), dq.xy - 1);
        own[i] = load4(quads, dq, 0, 0, q.y, q.x);
        vec2 g = own[i].yz - own[i].xx;
        texture_ += 0.5 * dot(g, g);
    }
    vec2 best = vec2(0);
    float least = 1e9;
    for (int y = -range; y <= range; y++)
        for (int x = -range; x <= range; x++) {
            float cost = STEP_COST * sqrt(float(x * x + y * y));
            [[unroll]] for (int i = 0; i < 9; i++) {
                ivec2 q = clamp(p.xy + ivec2(x, y) + 2 * ivec2(i % 3, i / 3) - 2, ivec2(0), dq.xy - 1);
                vec4 e = load4(other, dq, 0, 0, q.y, q.x) - own[i];
                cost += dot(e, e);
            }
            best = cost < least ? vec2(x, y) : best;
            least = min(least, cost);
        }
    store4_full(dst, d, way, 0, p.y, p.x, vec4(best, texture_, least / 36.0));
}
