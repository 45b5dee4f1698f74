#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Four pixels of four bytes each -> RGB planes.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int BGR = 0;

PLANES_OUT(0, y_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Uints bytes;
    int offset[3]; // words
    int stride[3];
} push;

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x0 = int(gl_GlobalInvocationID.x) * 4, y = int(gl_GlobalInvocationID.y);
    int row = push.offset[0] + y * push.stride[0];
    [[unroll]] for (int i = 0; i < 4; ++i) {
        int x = min(x0 + i, push.d.x - 1);
        uint word = push.bytes.v[row + x];
        ivec4 v = ivec4(uvec4(word, word >> 8, word >> 16, 0) & 255); // signed converts faster on CPUs
        store4(y_out, push.d, 0, 0, y, x, vec4(BGR != 0 ? v.zyxw : v) * (1.0 / 255.0));
    }
}
