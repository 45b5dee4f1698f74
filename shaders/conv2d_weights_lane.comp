/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of a convolution's weights where one SIMD lane is one pixel: the sum over pixels of the product of an
 * output's gradient and an input. A workgroup is one subgroup; it computes 4 OUT_QUADS outputs x 4 IN_QUADS inputs x
 * K x K taps over its slice of the rows. Each lane writes the sum over its own pixels; conv2d_weights_sum.comp adds
 * them. ROWS rows at a time: on lavapipe a value that is carried through a loop costs a select in every turn.
 *
 * Compile-time: K, STRIDE, OUT_QUADS, IN_QUADS, ROWS, SOURCE_ROWS = (ROWS - 1) STRIDE + K.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv2d.glsl"

layout(constant_id = 3) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 4) const int CENTER = 0; /* subtract center[channel] from both operands: Gram matrices */
layout(constant_id = 5) const int K = 3;
layout(constant_id = 6) const int STRIDE = 1;
layout(constant_id = 7) const int OUT_QUADS = 2;
layout(constant_id = 8) const int IN_QUADS = 1;
layout(constant_id = 9) const int ROWS = 4;
const int SOURCE_ROWS = (ROWS - 1) * STRIDE + K;

PLANES_IN(0, grad);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats parts;         /* [group][slice][lane][output][input][ky][kx] */
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

void main()
{
    int lane = int(gl_LocalInvocationID.x), lanes = int(gl_WorkGroupSize.x);
    int in_block = int(gl_WorkGroupID.x) * IN_QUADS, out_block = int(gl_WorkGroupID.y) * OUT_QUADS;
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

    int outputs = dg.z, elements = outputs * inputs * taps.x * taps.y;
    int part = (int(gl_WorkGroupID.z) * lanes + lane) * elements;
    [[unroll]] for (int o = 0; o < 4 * OUT_QUADS; o++)
        [[unroll]] for (int t = 0; t < K * K * IN_QUADS; t++)
            [[unroll]] for (int i = 0; i < 4; i++) {
                int output_ = 4 * out_block + o, channel = 4 * (in_block + t / (K * K)) + i;
                int ky = taps.w + t / K % K, kx = taps.z + t % K;
                if (output_ < outputs && channel < ds.z && ky < taps.y && kx < taps.x)
                    parts.v[part + ((output_ * inputs + first + channel) * taps.y + ky) * taps.x + kx] = acc[o][t][i];
            }
}
