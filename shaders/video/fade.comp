#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// from + amount (to - from) for bytes, four at a time, rounded to nearest.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Uints from;
    Uints to;
    Uints result;
    Floats amount;
    uint count; // words
} push;

// signed converts faster on CPUs
vec4 unpack(uint v)
{
    return vec4(ivec4(uvec4(v, v >> 8, v >> 16, v >> 24) & 255));
}

void main()
{
    uint i = uint(flat_index());
    if (i >= push.count)
        return;
    vec4 a = unpack(push.from.v[i]), b = unpack(push.to.v[i]);
    ivec4 v = ivec4(a + push.amount.v[0] * (b - a) + 0.5);
    push.result.v[i] = uint(v.x | (v.y << 8) | (v.z << 16) | (v.w << 24));
}
