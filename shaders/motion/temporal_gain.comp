#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For each patch, how much detail must be amplified (see temporal_blend), so that the steadied picture has as much of
 * it as the new one: a controller that compares both after each frame. And how unlike the two are, 0..1, by gradients
 * (1.3 to 1.6 times what SSIM misses to 1), for patches that move and for others: gain, loss moving, loss still, moves.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dp, ds, dm, d; /* fresh, steadied, motion, gain */
    Floats rest; /* see flow_cut */
    int cell;
};
PLANES_IN(0, fresh);
PLANES_IN(1, steadied);
FULL_PLANES_IN(2, motion);
PLANES_IN(3, last);
PLANES_OUT(4, dst);

const float RATE = 0.8;
const float KEEP = 0.92;   /* of the energy: a little less is not seen, and flickers less */
const float MOST = 2.5;
const float UNSEEN = 4e-3; /* squared differences of luma that SSIM overlooks */
const float MOVING = 0.5; /* pixels */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    /* four pixels, one in each row and column of four: networks that work on cells of 4x4 leave traces of them */
    const ivec2 sample_[4] = {ivec2(0, 1), ivec2(1, 3), ivec2(2, 0), ivec2(3, 2)};
    ivec2 first = p.xy * cell + max(cell / 2 - 2, 0);
    float want = 1e-4, have = 1e-4; /* energy of the gradient */
    float apart = 0.0, both = UNSEEN;
    [[unroll]] for (int i = 0; i < 4; i++) {
        ivec2 q = min(first + sample_[i], dp.xy - 1), next = min(q + 1, dp.xy - 1);
        vec3 a = load4(fresh, dp, 0, 0, q.y, q.x).xyz, b = load4(steadied, ds, 0, 0, q.y, q.x).xyz;
        vec3 ax = load4(fresh, dp, 0, 0, q.y, next.x).xyz - a, ay = load4(fresh, dp, 0, 0, next.y, q.x).xyz - a;
        vec3 bx = load4(steadied, ds, 0, 0, q.y, next.x).xyz - b, by = load4(steadied, ds, 0, 0, next.y, q.x).xyz - b;
        want += dot(ax, ax) + dot(ay, ay);
        have += dot(bx, bx) + dot(by, by);
        vec4 l = vec4(luma(ax), luma(ay), luma(bx), luma(by));
        both += dot(l, l);
        apart += (l.x - l.z) * (l.x - l.z) + (l.y - l.w) * (l.y - l.w);
    }
    float gain = 0.0; /* of this place and those around: it follows what moves */
    [[unroll]] for (int i = 0; i < 9; i++) {
        ivec2 q = clamp(p.xy + ivec2(i % 3, i / 3) - 1, ivec2(0), d.xy - 1);
        gain += load4(last, d, 0, 0, q.y, q.x).x / 9.0;
    }
    gain = clamp(min(rest.v[1], 1.0) * gain + RATE * (KEEP * want - have) / (want + have), 0.0, MOST);
    vec2 v = load4(motion, dm, 0, 0, p.y, p.x).xy;
    float moves = dot(v, v) > MOVING * MOVING ? 1.0 : 0.0;
    store4(dst, d, 0, 0, p.y, p.x, vec4(gain, vec2(moves, 1.0 - moves) * apart / both, moves));
}
