#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// RGB planes -> I420 (8x2 pixels: two words of luma a row, one each of U and V) or NV12 (4x2 pixels).
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/export.glsl"

layout(constant_id = 3) const int NV12 = 0;

PLANES_IN(0, x_in);

vec3 load_pixel(int x, int y)
{
    return clamp(load4(x_in, push.d, 0, 0, min(y, push.d.y - 1), min(x, push.d.x - 1)), 0.0, 1.0).xyz;
}

void blend_word(int word, vec4 v)
{
    push.result.v[word] = blend(source_word(word), v);
}

// Writes the luma of 4x2 pixels; returns the chroma of both halves. What is beyond the edge repeats the edge's work.
void block(int x0, int y0, out vec2 u, out vec2 v)
{
    vec4 top, bottom;
    vec3 sum[2] = {vec3(0), vec3(0)};
    [[unroll]] for (int i = 0; i < 4; ++i) {
        vec3 a = load_pixel(x0 + i, y0), b = load_pixel(x0 + i, y0 + 1);
        top[i] = dot(push.luma.xyz, a) + push.luma.w;
        bottom[i] = dot(push.luma.xyz, b) + push.luma.w;
        sum[i / 2] += a + b;
    }
    u = vec2(dot(push.u.xyz, sum[0]), dot(push.u.xyz, sum[1])) * 0.25 + push.u.w;
    v = vec2(dot(push.v.xyz, sum[0]), dot(push.v.xyz, sum[1])) * 0.25 + push.v.w;
    int column = push.offset[0] + (x0 >> 2);
    blend_word(column + y0 * push.stride[0], top);
    blend_word(column + min(y0 + 1, push.d.y - 1) * push.stride[0], bottom);
}

void main()
{
    int last = (push.d.x - 1) >> 2; // word of luma
    int x = min(int(gl_GlobalInvocationID.x), NV12 != 0 ? last : last >> 1), cy = int(gl_GlobalInvocationID.y);
    int row = cy * push.stride[1] + x;
    vec2 u, v, u2, v2;
    if (NV12 != 0) {
        block(4 * x, 2 * cy, u, v);
        blend_word(push.offset[1] + row, vec4(u.x, v.x, u.y, v.y));
    } else {
        block(8 * x, 2 * cy, u, v);
        block(4 * min(2 * x + 1, last), 2 * cy, u2, v2);
        blend_word(push.offset[1] + row, vec4(u, u2));
        blend_word(push.offset[2] + cy * push.stride[2] + x, vec4(v, v2));
    }
}
