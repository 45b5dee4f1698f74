#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of pool2d: a pixel collects from the windows that contain it. For the maximum it looks through each window
 * again, to see whether it is the first maximum in row-major order.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool MEAN = false;
layout(constant_id = 4) const int K = 2;
layout(constant_id = 5) const int STRIDE = 2;

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dg; /* of the input and of the pooled tensor */
};
PLANES_IN(0, dy);
PLANES_IN(1, src);
PLANES_OUT(2, dst);

/* most windows, along one axis, that a pixel can lie in */
const int WINDOWS = (K + STRIDE - 1) / STRIDE;

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = load4(src, d, p.w, p.z, p.y, p.x);
    vec4 sum = vec4(0);
    ivec2 last = p.xy / STRIDE;
    [[unroll]] for (int w = 0; w < WINDOWS * WINDOWS; w++) {
        ivec2 window = last - ivec2(w % WINDOWS, w / WINDOWS);
        ivec2 q = window * STRIDE;
        vec4 share = load4_or_zero(dy, dg, p.w, p.z, window.y, window.x);
        bvec4 chosen = bvec4(all(lessThan(p.xy, q + K)));
        if (!MEAN) {
            int self = (p.y - q.y) * K + p.x - q.x;
            [[unroll]] for (int i = 0; i < K * K; i++) {
                vec4 u = load4(src, d, p.w, p.z, clamp(q.y + i / K, 0, d.y - 1), clamp(q.x + i % K, 0, d.x - 1));
                bool inside = q.x + i % K < d.x && q.y + i / K < d.y;
                bvec4 beaten = i < self ? greaterThanEqual(u, v) : greaterThan(u, v);
                chosen = bvec4(ivec4(chosen) & ~(ivec4(beaten) & int(inside)));
            }
        }
        sum += mix(vec4(0), share, chosen);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, MEAN ? sum / float(K * K) : sum);
}
