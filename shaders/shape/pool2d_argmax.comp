#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where in its window the first maximum of pool2d lies, in row-major order: row * K + column, as a float. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int K = 2;
layout(constant_id = 4) const int STRIDE = 2;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 q = p.xy * STRIDE;
    vec4 best = load4(src, ds, p.w, p.z, q.y, q.x), place = vec4(0);
    [[unroll]] for (int i = 1; i < K * K; i++) {
        /* positions beyond the edge repeat one before them, which is not greater */
        vec4 u = load4(src, ds, p.w, p.z, min(q.y + i / K, ds.y - 1), min(q.x + i % K, ds.x - 1));
        bvec4 greater = greaterThan(u, best);
        best = mix(best, u, greater);
        place = mix(place, vec4(i), greater);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, place);
}
