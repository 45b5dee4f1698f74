#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Mean and sum of squared deviations of each channel over one chunk of rows: partial results for
// mean_hw, variance_hw and instance_norm, or over a tile. One workgroup is one chunk of one block of four channels.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "tiles.glsl"

layout(constant_id = 3) const int TILES = 0; // chunks are tiles, of which there is a list

PLANES_IN(0, x_in);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats partial;
    int rows;   // in a chunk
    int chunks;
    Uints tiles;
} push;

shared float sums[REDUCE_LANES * 4];
shared float squares[REDUCE_LANES * 4];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    int chunk = int(gl_WorkGroupID.x), c4 = int(gl_WorkGroupID.y), n = int(gl_WorkGroupID.z);
    Cut cut = TILES != 0 ? cut_tiles(push.d) : cut_rows(push.d, push.rows);
    if (TILES != 0) {
        ivec2 tile = listed_tile(push.tiles);
        chunk = tile.y * cut.across + tile.x;
    }
    ivec4 area = chunk_area(push.d, cut, chunk);
    int count = area.z * area.w;
    Walk walk = walk_start(area, lane);
    // Sums are taken about one of the values, so that a large mean costs no digits of the variance.
    vec4 pivot = load4(x_in, push.d, n, c4, area.y, area.x);
    vec4 sum = vec4(0), square = vec4(0);
    for (int i = lane; i < count; i += UNROLL * REDUCE_LANES) {
        [[unroll]] for (int k = 0; k < UNROLL; ++k) {
            ivec2 at = walk_position(walk, area);
            vec4 v = load4(x_in, push.d, n, c4, at.y, at.x) - pivot;
            v = i + k * REDUCE_LANES < count ? v : vec4(0);
            sum += v;
            square += v * v;
            walk_step(walk, area);
        }
    }
    for (int k = 0; k < 4; ++k) {
        sums[k * REDUCE_LANES + lane] = sum[k];
        squares[k * REDUCE_LANES + lane] = square[k];
    }
    barrier();
    if (lane < 4) {
        float s = 0.0, q = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i) {
            s += sums[lane * REDUCE_LANES + i];
            q += squares[lane * REDUCE_LANES + i];
        }
        float mean = s / float(count);
        int index = moments_index(push.d, push.chunks, n, chunk, 4 * c4 + lane);
        push.partial.v[index] = pivot[lane] + mean;
        push.partial.v[index + 4 * blocks(push.d)] = max(q - s * mean, 0.0);
    }
}
