#version 450
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drawings with alpha laid over a frame of any format, in place: four pixels, 4x2 where two rows share chroma, and eight at
 * a time where a word of chroma belongs to as many. A workgroup is a tile that some drawings touch; there are no others.
 */
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_buffer_reference_uvec2 : require
#include "tensor.glsl"
#include "video/format.glsl"

layout(constant_id = 13) const int ALPHA = 0; /* as components are, or 0 */

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Uints bytes, table;
    int offset[3]; /* words */
    int stride[3];
    float luma[4]; /* factors of R, G, B, and offset */
    float u[4];
    float v[4];
    int alpha; /* words: the plane of alpha, if there is one, with the stride of the first */
} push;

/* places in the table, as engine/expression/overlay.c has them, in words */
const int TILES = 3, ALONE = 4, HEAD = 8;
const int PLACE = 4, OPACITY = 10, WOBBLE = 11, SPRITE = 16;
const int TILE = 3, FIRST_TILE = HEAD + 64 * SPRITE, GROUPS_A_ROW = 32768;

const int APART = int(PLANE(0) != PLANE(1));
const int MIXED = YUV * int(STEP(1) != 0) * int(PLANE(0) == PLANE(1));
const int GROUPS = STEP(1) == 1 ? 1 + SUB_X : 1; /* of four pixels */
const int ROWS = 1 + SUB_Y;
const int ALPHA_STEP = ALPHA >> 4 & 15, ALPHA_FIRST = ALPHA >> 8, ALPHA_APART = ALPHA & 15;

int row_of(int c, int y)
{
    return push.offset[PLANE(c)] + y * push.stride[PLANE(c)];
}

float number(int at)
{
    return uintBitsToFloat(push.table.v[at]);
}

vec4 texel(Uints pixels, ivec2 size, ivec2 at)
{
    ivec2 inside = clamp(at, ivec2(0), size - 1);
    vec4 v = unpackUnorm4x8(pixels.v[inside.y * size.x + inside.x]);
    return inside == at ? v : vec4(0);
}

/* a drawing, linear between its pixels, empty outside */
vec4 drawn(Uints pixels, ivec2 size, vec2 at)
{
    ivec2 first = ivec2(floor(at - 0.5));
    vec2 f = at - 0.5 - vec2(first);
    vec4 above = mix(texel(pixels, size, first), texel(pixels, size, first + ivec2(1, 0)), f.x);
    vec4 below = mix(texel(pixels, size, first + ivec2(0, 1)), texel(pixels, size, first + ivec2(1, 1)), f.x);
    return mix(above, below, f.y);
}

/* sprite `s` in the middle of pixel p */
vec4 sprite(int s, ivec2 p)
{
    Uints pixels = Uints(uvec2(push.table.v[s], push.table.v[s + 1]));
    ivec2 size = ivec2(push.table.v[s + 2], push.table.v[s + 3]);
    vec2 at = vec2(p) + 0.5;
    at = vec2(number(s + PLACE) * at.x + number(s + PLACE + 1) * at.y + number(s + PLACE + 2),
              number(s + PLACE + 3) * at.x + number(s + PLACE + 4) * at.y + number(s + PLACE + 5));
    float amount = number(s + WOBBLE);
    if (amount > 0.0) {
        float phase = number(s + WOBBLE + 1), slope = number(s + WOBBLE + 2);
        at += amount * vec2(sin(slope * at.y + phase), sin(1.3 * slope * at.x + 1.7 * phase + 2.0));
    }
    return number(s + OPACITY) * drawn(pixels, size, at);
}

/* the tile's sprites over one another, at the pixels of the block at p0; alpha is in the colours already */
void compose(ivec2 p0, int tile, out vec4 colours[16])
{
    [[unroll]] for (int i = 0; i < 16; i++)
        colours[i] = vec4(0);
    for (int part = 0; part < 2; part++) {
        for (uint bits = push.table.v[tile + 1 + part]; bits != 0u; bits &= bits - 1u) {
            int s = HEAD + (32 * part + findLSB(bits)) * SPRITE;
            [[unroll]] for (int i = 0; i < 4 * GROUPS * ROWS; i++) {
                ivec2 p = p0 + ivec2(i % (4 * GROUPS), i / (4 * GROUPS));
                vec4 over = sprite(s, min(p, push.d.xy - 1));
                colours[i] = over + (1.0 - over.a) * colours[i];
            }
        }
    }
}

/* words beyond the last are replaced by it */
void load_words(int row, int word, int count, int last, out uint w[4])
{
    [[unroll]] for (int k = 0; k < 4; k++)
        w[k] = k < count ? push.bytes.v[row + min(word + k, last)] : 0;
}

/* The first word is stored last: those beyond the row's end are overwritten then by what belongs there. */
void store_words(int row, int word, int count, int last, uint w[4])
{
    [[unroll]] for (int k = 3; k >= 0; k--)
        if (k < count)
            push.bytes.v[row + min(word + k, last)] = w[k];
}

void put(inout uint w[4], int byte, float value)
{
    int k = sample_word(byte), bit = sample_bit(byte);
    int result = int(clamp(value, 0.0, float(MOST)) + 0.5);
    w[k] = (w[k] & ~(uint(MOST) << bit)) | (uint(result) << bit);
}

/* Lays `value` over sample i of component c, of which `kept` shows through and `whole` is the sum. */
void lay(inout uint w[4], int c, int i, float value, float kept, float whole)
{
    int byte = i * STEP(c) + FIRST(c);
    put(w, byte, (value + kept * get_sample(w[sample_word(byte)], byte)) / whole);
}

float factor(int c, int k)
{
    return c == 0 ? push.luma[k] : c == 1 ? push.u[k] : push.v[k];
}

float of_colour(int c, vec4 colour)
{
    return YUV != 0 ? dot(vec4(factor(c, 0), factor(c, 1), factor(c, 2), factor(c, 3)), colour) : colour[c] * MOST;
}

/* @shares: of what is below and shows through, and that with what is laid over it */
void lay_chroma(inout uint w[4], int c, int first, int count, vec4 mean[4], vec2 shares[4])
{
    [[unroll]] for (int i = 0; i < 4; i++) {
        if (i >= count)
            continue;
        if (ALPHA_APART == 0)
            lay(w, c, first + i, of_colour(c, mean[i]), 1.0 - mean[i].a, 1.0);
        else if (shares[i].y > 0.0)
            lay(w, c, first + i, of_colour(c, mean[i]), shares[i].x, shares[i].y);
        else
            lay(w, c, first + i, factor(c, 3), 0.0, 1.0); /* no hue, for whoever looks between samples */
    }
}

int alpha_word(int x0, int y)
{
    return push.alpha + y * push.stride[0] + (x0 >> 2);
}

/* Shares as lay_chroma() has them of the `count` pixels in a row, of ROWS rows, that have sample i of a group. */
vec2 weigh(int x0, int y0, int i, int count, bool clear, vec4 over[16], int group)
{
    float alpha = 0.0, kept = 0.0;
    [[unroll]] for (int k = 0; k < count * ROWS; k++) {
        int x = i * count + k % count, y = min(y0 + k / count, push.d.y - 1);
        int byte = min(x, push.d.x - 1 - x0);
        float a = over[k / count * 4 * GROUPS + group * 4 + x].a;
        float below = clear ? 0.0 : float(push.bytes.v[alpha_word(x0, y)] >> (8 * byte) & 255) / 255.0;
        alpha += a;
        kept += below * (1.0 - a);
    }
    return !clear && alpha == 0.0 ? vec2(1) : vec2(kept, kept + alpha) / float(count * ROWS);
}

/* A row of four pixels in the plane of luma or of RGB, with what else lies there. */
void write_row(int x0, int y, bool clear, vec4 p[4], vec4 mean[4], vec2 shares[4])
{
    int row = row_of(0, y), word = (x0 >> 2) * STEP(0);
    int last = last_word(MIXED, push.d.xy);
    uint w[4], alpha[4];
    load_words(row, word, STEP(0), last, w);
    if (ALPHA_APART != 0)
        alpha[0] = push.bytes.v[alpha_word(x0, y)];
    [[unroll]] for (int i = 0; i < 4; i++) {
        float below = 1.0, kept, whole = 1.0;
        int at = i * ALPHA_STEP + ALPHA_FIRST;
        if (ALPHA != 0)
            below = clear ? 0.0 : get_sample(ALPHA_APART != 0 ? alpha[0] : w[sample_word(at)], at) / MOST;
        kept = below * (1.0 - p[i].a);
        if (ALPHA != 0 && !clear && p[i].a == 0.0) {
            kept = 1.0; /* colours are kept, too, where nothing is to be seen of them */
        } else if (ALPHA != 0) {
            whole = max(p[i].a + kept, 1e-6);
            if (ALPHA_APART != 0)
                put(alpha, at, (p[i].a + kept) * MOST);
            else
                put(w, at, (p[i].a + kept) * MOST);
        }
        lay(w, 0, i, of_colour(0, p[i]), kept, whole);
        if (YUV == 0) {
            lay(w, 1, i, of_colour(1, p[i]), kept, whole);
            lay(w, 2, i, of_colour(2, p[i]), kept, whole);
        }
    }
    if (MIXED != 0) {
        lay_chroma(w, 1, 0, 2, mean, shares);
        lay_chroma(w, 2, 0, 2, mean, shares);
    }
    store_words(row, word, STEP(0), last, w);
    if (ALPHA_APART != 0)
        push.bytes.v[alpha_word(x0, y)] = alpha[0];
}

/* Four pixels of one row or two, but for chroma in planes of its own, whose colour is returned. */
void write_group(int x0, int y0, int group, bool clear, vec4 colours[16], out vec4 mean[4], out vec2 shares[4])
{
    vec4 p[4];
    [[unroll]] for (int i = 0; i < 4; i++) {
        mean[i] = vec4(0);
        shares[i] = vec2(1);
        int count = SUB_X != 0 ? 2 : 1;
        if (ALPHA_APART != 0 && i * count < 4 && x0 < push.d.x)
            shares[i] = weigh(x0, y0, i, count, clear, colours, group);
        if (i * count < 4)
            [[unroll]] for (int k = 0; k < 2 * ROWS; k++)
                if (k % 2 < count)
                    mean[i] += colours[(k / 2) * 4 * GROUPS + group * 4 + i * count + k % 2] / float(count * ROWS);
    }
    [[unroll]] for (int r = 0; r < ROWS; r++) {
        if (y0 + r >= push.d.y || x0 >= push.d.x)
            continue;
        [[unroll]] for (int i = 0; i < 4; i++)
            p[i] = colours[r * 4 * GROUPS + group * 4 + i];
        write_row(x0, y0 + r, clear, p, mean, shares);
    }
}

/* A row of chroma in planes of its own, from the one that belongs to pixel x0 on. */
void write_chroma(int x0, int y, vec4 mean[4], vec4 next[4], vec2 shares[4], vec2 others[4])
{
    int count = SUB_X != 0 ? 2 : 4, words = GROUPS * count * STEP(1) / 4;
    int word = ((x0 >> SUB_X) * STEP(1)) >> 2, last = last_word(1, push.d.xy);
    uint w[4];
    load_words(row_of(1, y), word, words, last, w);
    lay_chroma(w, 1, 0, count, mean, shares);
    if (GROUPS == 2)
        lay_chroma(w, 1, count, count, next, others);
    if (PLANE(1) != PLANE(2)) {
        store_words(row_of(1, y), word, words, last, w);
        load_words(row_of(2, y), word, words, last, w);
    }
    lay_chroma(w, 2, 0, count, mean, shares);
    if (GROUPS == 2)
        lay_chroma(w, 2, count, count, next, others);
    store_words(row_of(2, y), word, words, last, w);
}

void main()
{
    /* words are read and written again: none twice */
    int number = int(gl_WorkGroupID.y) * GROUPS_A_ROW + int(gl_WorkGroupID.x), tile = FIRST_TILE + TILE * number;
    uint at = uint(number) < push.table.v[TILES] ? push.table.v[tile] : 0xffffffffu;
    ivec2 block = ivec2(at & 0xffffu, at >> 16) * ivec2(gl_WorkGroupSize.xy) + ivec2(gl_LocalInvocationID.xy);
    int x = block.x * 4 * GROUPS, y = block.y * ROWS;
    bool clear = ALPHA != 0 && push.table.v[ALONE] != 0;
    if (x >= push.d.x || y >= push.d.y)
        return;
    vec4 colours[16], mean[4], next[4];
    vec2 shares[4], others[4];
    compose(ivec2(x, y), tile, colours);
    write_group(x, y, 0, clear, colours, mean, shares);
    next = mean;
    others = shares;
    if (GROUPS == 2)
        write_group(x + 4, y, 1, clear, colours, next, others);
    if (APART != 0 && YUV != 0 && !GREY)
        write_chroma(x, y >> SUB_Y, mean, next, shares, others);
}
