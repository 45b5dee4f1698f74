#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Four pixels of RGB planes -> four bytes each, the fourth byte the source's.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/export.glsl"

layout(constant_id = 3) const int BGR = 0;

PLANES_IN(0, x_in);

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x0 = int(gl_GlobalInvocationID.x) * 4, y = int(gl_GlobalInvocationID.y);
    int row = push.offset[0] + y * push.stride[0];
    [[unroll]] for (int i = 0; i < 4; ++i) {
        int x = min(x0 + i, push.d.x - 1);
        vec4 v = 255.0 * clamp(load4(x_in, push.d, 0, 0, y, x), 0.0, 1.0);
        uint source = source_word(row + x);
        push.result.v[row + x] = (blend(source, BGR != 0 ? v.zyxw : v) & 0xffffff) | (source & 0xff000000);
    }
}
