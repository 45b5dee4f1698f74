#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How light a frame is in some areas: luminance (WCAG) of nine pixels in each of the 8x4 cells of an area. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/format.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Uints bytes;
    Floats areas; /* x, y, width, height */
    Vec4s result; /* mean, least, most */
    int offset[3]; /* words */
    int stride[3];
    float luma_scale, luma_offset;
    float red_v, green_u, green_v, blue_u;
    float chroma_zero;
} push;

const int SIDE = 3;

float component(int c, ivec2 p)
{
    p >>= c == 0 || YUV == 0 ? ivec2(0) : ivec2(SUB_X, SUB_Y);
    int byte = p.x * STEP(c) + FIRST(c);
    uint word = push.bytes.v[push.offset[PLANE(c)] + p.y * push.stride[PLANE(c)] + sample_word(byte)];
    return get_sample(word, byte);
}

vec3 colour_at(ivec2 p)
{
    if (YUV == 0)
        return vec3(component(0, p), component(1, p), component(2, p)) / MOST;
    float y = push.luma_scale * component(0, p) + push.luma_offset;
    if (GREY)
        return vec3(y);
    float u = component(1, p) - push.chroma_zero, v = component(2, p) - push.chroma_zero;
    return vec3(y + push.red_v * v, y + push.green_u * u + push.green_v * v, y + push.blue_u * u);
}

float luminance(vec3 c)
{
    c = clamp(c, 0.0, 1.0);
    c = mix(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, lessThanEqual(c, vec3(0.04045)));
    return dot(c, vec3(0.2126, 0.7152, 0.0722));
}

void main()
{
    int cell = int(gl_GlobalInvocationID.x), area = int(gl_GlobalInvocationID.y);
    vec2 from = vec2(push.areas.v[4 * area], push.areas.v[4 * area + 1]);
    vec2 step = vec2(push.areas.v[4 * area + 2], push.areas.v[4 * area + 3]) / vec2(8 * SIDE, 4 * SIDE);
    float sum = 0.0, least = 1.0, most = 0.0;
    for (int i = 0; i < SIDE * SIDE; i++) {
        vec2 at = from + step * (vec2(SIDE * (cell & 7) + i % SIDE, SIDE * (cell >> 3) + i / SIDE) + 0.5);
        float l = luminance(colour_at(clamp(ivec2(at), ivec2(0), push.d.xy - 1)));
        sum += l;
        least = min(least, l);
        most = max(most, l);
    }
    push.result.v[32 * area + cell] = vec4(sum / float(SIDE * SIDE), least, most, 0);
}
