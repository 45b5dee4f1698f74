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
} push;

// source + strength (v - source) for four bytes; v in 0..255
uint blend(uint source, vec4 v)
{
    vec4 old = vec4(uvec4(source, source >> 8, source >> 16, source >> 24) & 255);
    uvec4 b = uvec4(clamp(old + push.strength.v[0] * (v - old), 0.0, 255.0) + 0.5);
    return b.x | (b.y << 8) | (b.z << 16) | (b.w << 24);
}

#endif
