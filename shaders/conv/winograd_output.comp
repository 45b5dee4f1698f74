/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Winograd's last step: sums of products as 4x4 pixels each, A' m A. One invocation is a tile and a block of channels. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/winograd.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int ACT = 0;

PLANES_OUT(0, dst);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    ivec4 d, ds;
    int across, count; /* tiles in a row; of this strip */
    int row, image;    /* of dst of the first tile */
};

vec4[4] transform(vec4 v[6])
{
    vec4 sum = v[1] + v[2], difference = v[1] - v[2], sum2 = v[3] + v[4], difference2 = v[3] - v[4];
    return vec4[4](v[0] + sum + sum2, difference + 2 * difference2, sum + 4 * sum2,
                   difference + 8 * difference2 + v[5]);
}

void main()
{
    int t = min(int(gl_GlobalInvocationID.x), count - 1), c4 = int(gl_GlobalInvocationID.y);
    ivec2 p = 4 * tile_of(t, across) + ivec2(0, row);
    int at[4][4], anchor = d.z;
    vec4 m[6][4];

    [[unroll]] for (int y = 0; y < 4; y++)
        [[unroll]] for (int x = 0; x < 4; x++) {
            at[y][x] = tensor_index_or_outside(d, image, c4, p.y + y, p.x + x);
            anchor |= at[y][x] & 0x7fffffff;
        }
    int from = c4 * ds.y * ds.x + t + after(anchor);
    [[unroll]] for (int j = 0; j < 6; j++) {
        vec4 v[6];
        [[unroll]] for (int i = 0; i < 6; i++)
            v[i] = texelFetch(src, from + (6 * j + i) * ds.x);
        m[j] = transform(v);
    }
    [[unroll]] for (int x = 0; x < 4; x++) {
        vec4 column[4] = transform(vec4[6](m[0][x], m[1][x], m[2][x], m[3][x], m[4][x], m[5][x]));
        [[unroll]] for (int y = 0; y < 4; y++) {
            vec4 result = activate(column[y], ACT);
            if (fills_tail(ACT))
                result = keep_tail(result, c4, d.z);
            dst_memory.v[at[y][x]] = tensor_element(result);
        }
    }
}
