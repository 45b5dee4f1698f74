/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution where one SIMD lane is one pixel. Straight-line code, one dispatch per block of 4 QUADS outputs and
 * chunk of 4 BLOCKS (+ 4 BLOCKS2 of a second tensor) inputs: then every weight's address is a push constant plus a
 * literal, and lavapipe makes of it a scalar load that is broadcast. An invocation computes ROWS pixels below each
 * other; rows share what they load.
 *
 * Compile-time: K, STRIDE, QUADS, ROWS, SOURCE_ROWS = (ROWS - 1) STRIDE + K, BLOCKS, BLOCKS2.
 * Packed weights (conv2d_pack.comp): bias of 4 QUADS outputs, then [input][ky][kx][input % 4][output].
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "repeat.glsl"

layout(constant_id = 3) const int FIRST = 1; /* starts from the bias rather than from what dst holds */
layout(constant_id = 4) const int ACT = 0;
layout(constant_id = 5) const int REFLECT = 0;

PLANES_INOUT(0, dst);
PLANES_IN(1, src);
#if BLOCKS2 > 0
PLANES_IN(2, src2);
#endif

layout(push_constant, scalar) uniform Push
{
    Vec4s weights;
    int image, scale;   /* first picture of the batch; distance of the outputs in dst */
    ivec4 d, ds;
    ivec2 size;         /* of the outputs */
    ivec2 origin;       /* in src of the first tap of output 0 */
    ivec2 offset;       /* in dst of output 0 */
    int dst_block, src_block, src2_block;
};

#define OUTSIDE -0x40000000 /* loads as zero */

int place(int i, int n)
{
    /* the host sees to it that no index lies beyond the first mirror image */
    int mirrored = min(abs(i), 2 * (n - 1) - abs(i));
    int inside = uint(i) < uint(n) ? i : OUTSIDE;
    return REFLECT != 0 ? mirrored : inside;
}

#define MULTIPLY(quad, row, w, component, unused) acc[row][quad] += v.component * weights.v[(w) + quad];
#define TAP_OF_ROW(row, block, line, column)                                                                           \
    if (line >= row * STRIDE && line < row * STRIDE + K) {                                                             \
        const int ky = line >= row * STRIDE ? line - row * STRIDE : 0;                                                 \
        const int w = QUADS * (1 + (((block) * K + ky) * K + column) * 4);                                             \
        REPEAT_A(QUADS, MULTIPLY, row, w, x, 0)                                                                        \
        REPEAT_A(QUADS, MULTIPLY, row, w + QUADS, y, 0)                                                                \
        REPEAT_A(QUADS, MULTIPLY, row, w + 2 * QUADS, z, 0)                                                            \
        REPEAT_A(QUADS, MULTIPLY, row, w + 3 * QUADS, w, 0)                                                            \
    }
#define TAP(column, line, block)                                                                                       \
    v = load4(src, ds, 0, src_block + block, sy[line], sx[column]);                                                    \
    REPEAT_B(ROWS, TAP_OF_ROW, block, line, column)
#define TAP2(column, line, block)                                                                                      \
    v = load4(src2, ds, 0, src2_block + block, sy[line], sx[column]);                                                  \
    REPEAT_B(ROWS, TAP_OF_ROW, BLOCKS + block, line, column)
#define LINE(line, block) REPEAT_C(K, TAP, line, block)
#define LINE2(line, block) REPEAT_C(K, TAP2, line, block)
#define BLOCK(block) REPEAT_D(SOURCE_ROWS, LINE, block)
#define BLOCK2(block) REPEAT_D(SOURCE_ROWS, LINE2, block)

void main()
{
    ivec3 id = ivec3(gl_GlobalInvocationID);
    int x = id.x, y = id.y * ROWS, n = id.z + image;
    bool inside = x < size.x;
    int dx = inside ? x * scale + offset.x : OUTSIDE, dy = y * scale + offset.y;
    int sx[K], sy[SOURCE_ROWS];
    vec4 acc[ROWS][QUADS], v;

    [[unroll]] for (int i = 0; i < K; i++)
        sx[i] = place(x * STRIDE + origin.x + i, ds.x) + n * ds.x;
    [[unroll]] for (int i = 0; i < SOURCE_ROWS; i++)
        sy[i] = place(y * STRIDE + origin.y + i, ds.y);
    [[unroll]] for (int r = 0; r < ROWS; r++)
        [[unroll]] for (int q = 0; q < QUADS; q++)
            acc[r][q] = FIRST != 0 ? weights.v[q] : load4(dst, d, n, dst_block + q, dy + r * scale, dx);

    REPEAT_E(BLOCKS, BLOCK)
#if BLOCKS2 > 0
    REPEAT_E(BLOCKS2, BLOCK2)
#endif

    [[unroll]] for (int r = 0; r < ROWS; r++)
        [[unroll]] for (int q = 0; q < QUADS; q++) {
            vec4 result = activate(acc[r][q], ACT);
            if (ACT >= 4) /* not zero at zero */
                result = keep_tail(result, dst_block + q, d.z);
            if (inside && (ROWS == 1 || y + r < size.y))
                store4(dst, d, n, dst_block + q, dy + r * scale, dx, result);
        }
}
