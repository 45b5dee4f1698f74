#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// A frame of any format -> RGB planes: four pixels, or 4x2 where two rows share chroma. Chroma is interpolated linearly.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/format.glsl"

PLANES_OUT(0, y_out);

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Uints bytes;
    int offset[3]; // words
    int stride[3];
    float luma_scale, luma_offset;
    float red_v, green_u, green_v, blue_u;
    float chroma_zero;
} push;

int row_of(int c, int y)
{
    return push.offset[PLANE(c)] + y * push.stride[PLANE(c)];
}

// `count` words of a row; words outside [0, last] are replaced by the nearest
void load_words(int row, int word, int count, int last, out uint w[4])
{
    [[unroll]] for (int k = 0; k < 4; ++k)
        w[k] = k < count ? push.bytes.v[row + clamp(word + k, 0, last)] : 0;
}

// samples x0 .. x0 + 3 of component c; x0 is a multiple of 4
vec4 load_four(int c, int x0, int y)
{
    uint w[4];
    load_words(row_of(c, y), (x0 >> 2) * STEP(c), STEP(c), last_word(c, push.d.xy), w);
    return get_four(w, c);
}

// 4 bytes from byte `first` of the row on, which is odd; words outside [0, last] are replaced by the nearest
uint four_bytes(int row, int first, int last)
{
    int word = first >> 2;
    uint low = push.bytes.v[row + max(word, 0)], high = push.bytes.v[row + min(word + 1, last)];
    int shift = (first & 3) * 8;
    return (low >> shift) | (high << (32 - shift));
}

// the words around samples s - 1 .. s + 2 of component c; s is even
void load_around(int c, int s, int y, out uint w[4])
{
    int last = last_word(c, push.d.xy);
    if (STEP(c) == 1)
        w[0] = four_bytes(row_of(c, y), s - 1, last);
    else
        load_words(row_of(c, y), ((s * STEP(c)) >> 2) - 1, STEP(c) == 2 ? 3 : 4, last, w);
}

vec4 get_around(uint w[4], int c, int s)
{
    int width = samples(c, push.d.xy).x;
    vec4 v;
    [[unroll]] for (int i = 0; i < 4; ++i) {
        int byte = STEP(c) == 1 ? i : 4 + (i - 1) * STEP(c) + FIRST(c);
        v[i] = get_sample(w[sample_word(byte)], byte);
    }
    v.x = s == 0 ? v.y : v.x;
    v.z = s + 1 < width ? v.z : v.y;
    v.w = s + 2 < width ? v.w : v.z;
    return v;
}

vec4 spread(vec4 v)
{
    return LEFT != 0 ? 0.5 * v.yyzz + 0.5 * v.yzzw : 0.75 * v.yyzz + 0.25 * v.xzyw;
}

// chroma at four pixels of a row of chroma, less what stands for none
void load_chroma(int x0, int y, out vec4 u, out vec4 v)
{
    u = v = vec4(0);
    if (GREY)
        return;
    y = clamp(y, 0, samples(1, push.d.xy).y - 1);
    if (SUB_X == 0) {
        u = load_four(1, x0, y) - push.chroma_zero;
        v = load_four(2, x0, y) - push.chroma_zero;
        return;
    }
    uint a[4], b[4];
    load_around(1, x0 >> 1, y, a);
    if (PLANE(1) == PLANE(2))
        b = a;
    else
        load_around(2, x0 >> 1, y, b);
    u = spread(get_around(a, 1, x0 >> 1)) - push.chroma_zero;
    v = spread(get_around(b, 2, x0 >> 1)) - push.chroma_zero;
}

void store_row(int x0, int y, vec4 r, vec4 g, vec4 b)
{
    [[unroll]] for (int i = 0; i < 4; ++i)
        store4_inside(y_out, push.d, 0, 0, y, x0 + i, vec4(r[i], g[i], b[i], 0));
}

void convert_rgb(int x0, int y)
{
    uint w[4];
    load_words(row_of(0, y), (x0 >> 2) * STEP(0), STEP(0), last_word(0, push.d.xy), w);
    store_row(x0, y, get_four(w, 0) / MOST, get_four(w, 1) / MOST, get_four(w, 2) / MOST);
}

void convert_yuv(int x0, int y, vec4 u, vec4 v)
{
    vec4 luma = push.luma_scale * load_four(0, x0, min(y, push.d.y - 1)) + push.luma_offset;
    store_row(x0, y, clamp(luma + push.red_v * v, 0.0, 1.0),
              clamp(luma + push.green_u * u + push.green_v * v, 0.0, 1.0), clamp(luma + push.blue_u * u, 0.0, 1.0));
}

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int x0 = min(int(gl_GlobalInvocationID.x), (push.d.x - 1) >> 2) * 4, y = int(gl_GlobalInvocationID.y);
    vec4 u0, u1, u2, v0, v1, v2;
    if (YUV == 0) {
        convert_rgb(x0, y);
        return;
    }
    load_chroma(x0, y, u1, v1);
    if (SUB_Y == 0) {
        convert_yuv(x0, y, u1, v1);
        return;
    }
    load_chroma(x0, y + 1, u2, v2);
    if (TOP != 0) {
        convert_yuv(x0, 2 * y, u1, v1);
        convert_yuv(x0, 2 * y + 1, 0.5 * (u1 + u2), 0.5 * (v1 + v2));
    } else {
        load_chroma(x0, y - 1, u0, v0);
        convert_yuv(x0, 2 * y, 0.25 * u0 + 0.75 * u1, 0.25 * v0 + 0.75 * v1);
        convert_yuv(x0, 2 * y + 1, 0.75 * u1 + 0.25 * u2, 0.75 * v1 + 0.25 * v2);
    }
}
