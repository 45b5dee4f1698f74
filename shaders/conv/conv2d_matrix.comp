/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution by cooperative matrices: rows are M pixels side by side, columns N outputs, the depth is input channels
 * under one tap. A workgroup computes M x (ROWS x SUBGROUPS) pixels of N COLUMNS outputs; a subgroup has ROWS rows of
 * pixels. CHANNELS inputs at a time are in shared memory, channels of a pixel side by side, with the border of the tile,
 * while the next are on their way, and their weights. Packed weights: engine/ops/conv2d.h, with CHANNELS inputs in a block.
 * The dispatch's z is picture x group of outputs.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_EXT_shader_16bit_storage : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "conv/matrix.glsl"
#include "activations.glsl"

layout(constant_id = 7) const int ACT = 0;
layout(constant_id = 8) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 9) const int K = 3;
layout(constant_id = 10) const int STRIDE = 1;
layout(constant_id = 11) const int ROWS = 4;
layout(constant_id = 12) const int COLUMNS = 2;
#ifdef GRADIENT
layout(constant_id = 13) const int OTHER = 0;  /* adds what is in other */
layout(constant_id = 14) const int SLOPE = 0; /* multiply by the slope of this activation at `activated` */
#endif

#define CHANNELS 16
#define PITCH 6 /* f16vec4s of a pixel: two more than needed, for other banks */
const int THREADS = int(gl_WorkGroupSize.x);
const int TILE_W = (M - 1) * STRIDE + K, TILE_H = (ROWS * SUBGROUPS - 1) * STRIDE + K;
const int TEXELS = TILE_W * TILE_H * CHANNELS / 4, FETCHES = (TEXELS + THREADS - 1) / THREADS;
const int OUT_QUADS = N * COLUMNS / 4;
const int WEIGHTS = K * K * N * COLUMNS * CHANNELS / 4;
shared f16vec4 tile[TILE_W * TILE_H * PITCH];
shared f16vec4 factors[WEIGHTS]; /* weights of these channels: [tap][output][input] */
shared vec4 results[SUBGROUPS * M * OUT_QUADS];
#ifdef HALF
#define TEXEL f16vec4
#else
#define TEXEL vec4
shared uint peak; /* bits of the largest magnitude so far */
#endif

PLANES_INOUT(0, dst);
PLANES_IN(1, src);
PLANES_IN(2, src2);
#ifdef GRADIENT
PLANES_IN(3, other);
PLANES_IN(4, activated);
#endif

layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Weights {
    f16vec4 v[];
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

int me = int(gl_LocalInvocationIndex);
int from[FETCHES]; /* where in a plane the texels are that this invocation fetches; -1: nowhere */
TEXEL fetched[FETCHES];
matrix_sums sums[ROWS * COLUMNS];

void locate(ivec2 corner)
{
    [[unroll]] for (int i = 0; i < FETCHES; i++) {
        int pixel = (me + THREADS * i) / (CHANNELS / 4);
        int x = place(corner.x + pixel % TILE_W, ds.x, MODE), y = place(corner.y + pixel / TILE_W, ds.y, MODE);
        from[i] = uint(x) < uint(ds.x) && uint(y) < uint(ds.y) ? y * ds.x + x : -1;
    }
}

/* Input blocks first ... first + CHANNELS / 4 - 1. */
void fetch(int first, int n)
{
    int plane = ds.x * ds.y, inputs = blocks(ds);
    [[unroll]] for (int i = 0; i < FETCHES; i++) {
        int block = first + (me + THREADS * i) % (CHANNELS / 4);
        bool there = from[i] >= 0 && block < inputs + blocks2;
        int at = max(from[i], 0);
        TEXEL v = TEXEL(0);
        if (there && block < inputs)
            v = TEXEL(src.v[(n * inputs + block) * plane + at]);
        else if (there)
            v = TEXEL(src2.v[(n * blocks2 + block - inputs) * plane + at]);
        fetched[i] = v;
    }
}

/* Between barriers: what has been fetched becomes the tile; sums keep step with its scale. */
void fill()
{
#ifndef HALF
    uint before = peak;
    float mine = 0;
    [[unroll]] for (int i = 0; i < FETCHES; i++)
        mine = max(mine, largest4(fetched[i]));
    barrier();
    atomicMax(peak, floatBitsToUint(mine));
    barrier();
    float to_half = scale_of(peak), change = to_half / scale_of(before);
    if (peak != before)
        for (int i = 0; i < ROWS * COLUMNS; i++)
            sums[i] = sums[i] * change;
#endif
    [[unroll]] for (int i = 0; i < FETCHES; i++) {
        int at = me + THREADS * i;
        if (i < FETCHES - 1 || at < TEXELS)
#ifdef HALF
            tile[at / (CHANNELS / 4) * PITCH + at % (CHANNELS / 4)] = fetched[i];
#else
            tile[at / (CHANNELS / 4) * PITCH + at % (CHANNELS / 4)] = f16vec4(fetched[i] * to_half);
#endif
    }
}

/* Weights of these channels; first: where those of tap 0 are; width: outputs in all. */
void fetch_weights(int first, int width)
{
    Weights w = Weights(weights);
    const int own = N * COLUMNS * CHANNELS / 4; /* of a tap */
    for (int i = me; i < WEIGHTS; i += THREADS)
        factors[i] = w.v[first + i / own * width * (CHANNELS / 4) + i % own];
}

void add_products()
{
    uint row0 = gl_SubgroupID * uint(ROWS);
    for (int tap = 0; tap < K * K; tap++)
        for (int c = 0; c < CHANNELS; c += DEPTH) {
            matrix_b b[COLUMNS];
            for (int i = 0; i < COLUMNS; i++)
                coopMatLoad(b[i], factors, uint(((tap * COLUMNS + i) * N * CHANNELS + c) / 4), CHANNELS / 4,
                            gl_CooperativeMatrixLayoutColumnMajor);
            for (int r = 0; r < ROWS; r++) {
                matrix_a a;
                uint at = ((row0 + uint(r)) * uint(STRIDE) + uint(tap / K)) * uint(TILE_W) + uint(tap % K);
                coopMatLoad(a, tile, at * PITCH + uint(c / 4), uint(STRIDE * PITCH), gl_CooperativeMatrixLayoutRowMajor);
                for (int i = 0; i < COLUMNS; i++)
                    sums[r * COLUMNS + i] = coopMatMulAdd(a, b[i], sums[r * COLUMNS + i]);
            }
        }
}

/* Four outputs of a pixel. */
void finish(vec4 sum, ivec2 pixel, int quad, int n)
{
    int block = dst_first + quad;
    if (pixel.x >= size.x || pixel.y >= size.y || block >= blocks(d))
        return;
    Weights bias = Weights(weights);
    ivec2 at = pixel * scale + offset;
    vec4 result = keep_tail(activate(sum + vec4(bias.v[quad]), ACT), block, d.z);
#ifdef GRADIENT
    if (OTHER != 0)
        result += load4(other, d, n, block, at.y, at.x);
    if (SLOPE != IDIOM_ACT_NONE)
        result *= slope(load4(activated, d, n, block, at.y, at.x), SLOPE);
#endif
    store4(dst, d, n, block, at.y, at.x, result);
}

/* A row of every subgroup through shared memory: only there it is known whose is which number. */
void store_row(int r, int group, int n)
{
    float factor = 1.0;
#ifndef HALF
    factor = 1.0 / scale_of(peak);
#endif
    barrier();
    for (int i = 0; i < COLUMNS; i++)
        coopMatStore(sums[r * COLUMNS + i], results, gl_SubgroupID * uint(M * OUT_QUADS) + uint(i * N / 4), uint(OUT_QUADS),
                     gl_CooperativeMatrixLayoutRowMajor);
    barrier();
    for (int i = me; i < SUBGROUPS * M * OUT_QUADS; i += THREADS) {
        int subgroup = i / (M * OUT_QUADS), x = i / OUT_QUADS % M;
        ivec2 pixel = ivec2(gl_WorkGroupID.xy) * ivec2(M, ROWS * SUBGROUPS) + ivec2(x, subgroup * ROWS + r);
        finish(results[i] * factor, pixel, group * OUT_QUADS + i % OUT_QUADS, n);
    }
}

void main()
{
    int group = int(gl_WorkGroupID.z) % groups, n = int(gl_WorkGroupID.z) / groups + image;
    int width = groups * N * COLUMNS;
    int all = blocks(ds) + blocks2;

    for (int i = 0; i < ROWS * COLUMNS; i++)
        sums[i] = matrix_sums(0.0);
#ifndef HALF
    if (me == 0)
        peak = 0;
#endif
    locate(ivec2(gl_WorkGroupID.xy) * ivec2(M, ROWS * SUBGROUPS) * STRIDE + origin);
    fetch(0, n);
    for (int block = 0; block < all; block += CHANNELS / 4) {
        barrier();
        fill();
        fetch_weights((width * (1 + 4 * block * K * K) + group * N * COLUMNS * CHANNELS) / 4, width);
        barrier();
        if (block + CHANNELS / 4 < all)
            fetch(block + CHANNELS / 4, n);
        add_products();
    }
    for (int r = 0; r < ROWS; r++)
        store_row(r, group, n);
}
