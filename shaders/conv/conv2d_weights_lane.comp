/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of a convolution's weights where one SIMD lane is one pixel: the sum over pixels of the product of an
 * output's gradient and an input. A workgroup is one subgroup; it computes 4 OUT_QUADS outputs x 4 IN_QUADS inputs x
 * K x K taps over its slice of the rows; conv2d_weights_sum.comp adds the slices. ROWS rows at a time: on lavapipe a
 * value that is carried through a loop costs a select in every turn.
 *
 * Compile-time: K, STRIDE, OUT_QUADS, IN_QUADS, ROWS, SOURCE_ROWS = (ROWS - 1) STRIDE + K.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"

layout(constant_id = 3) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 4) const int CENTER = 0; /* subtract center[channel] from both operands: Gram matrices */
layout(constant_id = 5) const int K = 3;
layout(constant_id = 6) const int STRIDE = 1;
layout(constant_id = 7) const int OUT_QUADS = 2;
layout(constant_id = 8) const int IN_QUADS = 1;
layout(constant_id = 9) const int ROWS = 4;
layout(constant_id = 10) const int SYMMETRIC = 0; /* only blocks of outputs up to the block of inputs: Gram matrices */
const int SOURCE_ROWS = (ROWS - 1) * STRIDE + K;

PLANES_IN(0, grad);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats parts;         /* [group][slice][output][input][ky][kx] */
    Floats center;
    ivec4 dg, ds;
    ivec4 taps;           /* of the weight: kw, kh; column and row of this kernel's first tap */
    ivec2 origin;         /* in src of this kernel's first tap for output 0 */
    int inputs, first;    /* of the weight; the one that src's channel 0 belongs to */
    int images, slices;   /* pictures that are summed; shares into which their strips of ROWS rows are divided */
};

/* channels of the picture's mean; zero where there is none, as the padding of the tensor is */
vec4 center_of(int block)
{
    vec4 c = vec4(0);
    [[unroll]] for (int i = 0; i < 4; i++)
        if (CENTER != 0 && 4 * block + i < ds.z)
            c[i] = center.v[4 * block + i];
    return c;
}

/* column and row of tile i of a triangle: (0, 0), (1, 0), (1, 1), (2, 0), ... */
ivec2 triangle(int i)
{
    int column = int((sqrt(8 * float(i) + 1) - 1) / 2);
    column += (column + 1) * (column + 2) / 2 <= i ? 1 : 0; /* the root may be off by one */
    column -= column * (column + 1) / 2 > i ? 1 : 0;
    return ivec2(column, i - column * (column + 1) / 2);
}

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    const int lanes = int(gl_WorkGroupSize.x);
    ivec2 tile = ivec2(gl_WorkGroupID.xy);
    if (SYMMETRIC != 0)
        tile = triangle(tile.x);
    int in_block = tile.x * IN_QUADS, out_block = tile.y * OUT_QUADS;
    int slice = int(gl_WorkGroupID.z) % slices, group = int(gl_WorkGroupID.z) / slices;
    int strips = (dg.y + ROWS - 1) / ROWS, total = images * strips;
    int end = total * (slice + 1) / slices;
    vec4 acc[4 * OUT_QUADS][K * K * IN_QUADS];
    vec4 in_center[IN_QUADS], out_center[OUT_QUADS];

    [[unroll]] for (int o = 0; o < 4 * OUT_QUADS; o++)
        [[unroll]] for (int t = 0; t < K * K * IN_QUADS; t++)
            acc[o][t] = vec4(0);
    [[unroll]] for (int i = 0; i < IN_QUADS; i++)
        in_center[i] = center_of(in_block + i);
    [[unroll]] for (int i = 0; i < OUT_QUADS; i++)
        out_center[i] = center_of(out_block + i);

    for (int strip = total * slice / slices; strip < end; strip++) {
        int n = strip / strips + group * images, y = (strip % strips) * ROWS;
        int sy[SOURCE_ROWS], plane = ds.y * ds.w * ds.x;
        [[unroll]] for (int i = 0; i < SOURCE_ROWS; i++)
            sy[i] = place_row(y * STRIDE + origin.y + i, ds, MODE);
        for (int x = lane; x - lane < dg.x; x += lanes) {
            vec4 g[ROWS][OUT_QUADS], v[SOURCE_ROWS];
            int sx[K];
            [[unroll]] for (int i = 0; i < K; i++)
                sx[i] = place(x * STRIDE + origin.x + i, ds.x, MODE) + n * ds.x;
            [[unroll]] for (int r = 0; r < ROWS; r++)
                [[unroll]] for (int q = 0; q < OUT_QUADS; q++) {
                    bool inside = x < dg.x && y + r < dg.y;
                    g[r][q] = load4_or_zero(grad, dg, n, out_block + q, y + r, x);
                    if (CENTER != 0)
                        g[r][q] = inside ? g[r][q] - out_center[q] : vec4(0);
                }
            [[unroll]] for (int q = 0; q < IN_QUADS; q++)
                [[unroll]] for (int column = 0; column < K; column++) {
                    [[unroll]] for (int i = 0; i < SOURCE_ROWS; i++) {
                        v[i] = texelFetch(src, (in_block + q) * plane + sy[i] + sx[column]);
                        if (CENTER != 0)
                            v[i] -= in_center[q];
                    }
                    [[unroll]] for (int line = 0; line < K; line++)
                        [[unroll]] for (int o = 0; o < 4 * OUT_QUADS; o++)
                            [[unroll]] for (int r = 0; r < ROWS; r++)
                                acc[o][(q * K + line) * K + column] += g[r][o / 4][o % 4] * v[line + r * STRIDE];
                }
        }
    }

    /* Adding up lanes is a loop and storing is another: so each lane stores one of as many sums as there are lanes. */
    const int PAIR = lanes >= 8 ? 2 : 1;
    int outputs = dg.z, elements = outputs * inputs * taps.x * taps.y;
    int part = int(gl_WorkGroupID.z) * elements;
    [[unroll]] for (int q = 0; q < OUT_QUADS; q++)
        [[unroll]] for (int t = 0; t < K * K * IN_QUADS; t++)
            [[unroll]] for (int i = 0; i < 4; i += PAIR) {
                float mine = 0;
                [[unroll]] for (int k = 0; k < 4 * PAIR; k++) {
                    float sum = subgroupAdd(acc[4 * q + k % 4][t][i + k / 4]);
                    mine = lane == k ? sum : mine;
                }
                int output_ = 4 * (out_block + q) + lane % 4, channel = 4 * (in_block + t / (K * K)) + i + lane / 4;
                int ky = taps.w + t / K % K, kx = taps.z + t % K;
                if (lane < 4 * PAIR && output_ < outputs && channel < ds.z && ky < taps.y && kx < taps.x)
                    parts.v[part + ((output_ * inputs + first + channel) * taps.y + ky) * taps.x + kx] = mine;
            }
}
