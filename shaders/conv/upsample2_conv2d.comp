/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bilinear upsampling by two and a 3x3 convolution in one, without the large tensor in between. Both are linear: each
 * of the four pixels that a small pixel becomes is a 3x3 convolution of the small tensor, with weights of its own
 * (upsample2_conv2d_pack.comp). Pixels beyond the edge repeat it. Straight-line code for CPU drivers, see
 * conv2d_lane.comp; an invocation computes 4 outputs of the four pixels, one dispatch per 4 outputs and chunk of 4
 * BLOCKS inputs.
 *
 * Packed weights: bias of 4 outputs, [input / 4][ky][kx][input % 4][pixel][output], then of the second tensor, which is
 * large already and has 3 channels: [ky][kx][input][output].
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "tiles.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int FIRST = 1; /* starts from the bias rather than from what dst holds */
layout(constant_id = 4) const int ACT = 0;
layout(constant_id = 5) const int BLOCKS = 1;
layout(constant_id = 6) const int PICTURE = 0; /* there is a second tensor, and this is the last chunk */
layout(constant_id = 7) const int TILE = 0; /* log2 of a tile's pixels of src across, where only some tiles are computed */

layout(push_constant, scalar) uniform Push
{
    ivec4 d, ds;
    Vec4s weights; /* of 4 outputs and this chunk */
    int dst_block, src_first;
    int band; /* rows of invocations, see band_position(), or of a tile */
    Uints tiles;
};
PLANES_INOUT(0, dst);
PLANES_IN(1, src);
PLANES_IN(2, picture);

void main()
{
    ivec2 p = TILE != 0 ? tile_position(tiles, TILE, band) : band_position(ds.x, band);
    int x = p.x, y = p.y, n = int(gl_GlobalInvocationID.z);
    int plane = ds.y * ds.w * ds.x, sx[3], sy[3], px[4], py[4], channels = d.z;
    int at[4], outside[4]; /* where each pixel goes; -1 where it goes nowhere, otherwise 0 */
    vec4 acc[4];

    int anchor = channels;
    [[unroll]] for (int pixel = 0; pixel < 4; pixel++) {
        ivec2 to = ivec2(2 * x + pixel % 2, 2 * y + pixel / 2);
        at[pixel] = tensor_index(d, n, dst_block, to.y, to.x);
        outside[pixel] = outside_mask(d, to.y, to.x);
        anchor |= at[pixel];
    }
    [[unroll]] for (int i = 0; i < 4; i++) {
        px[i] = clamp(2 * x - 1 + i, 0, d.x - 1) + n * d.x;
        py[i] = clamp(2 * y - 1 + i, 0, d.y - 1) * d.w * d.x;
        anchor |= px[i] | py[i];
    }
    [[unroll]] for (int i = 0; i < 3; i++) {
        sx[i] = after(anchor) + clamp(x - 1 + i, 0, ds.x - 1) + n * ds.x;
        sy[i] = clamp(y - 1 + i, 0, ds.y - 1) * ds.w * ds.x;
    }
    [[unroll]] for (int pixel = 0; pixel < 4; pixel++)
        acc[pixel] = FIRST != 0 ? weights.v[0] : texelFetch(dst, at[pixel]);
    [[unroll]] for (int block = 0; block < BLOCKS; block++)
        [[unroll]] for (int tap = 0; tap < 9; tap++) {
            vec4 v = texelFetch(src, (src_first + block) * plane + sy[tap / 3] + sx[tap % 3]);
            [[unroll]] for (int c = 0; c < 4; c++)
                [[unroll]] for (int pixel = 0; pixel < 4; pixel++)
                    acc[pixel] += v[c] * weights.v[1 + ((block * 9 + tap) * 4 + c) * 4 + pixel];
        }
    if (PICTURE != 0)
        [[unroll]] for (int tap = 0; tap < 16; tap++) {
            vec4 v = texelFetch(picture, py[tap / 4] + px[tap % 4]);
            [[unroll]] for (int pixel = 0; pixel < 4; pixel++) {
                int ky = tap / 4 - pixel / 2, kx = tap % 4 - pixel % 2;
                if (ky >= 0 && ky < 3 && kx >= 0 && kx < 3)
                    [[unroll]] for (int c = 0; c < 3; c++)
                        acc[pixel] += v[c] * weights.v[1 + BLOCKS * 144 + (ky * 3 + kx) * 3 + c];
            }
        }
    [[unroll]] for (int pixel = 0; pixel < 4; pixel++) {
        vec4 result = activate(acc[pixel], ACT);
        if (fills_tail(ACT))
            result = keep_tail(result, dst_block, channels);
        dst_memory.v[at[pixel] | outside[pixel]] = tensor_element(result);
    }
}
