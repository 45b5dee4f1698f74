#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maximum or mean over windows of K x K every STRIDE pixels; windows may hang over (then only what is inside counts). */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool MEAN = false;
layout(constant_id = 4) const int K = 2;
layout(constant_id = 5) const int STRIDE = 2;

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
    /* positions beyond the edge repeat the last inside, which changes no maximum; windows of means do not hang over */
    vec4 v = load4(src, ds, p.w, p.z, q.y, q.x);
    [[unroll]] for (int i = 1; i < K * K; i++) {
        vec4 u = load4(src, ds, p.w, p.z, min(q.y + i / K, ds.y - 1), min(q.x + i % K, ds.x - 1));
        v = MEAN ? v + u : max(v, u);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, MEAN ? v / float(K * K) : v);
}
