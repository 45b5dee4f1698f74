/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution where one SIMD lane is one pixel. One dispatch per group of 4 QUADS outputs and chunk of 4 BLOCKS
 * (+ 4 BLOCKS2 of a second tensor) inputs. The driver unrolls all of it, because every bound is a specialization
 * constant: then every weight's address is a push constant plus a literal, outside control flow, and lavapipe makes
 * of it a scalar load that is broadcast (60 times faster than a loop). An invocation computes ROWS pixels below each
 * other; rows share what they load. Packed weights: engine/ops/conv2d.h.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "tiles.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int FIRST = 1; /* starts from the bias rather than from what dst holds */
layout(constant_id = 4) const int ACT = 0;
layout(constant_id = 5) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 6) const int K = 3;
layout(constant_id = 7) const int STRIDE = 1;
layout(constant_id = 8) const int QUADS = 4;
layout(constant_id = 9) const int ROWS = 1;
layout(constant_id = 10) const int BLOCKS = 1;
layout(constant_id = 11) const int BLOCKS2 = 0;
#ifdef GRADIENT
layout(constant_id = 12) const int OTHER = 0; /* adds what is in other */
layout(constant_id = 13) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */
const int TILE = 0;
#else
layout(constant_id = 12) const int TILE = 0; /* log2 of a tile's invocations across, where only some tiles are computed */
#endif
const int SOURCE_ROWS = (ROWS - 1) * STRIDE + K;

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
    int dst_first, src_first, src2_first;
    int unused, unused2; /* the vector kernel's, with which this layout is shared */
    int band;            /* rows of invocations, see band_position(), or of a tile */
    Uints tiles;
};

void main()
{
    ivec2 p = TILE != 0 ? tile_position(tiles, TILE, band) : band_position(size.x, band);
    int x = p.x, y = p.y * ROWS, n = int(gl_GlobalInvocationID.z) + image;
    int dx = x * scale + offset.x, dy = y * scale + offset.y;
    int sx[K], sy[SOURCE_ROWS], plane = ds.y * ds.w * ds.x, dst_plane = d.y * d.w * d.x, channels = d.z;
    int at[ROWS], outside[ROWS]; /* where each row's result goes; -1 where it goes nowhere, otherwise 0 */
    vec4 acc[ROWS][QUADS];

    int anchor = dst_plane | channels;
    [[unroll]] for (int r = 0; r < ROWS; r++) {
        at[r] = tensor_index(d, n, dst_first, dy + r * scale, dx);
        outside[r] = outside_mask(d, dy + r * scale, dx);
        anchor |= at[r];
    }
    [[unroll]] for (int i = 0; i < K; i++)
        sx[i] = after(anchor) + place(x * STRIDE + origin.x + i, ds.x, MODE) + n * ds.x;
    [[unroll]] for (int i = 0; i < SOURCE_ROWS; i++)
        sy[i] = place_row(y * STRIDE + origin.y + i, ds, MODE);
    [[unroll]] for (int r = 0; r < ROWS; r++)
        [[unroll]] for (int q = 0; q < QUADS; q++)
            acc[r][q] = FIRST != 0 ? weights.v[q] : texelFetch(dst, at[r] + q * dst_plane);

    [[unroll]] for (int block = 0; block < BLOCKS + BLOCKS2; block++)
        [[unroll]] for (int line = 0; line < SOURCE_ROWS; line++) {
            vec4 v[K];
            [[unroll]] for (int column = 0; column < K; column++) {
                if (block < BLOCKS)
                    v[column] = texelFetch(src, (src_first + block) * plane + sy[line] + sx[column]);
                else
                    v[column] = texelFetch(src2, (src2_first + block - BLOCKS) * plane + sy[line] + sx[column]);
            }
            [[unroll]] for (int column = 0; column < K; column++)
                [[unroll]] for (int r = 0; r < ROWS; r++) {
                    int ky = line - r * STRIDE;
                    if (ky >= 0 && ky < K)
                        [[unroll]] for (int c = 0; c < 4; c++)
                            [[unroll]] for (int q = 0; q < QUADS; q++)
                                acc[r][q] += v[column][c] *
                                             weights.v[QUADS * (1 + ((block * K + ky) * K + column) * 4 + c) + q];
                }
        }

    [[unroll]] for (int r = 0; r < ROWS; r++)
        [[unroll]] for (int q = 0; q < QUADS; q++) {
            int to = at[r] + q * dst_plane;
            vec4 result = activate(acc[r][q], ACT);
#ifdef GRADIENT
            if (OTHER != 0)
                result += texelFetch(other, to);
            if (SLOPE != IDIOM_ACT_NONE)
                result *= slope(texelFetch(activated, to), SLOPE);
#endif
            if (fills_tail(ACT))
                result = keep_tail(result, dst_first + q, channels);
            dst_memory.v[to | outside[r]] = tensor_element(result);
        }
}
