#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm backward, last pass: the gradient of x.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/instance_norm.glsl"

layout(constant_id = 3) const int ACT = 0;

PLANES_IN(0, x_in);
PLANES_IN(1, dy_in);
PLANES_OUT(2, dx_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats statistics;
    Floats sums;
} push;

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x = min(int(gl_GlobalInvocationID.x), push.d.x - 1), first = int(gl_GlobalInvocationID.y) * APPLY_ROWS;
    int z = int(gl_GlobalInvocationID.z), c4s = blocks(push.d);
    int n = z / c4s, c4 = z % c4s;
    vec4 scale = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SCALE, c4);
    vec4 shift = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SHIFT, c4);
    float count = float(push.d.x * push.d.y);
    vec4 inverse = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_INVERSE, c4);
    vec4 tilt = inverse * statistics4(push.sums, c4s, 2, n, 1, c4) / count;
    vec4 mean = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_MEAN, c4);
    vec4 average = statistics4(push.sums, c4s, 2, n, 0, c4) / count;
    [[unroll]] for (int i = 0; i < APPLY_ROWS; ++i) {
        int y = min(first + i, push.d.y - 1);
        vec4 v = load4(x_in, push.d, n, c4, y, x);
        vec4 dz = load4(dy_in, push.d, n, c4, y, x) * slope_at(scale * v + shift, ACT);
        store4(dx_out, push.d, n, c4, y, x, scale * (dz - average - (v - mean) * tilt));
    }
}
