#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradient of upsample2: a pixel collects from the 2 x 2 (nearest) or 4 x 4 (bilinear) pixels that it went into. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool BILINEAR = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 dg, d; /* of the large and of the small tensor */
};
PLANES_IN(0, dy);
PLANES_OUT(1, dst);

/* weights of pixel i of n in the large pixels 2 i - 1 .. 2 i + 2; the outermost ones have one neighbour only */
vec4 weights(int i, int n)
{
    return vec4(i > 0 ? 0.25 : 0.0, i > 0 ? 0.75 : 1.0, i < n - 1 ? 0.75 : 1.0, i < n - 1 ? 0.25 : 0.0);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 sum = vec4(0);
    if (BILINEAR) {
        vec4 wx = weights(p.x, d.x), wy = weights(p.y, d.y);
        [[unroll]] for (int j = 0; j < 4; j++)
            [[unroll]] for (int i = 0; i < 4; i++)
                sum += wy[j] * wx[i] * load4_or_zero(dy, dg, p.w, p.z, 2 * p.y - 1 + j, 2 * p.x - 1 + i);
    } else {
        [[unroll]] for (int j = 0; j < 2; j++)
            [[unroll]] for (int i = 0; i < 2; i++)
                sum += load4(dy, dg, p.w, p.z, 2 * p.y + j, 2 * p.x + i);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, sum);
}
