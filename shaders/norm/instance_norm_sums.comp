#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm backward, first pass: sums over one chunk of rows of dz and of dz (x - mean) / deviation, where dz is
// the gradient of what the activation gets.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "norm/instance_norm.glsl"

layout(constant_id = 3) const int ACT = 0;

PLANES_IN(0, x_in);
PLANES_IN(1, dy_in);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats statistics;
    Floats partial;
    int rows;
    int chunks;
} push;

shared float sums[REDUCE_LANES * 4];
shared float products[REDUCE_LANES * 4];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    int chunk = int(gl_WorkGroupID.x), c4 = int(gl_WorkGroupID.y), n = int(gl_WorkGroupID.z);
    int c4s = blocks(push.d);
    vec4 scale = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SCALE, c4);
    vec4 shift = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SHIFT, c4);
    vec4 mean = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_MEAN, c4);
    ivec4 area = chunk_area(push.d, cut_rows(push.d, push.rows), chunk);
    int count = area.z * area.w;
    Walk walk = walk_start(area, lane);
    vec4 sum = vec4(0), product = vec4(0);
    for (int i = lane; i < count; i += UNROLL * REDUCE_LANES) {
        [[unroll]] for (int k = 0; k < UNROLL; ++k) {
            ivec2 at = walk_position(walk, area);
            vec4 x = load4(x_in, push.d, n, c4, at.y, at.x);
            vec4 dz = load4(dy_in, push.d, n, c4, at.y, at.x) * slope_at(scale * x + shift, ACT);
            dz = i + k * REDUCE_LANES < count ? dz : vec4(0);
            sum += dz;
            product += dz * (x - mean);
            walk_step(walk, area);
        }
    }
    for (int k = 0; k < 4; ++k) {
        sums[k * REDUCE_LANES + lane] = sum[k];
        products[k * REDUCE_LANES + lane] = product[k];
    }
    barrier();
    if (lane < 4) {
        float s = 0.0, p = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i) {
            s += sums[lane * REDUCE_LANES + i];
            p += products[lane * REDUCE_LANES + i];
        }
        int index = moments_index(push.d, push.chunks, n, chunk, 4 * c4 + lane);
        push.partial.v[index] = s;
        push.partial.v[index + 4 * c4s] = p * push.statistics.v[(n * STATISTICS_ROWS + STATISTICS_INVERSE) * 4 * c4s + 4 * c4 + lane];
    }
}
