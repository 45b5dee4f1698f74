// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef EXPORT_GLSL
#define EXPORT_GLSL

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Uints source;
    Uints result;
    Floats strength;
    int offset[3]; // words
    int stride[3];
    vec4 luma; // factors of R, G, B, and offset
    vec4 u;
    vec4 v;
    int source_shift; // 0, see source_word
} push;

// A load and a store by one and the same index expression take lavapipe's compiler down a path that is twice as slow;
// it does not know that nothing is added here.
uint source_word(int word)
{
    return push.source.v[word + push.source_shift];
}

// source + strength (v - source) for four bytes; v in 0..255
uint blend(uint source, vec4 v)
{
    // signed converts faster on CPUs
    vec4 old = vec4(ivec4(uvec4(source, source >> 8, source >> 16, source >> 24) & 255));
    ivec4 b = ivec4(clamp(old + push.strength.v[0] * (v - old), 0.0, 255.0) + 0.5);
    return uint(b.x | (b.y << 8) | (b.z << 16) | (b.w << 24));
}

#endif
