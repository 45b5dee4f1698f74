/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution for GPUs: a workgroup of 8 x 8 invocations computes 8 PIXELS x 8 pixels of 4 QUADS outputs. Four input
 * channels at a time are brought into shared memory with their border, while the four before are worked on; an
 * invocation keeps PIXELS x QUADS vec4 in registers, its pixels 8 apart so that neighbours read neighbouring texels.
 * Weights are read only and at uniform addresses: GPUs load them once for all invocations.
 * The dispatch's z is picture x group of outputs. Packed weights: engine/ops/conv2d.h.
 *
 * HALF_PRODUCTS: fp16 arithmetic, two products an instruction; sums of more than 36 products are fp32.
 * UPSAMPLE: src is seen at twice its size, bilinearly; only stride 1, and pixels beyond the edge repeat it.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#ifdef HALF_PRODUCTS
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#define REAL4 f16vec4
#define REAL4_BYTES 8
#else
#define REAL4 vec4
#define REAL4_BYTES 16
#endif
#extension GL_EXT_buffer_reference_uvec2 : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int PIXELS = 4;
layout(constant_id = 4) const int ACT = 0;
layout(constant_id = 5) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 6) const int K = 3;
layout(constant_id = 7) const int STRIDE = 1;
layout(constant_id = 8) const int QUADS = 4;
#ifdef GRADIENT
layout(constant_id = 9) const int OTHER = 0;  /* adds what is in other */
layout(constant_id = 10) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */
#endif

const int TILE_W = (8 * PIXELS - 1) * STRIDE + K, TILE_H = 7 * STRIDE + K, TEXELS = TILE_W * TILE_H;
const int FETCHES = (TEXELS + 63) / 64; /* of an invocation */
shared REAL4 tile[TEXELS];

PLANES_INOUT(0, dst);
PLANES_IN(1, src);
PLANES_IN(2, src2);
#ifdef GRADIENT
PLANES_IN(3, other);
PLANES_IN(4, activated);
#endif

layout(buffer_reference, scalar, buffer_reference_align = 8) readonly restrict buffer Weights {
    REAL4 v[];
};
layout(push_constant, scalar) uniform Push
{
    uvec2 weights;      /* address */
    int image, scale;   /* first picture of the batch; distance of the outputs in dst */
    ivec4 d, ds;
    ivec2 size;         /* of the outputs */
    ivec2 origin;       /* in src of the first tap of output 0 */
    ivec2 offset;       /* in dst of output 0 */
    int dst_first, unused, unused2;
    int groups, blocks2;
};

/* From one of them on. */
Weights weights_from(uint first)
{
    uint carry, low = uaddCarry(weights.x, first * REAL4_BYTES, carry);
    return Weights(uvec2(low, weights.y + carry));
}

int me = int(gl_LocalInvocationIndex), lx = int(gl_LocalInvocationID.x), ly = int(gl_LocalInvocationID.y);
int from[FETCHES]; /* where in a plane the texels are that this invocation fetches; -1: nowhere */
REAL4 fetched[FETCHES];

#ifdef UPSAMPLE
#define PICTURE d.xy /* the size of what is convolved */
const int SMALL_W = 4 * PIXELS + 2, SMALL = SMALL_W * 6, SMALL_FETCHES = (SMALL + 63) / 64;
shared REAL4 small[SMALL];
int small_from[SMALL_FETCHES];
int above[FETCHES]; /* four times where in small the upper left one is of the four that a texel is made of, and its phase */

void locate_small(ivec2 corner)
{
    ivec2 base = (corner - 1) >> 1; /* of small */
    [[unroll]] for (int i = 0; i < SMALL_FETCHES; i++) {
        int at = me + 64 * i;
        ivec2 p = clamp(base + ivec2(at % SMALL_W, at / SMALL_W), ivec2(0), ds.xy - 1);
        small_from[i] = p.y * ds.x + p.x;
    }
    [[unroll]] for (int i = 0; i < FETCHES; i++) {
        int at = me + 64 * i;
        ivec2 p = clamp(corner + ivec2(at % TILE_W, at / TILE_W), ivec2(0), d.xy - 1);
        ivec2 q = ((p - 1) >> 1) - base;
        above[i] = 4 * (q.y * SMALL_W + q.x) + 2 * (p.y & 1) + (p.x & 1);
    }
}

/* A quarter of a small pixel away from its centre. */
REAL4 upsampled(int i)
{
    int at = above[i] >> 2;
    REAL4 x = REAL4((above[i] & 1) != 0 ? 0.25 : 0.75), y = REAL4((above[i] & 2) != 0 ? 0.25 : 0.75);
    return mix(mix(small[at], small[at + 1], x), mix(small[at + SMALL_W], small[at + SMALL_W + 1], x), y);
}
#else
#define PICTURE ds.xy
#endif

vec4 acc[PIXELS][QUADS];
const int PART = K > 3 ? 1 : K; /* rows of taps that are summed up by themselves */
#ifdef HALF_PRODUCTS
f16vec4 sums[PIXELS][QUADS]; /* of up to 36 products */

void begin_sums()
{
    for (int p = 0; p < PIXELS; p++)
        for (int q = 0; q < QUADS; q++)
            sums[p][q] = f16vec4(0);
}

void end_sums()
{
    for (int p = 0; p < PIXELS; p++)
        for (int q = 0; q < QUADS; q++)
            acc[p][q] += vec4(sums[p][q]);
}
#else
#define sums acc
#define begin_sums()
#define end_sums()
#endif

/* The tile's first texel is at corner. */
void locate(ivec2 corner)
{
    [[unroll]] for (int i = 0; i < FETCHES; i++) {
        int at = me + 64 * i;
        int x = place(corner.x + at % TILE_W, PICTURE.x, MODE), y = place(corner.y + at / TILE_W, PICTURE.y, MODE);
        from[i] = uint(x) < uint(PICTURE.x) && uint(y) < uint(PICTURE.y) ? y * PICTURE.x + x : -1;
    }
#ifdef UPSAMPLE
    locate_small(corner);
#endif
}

/* Loads without a branch, so that all are under way at once. */
void fetch(int block, int n)
{
    int inputs = blocks(ds), plane = PICTURE.x * PICTURE.y;
    if (block < inputs) {
#ifdef UPSAMPLE
        [[unroll]] for (int i = 0; i < SMALL_FETCHES; i++)
            fetched[i] = REAL4(src.v[(n * inputs + block) * ds.x * ds.y + small_from[i]]);
#else
        [[unroll]] for (int i = 0; i < FETCHES; i++)
            fetched[i] = REAL4(src.v[(n * inputs + block) * plane + max(from[i], 0)]);
#endif
    } else {
        [[unroll]] for (int i = 0; i < FETCHES; i++)
            fetched[i] = REAL4(src2.v[(n * blocks2 + block - inputs) * plane + max(from[i], 0)]);
    }
}

void fill(int block)
{
#ifdef UPSAMPLE
    if (block < blocks(ds)) {
        [[unroll]] for (int i = 0; i < SMALL_FETCHES; i++)
            if (me + 64 * i < SMALL)
                small[me + 64 * i] = fetched[i];
        barrier();
        [[unroll]] for (int i = 0; i < FETCHES; i++)
            if (i < FETCHES - 1 || me + 64 * i < TEXELS)
                tile[me + 64 * i] = upsampled(i);
        return;
    }
#endif
    [[unroll]] for (int i = 0; i < FETCHES; i++)
        if (i < FETCHES - 1 || me + 64 * i < TEXELS)
            tile[me + 64 * i] = from[i] < 0 ? REAL4(0) : fetched[i];
}

/* The products of one row of taps. */
void add_row(Weights w, int ky)
{
    for (int kx = 0; kx < K; kx++) {
        REAL4 v[PIXELS];
        for (int p = 0; p < PIXELS; p++)
            v[p] = tile[(ly * STRIDE + ky) * TILE_W + (lx + 8 * p) * STRIDE + kx];
        for (int q = 0; q < QUADS; q++)
            for (int c = 0; c < 4; c++) {
                REAL4 m = w.v[((ky * K + kx) * 4 + c) * QUADS + q];
                for (int p = 0; p < PIXELS; p++)
                    sums[p][q] = fma(m, REAL4(v[p][c]), sums[p][q]);
            }
    }
}

void main()
{
    int group = int(gl_WorkGroupID.z) % groups, n = int(gl_WorkGroupID.z) / groups + image;
    int x0 = int(gl_WorkGroupID.x) * 8 * PIXELS, y0 = int(gl_WorkGroupID.y) * 8;
    int all = blocks(ds) + blocks2;
    uint first_weight = uint(group * QUADS * (1 + 4 * all * K * K));
    Weights bias = weights_from(first_weight);

    for (int p = 0; p < PIXELS; p++)
        for (int q = 0; q < QUADS; q++)
            acc[p][q] = vec4(bias.v[q]);
    locate(ivec2(x0, y0) * STRIDE + origin);
    fetch(0, n);
    for (int block = 0; block < all; block++) {
        barrier();
        fill(block);
        barrier();
        if (block + 1 < all)
            fetch(block + 1, n);
        Weights w = weights_from(first_weight + uint(QUADS * (1 + block * K * K * 4)));
        for (int part = 0; part < K; part += PART) {
            begin_sums();
            for (int row = 0; row < PART; row++)
                add_row(w, part + row);
            end_sums();
        }
    }
    int y = y0 + ly;
    for (int p = 0; p < PIXELS; p++) {
        int x = x0 + lx + 8 * p;
        if (x < size.x && y < size.y)
            for (int q = 0; q < QUADS; q++) {
                int block = dst_first + group * QUADS + q;
                ivec2 at = ivec2(x, y) * scale + offset;
                vec4 result = keep_tail(activate(acc[p][q], ACT), block, d.z);
#ifdef GRADIENT
                if (OTHER != 0)
                    result += load4(other, d, n, block, at.y, at.x);
                if (SLOPE != IDIOM_ACT_NONE)
                    result *= slope(load4(activated, d, n, block, at.y, at.x), SLOPE);
#endif
                store4(dst, d, n, block, at.y, at.x, result);
            }
    }
}
