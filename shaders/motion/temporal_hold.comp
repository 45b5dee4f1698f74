#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last result, moved as the scene has moved, in place of a new one. Where the scene does not continue there is
 * nothing to move: the luma of what it was made of is set to one that fits no picture, so that the next result takes
 * nothing from it.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dm; /* history, motion */
    Floats continues;
    float per_pixel; /* patches of motion */
};
PLANES_IN(0, history);
FULL_PLANES_IN(1, motion);
PLANES_OUT(2, dst);
#include "motion/history.glsl"

const float NO_LUMA = 16.0;

void main()
{
    ivec2 p = 2 * ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= d.x)
        return;
    float lost = continues.v[0] != 0.0 ? 0.0 : NO_LUMA;
    vec4 old[4];
    moved_history(p, motion_between(p, per_pixel).xy, old);
    [[unroll]] for (int i = 0; i < 4; i++)
        store4_inside(dst, d, 0, 0, p.y + i / 2, p.x + i % 2, vec4(old[i].xyz, max(old[i].w, lost)));
}
