/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Winograd's F(4x4, 3x3), first step: pixels of tiles of 6x6, which overlap by two, as what products are made of: B' d B. One
 * invocation is a tile and a block of four channels. Row 6 i + j of dst is position (i, j) of the transform, its columns
 * are tiles.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "conv/winograd.glsl"

layout(constant_id = 3) const int MODE = 0; /* IdiomPadMode */

PLANES_OUT(0, dst);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    ivec4 d, ds;
    ivec2 origin; /* in src of the first tile's corner */
    int across, count, first; /* tiles in a row; of this strip; block of dst that is src's first */
    int image;
};

void transform(inout vec4 v[6])
{
    vec4 even = v[4] - 4 * v[2], odd = v[3] - 4 * v[1], outer = v[4] - v[2], inner = 2 * (v[3] - v[1]);
    vec4 low = 4 * v[0] - 5 * v[2] + v[4], high = 4 * v[1] - 5 * v[3] + v[5];
    v = vec4[6](low, even + odd, even - odd, outer + inner, outer - inner, high);
}

void main()
{
    int t = min(int(gl_GlobalInvocationID.x), count - 1), c4 = int(gl_GlobalInvocationID.y);
    ivec2 corner = 4 * tile_of(t, across) + origin;
    int plane = c4 * ds.y * ds.w * ds.x + image * ds.x;
    int to = ((first + c4) * d.y) * d.x + t;
    int step = d.x;
    vec4 m[6][6];

    plane += after(to | step);
    [[unroll]] for (int j = 0; j < 6; j++) {
        int row = place_row(corner.y + j, ds, MODE);
        [[unroll]] for (int i = 0; i < 6; i++)
            m[j][i] = texelFetch(src, plane + row + place(corner.x + i, ds.x, MODE));
        transform(m[j]);
    }
    [[unroll]] for (int i = 0; i < 6; i++) {
        vec4 column[6] = vec4[6](m[0][i], m[1][i], m[2][i], m[3][i], m[4][i], m[5][i]);
        transform(column);
        [[unroll]] for (int j = 0; j < 6; j++)
            dst_memory.v[to + (6 * j + i) * step] = tensor_element(column[j]);
    }
}
