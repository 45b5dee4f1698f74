#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Sum of a function of planes over one chunk of rows of one block of four channels. Channels beyond the tensor's are
// zero, and so are the functions of zero.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "reduce/reduce.glsl"

layout(constant_id = 4) const int PAIR = 0; // of a - b

PLANES_IN(0, a_in);
PLANES_IN(1, b_in);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats partial;
    int rows;
    int chunks;
} push;

shared float sums[REDUCE_LANES];

void main()
{
    int lane = int(gl_LocalInvocationID.x);
    int chunk = int(gl_WorkGroupID.x), c4 = int(gl_WorkGroupID.y), n = int(gl_WorkGroupID.z);
    ivec4 area = chunk_area(push.d, cut_rows(push.d, push.rows), chunk);
    int count = area.z * area.w;
    Walk walk = walk_start(area, lane);
    vec4 sum = vec4(0);
    for (int i = lane; i < count; i += UNROLL * REDUCE_LANES) {
        [[unroll]] for (int k = 0; k < UNROLL; ++k) {
            ivec2 at = walk_position(walk, area);
            vec4 v = load4(a_in, push.d, n, c4, at.y, at.x);
            if (PAIR != 0)
                v -= load4(b_in, push.d, n, c4, at.y, at.x);
            sum += i + k * REDUCE_LANES < count ? loss_value(v) : vec4(0);
            walk_step(walk, area);
        }
    }
    sums[lane] = dot(sum, vec4(1));
    barrier();
    if (lane == 0) {
        float s = 0.0;
        for (int i = 0; i < REDUCE_LANES; ++i)
            s += sums[i];
        push.partial.v[(n * blocks(push.d) + c4) * push.chunks + chunk] = s;
    }
}
