#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// A block of 4x2 pixels of I420 or NV12 -> RGB planes. Chroma, in the middle of 2x2 pixels, is interpolated linearly:
// 3/4 of the nearest sample and 1/4 of the next one, in both directions.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int NV12 = 0;

PLANES_OUT(0, y_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Uints bytes;
    int offset[3]; // words
    int stride[3];
    float luma_scale, luma_offset;
    float red_v, green_u, green_v, blue_u;
} push;

vec4 unpack(uint word)
{
    return vec4(ivec4(uvec4(word, word >> 8, word >> 16, word >> 24) & 255)); // signed converts faster on CPUs
}

// 4 bytes from byte `first` of the row on, which is odd; words outside [0, last] are replaced by the nearest
uint four_bytes(int row, int first, int last)
{
    int word = first >> 2;
    uint low = push.bytes.v[row + max(word, 0)], high = push.bytes.v[row + min(word + 1, last)];
    int shift = (first & 3) * 8;
    return (low >> shift) | (high << (32 - shift));
}

vec4 repeat_edge(vec4 v, int c, int width)
{
    v.x = c == 0 ? v.y : v.x;
    v.z = c + 1 < width ? v.z : v.y;
    v.w = c + 2 < width ? v.w : v.z;
    return v;
}

// chroma samples c - 1 .. c + 2 of row y, less 128; c is even; the picture's edge is repeated
void load_chroma(int c, int y, ivec2 size, out vec4 u, out vec4 v)
{
    y = clamp(y, 0, size.y - 1);
    int row = push.offset[1] + y * push.stride[1];
    if (NV12 != 0) {
        int word = c >> 1, last = (2 * size.x - 1) >> 2;
        vec4 left = unpack(push.bytes.v[row + max(word - 1, 0)]);
        vec4 middle = unpack(push.bytes.v[row + word]);
        vec4 right = unpack(push.bytes.v[row + min(word + 1, last)]);
        u = vec4(left.z, middle.xz, right.x);
        v = vec4(left.w, middle.yw, right.y);
    } else {
        int last = (size.x - 1) >> 2;
        u = unpack(four_bytes(row, c - 1, last));
        v = unpack(four_bytes(push.offset[2] + y * push.stride[2], c - 1, last));
    }
    u = repeat_edge(u, c, size.x) - 128.0;
    v = repeat_edge(v, c, size.x) - 128.0;
}

vec4 upsample(vec4 c)
{
    return 0.75 * c.yyzz + 0.25 * c.xzyw;
}

void store_row(int x0, int y, vec4 u, vec4 v)
{
    int word = push.offset[0] + min(y, push.d.y - 1) * push.stride[0] + (x0 >> 2);
    vec4 luma = push.luma_scale * unpack(push.bytes.v[word]) + push.luma_offset;
    vec4 r = clamp(luma + push.red_v * v, 0.0, 1.0);
    vec4 g = clamp(luma + push.green_u * u + push.green_v * v, 0.0, 1.0);
    vec4 b = clamp(luma + push.blue_u * u, 0.0, 1.0);
    [[unroll]] for (int i = 0; i < 4; ++i)
        store4_inside(y_out, push.d, 0, 0, y, x0 + i, vec4(r[i], g[i], b[i], 0));
}

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x0 = min(int(gl_GlobalInvocationID.x), (push.d.x - 1) >> 2) * 4, cy = int(gl_GlobalInvocationID.y);
    ivec2 size = (push.d.xy + 1) >> 1;
    vec4 u0, u1, u2, v0, v1, v2;
    load_chroma(x0 >> 1, cy - 1, size, u0, v0);
    load_chroma(x0 >> 1, cy, size, u1, v1);
    load_chroma(x0 >> 1, cy + 1, size, u2, v2);
    store_row(x0, 2 * cy, upsample(0.25 * u0 + 0.75 * u1), upsample(0.25 * v0 + 0.75 * v1));
    store_row(x0, 2 * cy + 1, upsample(0.75 * u1 + 0.25 * u2), upsample(0.75 * v1 + 0.25 * v2));
}
