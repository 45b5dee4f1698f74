#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm, last pass: activate(scale x + shift) + residual.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/instance_norm.glsl"
#include "tiles.glsl"

layout(constant_id = 3) const int ACT = 0;
layout(constant_id = 4) const int RESIDUAL = 0;
layout(constant_id = 5) const int TILES = 0; // only those in the list, APPLY_ROWS rows of one pixel after the other

PLANES_IN(0, x_in);
PLANES_OUT(1, y_out);
PLANES_IN(2, residual_in);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats statistics;
    Uints tiles;
} push;

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x = min(int(gl_GlobalInvocationID.x), push.d.x - 1), first = int(gl_GlobalInvocationID.y) * APPLY_ROWS;
    int z = int(gl_GlobalInvocationID.z), c4s = blocks(push.d);
    int n = z / c4s, c4 = z % c4s;
    if (TILES != 0) {
        ivec2 p = tile_position(push.tiles, TILE_SHIFT, TILE_ROWS / APPLY_ROWS);
        x = min(p.x, push.d.x - 1);
        first = p.y * APPLY_ROWS;
        n = 0;
        c4 = int(gl_WorkGroupID.y);
    }
    vec4 scale = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SCALE, c4);
    vec4 shift = statistics4(push.statistics, c4s, STATISTICS_ROWS, n, STATISTICS_SHIFT, c4);
    [[unroll]] for (int i = 0; i < APPLY_ROWS; ++i) {
        int y = min(first + i, push.d.y - 1);
        vec4 v = activate(scale * load4(x_in, push.d, n, c4, y, x) + shift, ACT);
        if (fills_tail(ACT))
            v = keep_tail(v, c4, push.d.z);
        if (RESIDUAL != 0)
            v += load4(residual_in, push.d, n, c4, y, x);
        store4(y_out, push.d, n, c4, y, x, v);
    }
}
