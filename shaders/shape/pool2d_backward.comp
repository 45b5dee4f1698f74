#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of pool2d: a pixel collects from the windows that contain it; for the maximum, from those whose first
 * maximum it is (pool2d_argmax.comp).
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const bool MEAN = false;
layout(constant_id = 4) const int K = 2;
layout(constant_id = 5) const int STRIDE = 2;
layout(constant_id = 6) const int OTHER = 0; /* adds what is in other */
layout(constant_id = 7) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dg; /* of the input and of the pooled tensor */
};
PLANES_IN(0, dy);
PLANES_IN(1, argmax);
PLANES_OUT(2, dst);
PLANES_IN(3, other);
PLANES_IN(4, activated);

/* most windows, along one axis, that a pixel can lie in */
const int WINDOWS = (K + STRIDE - 1) / STRIDE;

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 sum = vec4(0);
    ivec2 last = p.xy / STRIDE;
    [[unroll]] for (int w = 0; w < WINDOWS * WINDOWS; w++) {
        ivec2 window = last - ivec2(w % WINDOWS, w / WINDOWS);
        ivec2 q = p.xy - window * STRIDE; /* the pixel in the window */
        vec4 share = load4_or_zero(dy, dg, p.w, p.z, window.y, window.x);
        bvec4 chosen = bvec4(all(lessThan(q, ivec2(K))));
        if (!MEAN) {
            bvec4 first = equal(load4_or_zero(argmax, dg, p.w, p.z, window.y, window.x), vec4(q.y * K + q.x));
            chosen = bvec4(ivec4(chosen) & ivec4(first));
        }
        sum += mix(vec4(0), share, chosen);
    }
    if (MEAN)
        sum /= float(K * K);
    if (OTHER != 0)
        sum += load4(other, d, p.w, p.z, p.y, p.x);
    if (SLOPE != IDIOM_ACT_NONE)
        sum *= slope(load4(activated, d, p.w, p.z, p.y, p.x), SLOPE);
    store4(dst, d, p.w, p.z, p.y, p.x, sum);
}
