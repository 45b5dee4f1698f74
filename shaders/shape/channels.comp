#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channels moved: channel c of the result is channel c + offset of a, plus, with TWO, channel c + offset of b, each
 * zero where it has no such channel. Slices, concatenations and the gradients of both.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const bool TWO = false;
layout(constant_id = 4) const int SHIFT_A = 0; /* offset modulo 4 */
layout(constant_id = 5) const int SHIFT_B = 0;
layout(constant_id = 6) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */

layout(push_constant, scalar) uniform Push
{
    ivec4 d, da, db;
    ivec4 grid; /* as d, but only the channels that this dispatch makes */
    int first;  /* block of d where the grid begins */
    int offset_a, offset_b;
};
PLANES_IN(0, a);
PLANES_IN(1, b);
PLANES_OUT(2, dst);
PLANES_IN(3, activated);

#define block_or_zero(t, dt, q)                                                                                        \
    mix(vec4(0), load4(t, dt, p.w, clamp(q, 0, blocks(dt) - 1), p.y, p.x), bvec4(q >= 0 && q < blocks(dt)))

/* four channels, `shift` after the start of block `low` */
vec4 join(vec4 low, vec4 high, int shift)
{
    return shift == 1 ? vec4(low.yzw, high.x) : shift == 2 ? vec4(low.zw, high.xy) : vec4(low.w, high.xyz);
}

void main()
{
    ivec4 p = grid_position(grid);
    if (p.x >= d.x)
        return;
    int c4 = first + p.z;
    int qa = (4 * c4 + offset_a) >> 2;
    vec4 v = block_or_zero(a, da, qa);
    if (SHIFT_A != 0)
        v = join(v, block_or_zero(a, da, qa + 1), SHIFT_A);
    if (TWO) {
        int qb = (4 * c4 + offset_b) >> 2;
        vec4 w = block_or_zero(b, db, qb);
        if (SHIFT_B != 0)
            w = join(w, block_or_zero(b, db, qb + 1), SHIFT_B);
        v += w;
    }
    if (SLOPE != IDIOM_ACT_NONE)
        v *= slope(load4(activated, d, p.w, c4, p.y, p.x), SLOPE);
    store4(dst, d, p.w, c4, p.y, p.x, keep_tail(v, c4, d.z));
}
