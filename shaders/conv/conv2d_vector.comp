/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution for GPUs: a workgroup of 8 x 8 invocations computes 8 PIXELS x 8 pixels of 4 QUADS outputs. Four input
 * channels at a time are brought into shared memory with their border; an invocation keeps PIXELS x QUADS vec4 in
 * registers, its pixels 8 apart so that neighbours read neighbouring texels. Weights are at uniform addresses.
 * The dispatch's z is picture x group of outputs. Packed weights: engine/ops/conv2d.h.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int PIXELS = 4;
layout(constant_id = 4) const int ACT = 0;
layout(constant_id = 5) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 6) const int K = 3;
layout(constant_id = 7) const int STRIDE = 1;
layout(constant_id = 8) const int QUADS = 4;
#ifdef GRADIENT
layout(constant_id = 9) const int OTHER = 0;  /* adds what is in other */
layout(constant_id = 10) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */
#endif

const int TILE_W = (8 * PIXELS - 1) * STRIDE + K, TILE_H = 7 * STRIDE + K;
shared vec4 tile[TILE_W * TILE_H];

PLANES_INOUT(0, dst);
PLANES_IN(1, src);
PLANES_IN(2, src2);
#ifdef GRADIENT
PLANES_IN(3, other);
PLANES_IN(4, activated);
#endif

layout(push_constant, scalar) uniform Push
{
    Vec4s weights;
    int image, scale;   /* first picture of the batch; distance of the outputs in dst */
    ivec4 d, ds;
    ivec2 size;         /* of the outputs */
    ivec2 origin;       /* in src of the first tap of output 0 */
    ivec2 offset;       /* in dst of output 0 */
    int dst_first, unused, unused2;
    int groups, blocks2;
};

vec4 source(int block, int n, int y, int x)
{
    if (uint(x) >= uint(ds.x) || uint(y) >= uint(ds.y))
        return vec4(0);
    ivec4 d2 = ivec4(ds.xy, 4 * blocks2, ds.w);
    return block < blocks(ds) ? load4(src, ds, n, block, y, x) : load4(src2, d2, n, block - blocks(ds), y, x);
}

void main()
{
    int group = int(gl_WorkGroupID.z) % groups, n = int(gl_WorkGroupID.z) / groups + image;
    int lx = int(gl_LocalInvocationID.x), ly = int(gl_LocalInvocationID.y);
    int x0 = int(gl_WorkGroupID.x) * 8 * PIXELS, y0 = int(gl_WorkGroupID.y) * 8;
    int all = blocks(ds) + blocks2;
    int first_weight = group * QUADS * (1 + 4 * all * K * K);
    vec4 acc[PIXELS][QUADS];

    for (int p = 0; p < PIXELS; p++)
        for (int q = 0; q < QUADS; q++)
            acc[p][q] = weights.v[first_weight + q];
    for (int block = 0; block < all; block++) {
        barrier();
        for (int i = ly * 8 + lx; i < TILE_W * TILE_H; i += 64) {
            int sx = place(x0 * STRIDE + origin.x + i % TILE_W, ds.x, MODE);
            int sy = place(y0 * STRIDE + origin.y + i / TILE_W, ds.y, MODE);
            tile[i] = source(block, n, sy, sx);
        }
        barrier();
        for (int ky = 0; ky < K; ky++)
            for (int kx = 0; kx < K; kx++) {
                int at = first_weight + QUADS * (1 + ((block * K + ky) * K + kx) * 4);
                vec4 v[PIXELS];
                for (int p = 0; p < PIXELS; p++)
                    v[p] = tile[(ly * STRIDE + ky) * TILE_W + (lx + 8 * p) * STRIDE + kx];
                for (int q = 0; q < QUADS; q++) {
                    mat4 m = mat4(weights.v[at + q], weights.v[at + QUADS + q], weights.v[at + 2 * QUADS + q],
                                  weights.v[at + 3 * QUADS + q]);
                    for (int p = 0; p < PIXELS; p++)
                        acc[p][q] += m * v[p];
                }
            }
    }
    int y = y0 + ly;
    for (int p = 0; p < PIXELS; p++) {
        int x = x0 + lx + 8 * p;
        if (x < size.x && y < size.y)
            for (int q = 0; q < QUADS; q++) {
                int block = dst_first + group * QUADS + q;
                ivec2 at = ivec2(x, y) * scale + offset;
                vec4 result = keep_tail(activate(acc[p][q], ACT), block, d.z);
#ifdef GRADIENT
                if (OTHER != 0)
                    result += load4(other, d, n, block, at.y, at.x);
                if (SLOPE != IDIOM_ACT_NONE)
                    result *= slope(load4(activated, d, n, block, at.y, at.x), SLOPE);
#endif
                store4(dst, d, n, block, at.y, at.x, result);
            }
    }
}
