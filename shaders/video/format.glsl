/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the samples of a frame lie in memory, as idiom_frame_specialize() says. All of this is known when a driver compiles
 * the shader: what looks like arithmetic and choice is neither then.
 */
#ifndef FORMAT_GLSL
#define FORMAT_GLSL

/* of R, G, B or Y, U, V: plane | bytes from sample to sample << 4 | byte of the first << 8 */
layout(constant_id = 3) const int COMPONENT_0 = 0;
layout(constant_id = 4) const int COMPONENT_1 = 0;
layout(constant_id = 5) const int COMPONENT_2 = 0;
layout(constant_id = 6) const int YUV = 0;
layout(constant_id = 7) const int BITS = 8;  /* of a sample */
layout(constant_id = 8) const int SHIFT = 0; /* of its lowest bit, from that of its first byte */
layout(constant_id = 9) const int SUB_X = 0; /* 1: two pixels of a row share chroma */
layout(constant_id = 10) const int SUB_Y = 0;
layout(constant_id = 11) const int LEFT = 0; /* 1: chroma lies on the first of them, 0: in the middle */
layout(constant_id = 12) const int TOP = 0;

#define COMPONENT(c) ((c) == 0 ? COMPONENT_0 : (c) == 1 ? COMPONENT_1 : COMPONENT_2)
#define PLANE(c) (COMPONENT(c) & 15)
#define STEP(c) (COMPONENT(c) >> 4 & 15)
#define FIRST(c) (COMPONENT(c) >> 8)

const bool GREY = STEP(1) == 0;
const int MOST = (1 << BITS) - 1;

/* size of the plane of component c, in samples */
ivec2 samples(int c, ivec2 pixels)
{
    return c == 0 || YUV == 0 ? pixels : (pixels + ivec2(SUB_X, SUB_Y)) >> ivec2(SUB_X, SUB_Y);
}

/* the last word of a row in the plane of component c */
int last_word(int c, ivec2 pixels)
{
    return (samples(c, pixels).x * STEP(c) - 1) >> 2;
}

/* place of a sample in words that begin with byte 0: its word, and its lowest bit in that */
int sample_word(int byte)
{
    return byte >> 2;
}

int sample_bit(int byte)
{
    return (byte & 3) * 8 + SHIFT;
}

float get_sample(uint word, int byte)
{
    return float(int((word >> sample_bit(byte)) & MOST)); /* signed converts faster on CPUs */
}

/* four samples of component c in words that begin with the first one's pixel */
vec4 get_four(uint w[4], int c)
{
    vec4 v;
    [[unroll]] for (int i = 0; i < 4; ++i) {
        int byte = i * STEP(c) + FIRST(c);
        v[i] = get_sample(w[sample_word(byte)], byte);
    }
    return v;
}

#endif
