#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// RGB planes -> a frame of any format: four pixels, 4x2 where two rows share chroma, and eight at a time where a word of
// chroma belongs to as many. Blended with the frame that they were made of, if that has the same format; what is no sample,
// and alpha, is the source's.
// With a mask the strength is another for each pixel; chroma has the mean of the pixels that share it.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/format.glsl"

layout(constant_id = 13) const int MASKED = 0;

PLANES_IN(0, x_in);
PLANES_IN(1, matte); // as matte.comp makes it

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Uints source;
    Uints result;
    Floats strength; // MASKED: two: where the mask is 0, and where it is 1
    int offset[3]; // words
    int stride[3];
    vec4 luma; // factors of R, G, B, and offset
    vec4 u;
    vec4 v;
    int source_shift; // 0, see load_words()
    int source_alpha, source_stride; // words: where the source's alpha is
    int alpha;                       // words: the plane of alpha, if there is one, with the stride of the first
} push;

// 0: blended with the source, which has the same format; 1: alone, opaque; 2..5: alone, with alpha from this byte, less 2, of
// the source's pixels; 6: from its plane of alpha; and 16 if the result has such a plane
layout(constant_id = 14) const int WHAT = 0;
const int BASE = WHAT & 15, ALPHA_APART = WHAT >> 4;

const int ALPHA_BIT = 8 * (6 - FIRST(0) - FIRST(1) - FIRST(2)); // where pixels have four bytes

const int APART = int(PLANE(0) != PLANE(1));                             // chroma lies in planes of its own
const int MIXED = YUV * int(STEP(1) != 0) * int(PLANE(0) == PLANE(1)); // ... or between luma
const int GROUPS = STEP(1) == 1 ? 1 + SUB_X : 1; // of four pixels: as many as a word of chroma belongs to

int row_of(int c, int y)
{
    return push.offset[PLANE(c)] + y * push.stride[PLANE(c)];
}

// `count` words of a row; words beyond the last are replaced by it
void load_words(int row, int word, int count, int last, out uint w[4])
{
    // A load and a store by one and the same index expression take lavapipe's compiler down a path that is twice as
    // slow; it does not know that nothing is added here.
    [[unroll]] for (int k = 0; k < 4; ++k)
        w[k] = BASE == 0 && k < count ? push.source.v[row + min(word + k, last) + push.source_shift] : 0;
}

uint source_alpha(int x, int y)
{
    int row = push.source_alpha + y * push.source_stride;
    if (BASE == 1)
        return 255;
    x = min(x, push.d.x - 1);
    return BASE == 6 ? push.source.v[row + (x >> 2)] >> (8 * (x & 3)) & 255
                     : push.source.v[row + x] >> (8 * (BASE - 2)) & 255;
}

// What four pixels are without their colours, if nothing is blended.
void load_alpha(int x0, int y, inout uint w[4])
{
    [[unroll]] for (int k = 0; k < 4; ++k)
        w[k] = source_alpha(x0 + k, y) << ALPHA_BIT;
}

// Four pixels' alpha in a plane of its own.
void write_alpha(int x0, int y)
{
    uint w = 0;
    if (BASE == 0)
        w = push.source.v[push.source_alpha + y * push.source_stride + (x0 >> 2)];
    else
        [[unroll]] for (int k = 0; k < 4; ++k)
            w |= source_alpha(x0 + k, y) << (8 * k);
    push.result.v[push.alpha + y * push.stride[0] + (x0 >> 2)] = w;
}

// The first word is stored last: those beyond the row's end are overwritten then by what belongs there.
void store_words(int row, int word, int count, int last, uint w[4])
{
    [[unroll]] for (int k = 3; k >= 0; --k)
        if (k < count)
            push.result.v[row + min(word + k, last)] = w[k];
}

// Moves sample i of component c, in words that begin with sample 0, towards `value`.
void blend(inout uint w[4], int c, int i, float strength, float value)
{
    int byte = i * STEP(c) + FIRST(c), k = sample_word(byte), bit = sample_bit(byte);
    float old = get_sample(w[k], byte);
    float mixed = BASE == 0 ? old + strength * (value - old) : value;
    int result = int(clamp(mixed, 0.0, float(MOST)) + 0.5);
    w[k] = (w[k] & ~(uint(MOST) << bit)) | (uint(result) << bit);
}

vec4 load_strength(int x0, int y)
{
    if (MASKED == 0)
        return vec4(push.strength.v[0]);
    ivec4 dm = ivec4((push.d.x + 3) >> 2, push.d.y, 4, 1);
    vec4 m = load4(matte, dm, 0, 0, min(y, push.d.y - 1), x0 >> 2);
    return push.strength.v[0] + m * (push.strength.v[1] - push.strength.v[0]);
}

// of the samples of chroma: two of them, or four
vec4 chroma_strength(vec4 s)
{
    return SUB_X == 0 ? s : vec4(0.5 * (s.xz + s.yw), 0, 0);
}

// pixels x0 - 1 .. x0 + 3; the first one only where chroma needs it
void load_pixels(int x0, int y, out vec3 p[5])
{
    [[unroll]] for (int i = 0; i < 5; ++i) {
        int x = clamp(x0 + i - 1, 0, push.d.x - 1);
        p[i] = i > 0 || LEFT != 0
                   ? clamp(load4(x_in, push.d, 0, 0, clamp(y, 0, push.d.y - 1), x), 0.0, 1.0).xyz
                   : vec3(0);
    }
}

// Adds what a row contributes to the colour of the samples of chroma: two of them, or four.
void add_chroma(vec3 p[5], float share, inout vec3 mean[4])
{
    [[unroll]] for (int i = 0; i < 4; ++i) {
        if (SUB_X == 0)
            mean[i] += share * p[i + 1];
        else if (i < 2)
            mean[i] += share * (LEFT != 0 ? 0.25 * p[2 * i] + 0.5 * p[2 * i + 1] + 0.25 * p[2 * i + 2]
                                          : 0.5 * p[2 * i + 1] + 0.5 * p[2 * i + 2]);
    }
}

void blend_chroma(inout uint w[4], int c, int first, int count, vec4 strength, vec3 mean[4])
{
    vec4 factors = c == 1 ? push.u : push.v;
    [[unroll]] for (int i = 0; i < 4; ++i)
        if (i < count)
            blend(w, c, first + i, strength[i], dot(factors.xyz, mean[i]) + factors.w);
}

// A row of four pixels in the plane of luma or of RGB, with the chroma that lies there.
void write_row(int x0, int y, vec4 strength, vec3 p[5], vec4 of_chroma, vec3 mean[4])
{
    int row = row_of(0, y), word = (x0 >> 2) * STEP(0);
    int last = last_word(MIXED, push.d.xy);
    uint w[4];
    load_words(row, word, STEP(0), last, w);
    if (BASE != 0 && YUV == 0 && STEP(0) == 4)
        load_alpha(x0, y, w);
    [[unroll]] for (int i = 0; i < 4; ++i) {
        if (YUV != 0) {
            blend(w, 0, i, strength[i], dot(push.luma.xyz, p[i + 1]) + push.luma.w);
        } else {
            blend(w, 0, i, strength[i], p[i + 1].r * MOST);
            blend(w, 1, i, strength[i], p[i + 1].g * MOST);
            blend(w, 2, i, strength[i], p[i + 1].b * MOST);
        }
    }
    if (MIXED != 0) {
        blend_chroma(w, 1, 0, 2, of_chroma, mean);
        blend_chroma(w, 2, 0, 2, of_chroma, mean);
    }
    store_words(row, word, STEP(0), last, w);
    if (ALPHA_APART != 0)
        write_alpha(x0, y);
}

// Four pixels of one row or two, but for chroma in planes of its own, whose colour is returned.
void write_group(int x0, int y0, out vec4 of_chroma, out vec3 mean[4])
{
    vec3 p[5];
    vec4 strength = load_strength(x0, y0), below = strength;
    of_chroma = chroma_strength(strength);
    if (SUB_Y != 0 && MASKED != 0) {
        below = load_strength(x0, y0 + 1);
        of_chroma = 0.5 * (of_chroma + chroma_strength(below));
    }
    mean = vec3[](vec3(0), vec3(0), vec3(0), vec3(0));
    if (TOP != 0) {
        load_pixels(x0, y0 - 1, p);
        add_chroma(p, 0.25, mean);
    }
    load_pixels(x0, y0, p);
    add_chroma(p, SUB_Y != 0 ? 0.5 : 1.0, mean);
    write_row(x0, y0, strength, p, of_chroma, mean);
    if (SUB_Y != 0) {
        load_pixels(x0, y0 + 1, p);
        add_chroma(p, TOP != 0 ? 0.25 : 0.5, mean);
        write_row(x0, min(y0 + 1, push.d.y - 1), below, p, of_chroma, mean);
    }
}

void blend_groups(inout uint w[4], int c, vec4 strength[2], vec3 mean[4], vec3 next[4])
{
    int count = SUB_X != 0 ? 2 : 4;
    blend_chroma(w, c, 0, count, strength[0], mean);
    if (GROUPS == 2)
        blend_chroma(w, c, count, count, strength[1], next);
}

// A row of chroma in planes of its own, from the one that belongs to pixel x0 on.
void write_chroma(int x0, int y, vec4 strength[2], vec3 mean[4], vec3 next[4])
{
    int words = GROUPS * (SUB_X != 0 ? 2 : 4) * STEP(1) / 4;
    int word = ((x0 >> SUB_X) * STEP(1)) >> 2, last = last_word(1, push.d.xy);
    uint w[4];
    load_words(row_of(1, y), word, words, last, w);
    blend_groups(w, 1, strength, mean, next);
    if (PLANE(1) != PLANE(2)) {
        store_words(row_of(1, y), word, words, last, w);
        load_words(row_of(2, y), word, words, last, w);
    }
    blend_groups(w, 2, strength, mean, next);
    store_words(row_of(2, y), word, words, last, w);
}

void main()
{
    // Invocations beyond the edge repeat the last one's work: a branch around loads and stores costs more.
    int last = (push.d.x - 1) >> 2;
    int x = min(int(gl_GlobalInvocationID.x), last / GROUPS) * GROUPS, y = int(gl_GlobalInvocationID.y);
    vec3 mean[4], next[4];
    vec4 strength[2]; // of chroma
    write_group(4 * x, y << SUB_Y, strength[0], mean);
    next = mean;
    strength[1] = strength[0];
    if (GROUPS == 2)
        write_group(4 * min(x + 1, last), y << SUB_Y, strength[1], next);
    if (APART != 0)
        write_chroma(4 * x, y, strength, mean, next);
}
