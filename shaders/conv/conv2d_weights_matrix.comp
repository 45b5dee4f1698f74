/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of a convolution's weights by cooperative matrices: as conv2d_weights_vector.comp, whose sums and fetching
 * these are, but subgroups share the 32 x 32 sums of a workgroup as matrices.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"
#include "conv/matrix.glsl"

layout(constant_id = 7) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 8) const int CENTER = 0; /* subtract center[channel] from both operands: Gram matrices */
layout(constant_id = 9) const int STRIDE = 1;

#define QUADS 8
#define PIXELS 32
#define PITCH 10 /* f16vec4s of a pixel: two more than needed, for other banks */
const int THREADS = int(gl_WorkGroupSize.x), FETCHES = (PIXELS * QUADS + THREADS - 1) / THREADS;
const int OWN = (32 / M) * (32 / N) / SUBGROUPS; /* matrices of sums of a subgroup */
shared f16vec4 g[PIXELS * PITCH], v[PIXELS * PITCH];
shared float results[32 * 32];
shared uint peaks[2]; /* of g and v: bits of the largest magnitude so far */

PLANES_IN(0, grad);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats parts;         /* [group][slice][output][input][ky][kx] */
    Floats center;
    ivec4 dg, ds;
    ivec4 taps;           /* of the weight: kw, kh */
    ivec2 origin;         /* in src of the first tap for output 0 */
    int inputs, first;    /* of the weight; the one that src's channel 0 belongs to */
    int images, slices;   /* pictures that are summed; shares into which their pixels are divided */
};

int me = int(gl_LocalInvocationIndex);
vec4 fetched_g[FETCHES], fetched_v[FETCHES];
matrix_sums sums[OWN];

vec4 center_of(int block)
{
    vec4 c = vec4(0);
    for (int i = 0; i < 4; i++)
        if (CENTER != 0 && 4 * block + i < ds.z)
            c[i] = center.v[4 * block + i];
    return c;
}

void fetch(int chunk, int group)
{
    int size = dg.x * dg.y;
    for (int i = 0; i < FETCHES; i++) {
        int quad = (me + THREADS * i) % QUADS, pixel = chunk * PIXELS + (me + THREADS * i) / QUADS;
        int n = pixel / size, y = pixel % size / dg.x, x = pixel % dg.x;
        int column = int(gl_WorkGroupID.x) * QUADS + quad, o = int(gl_WorkGroupID.y) * QUADS + quad;
        int block = column / (taps.x * taps.y), tap = column % (taps.x * taps.y);
        int sx = place(x * STRIDE + origin.x + tap % taps.x, ds.x, MODE);
        int sy = place(y * STRIDE + origin.y + tap / taps.x, ds.y, MODE);
        bool inside = n < images && (me + THREADS * i) < PIXELS * QUADS;
        bool source = inside && block < blocks(ds) && uint(sx) < uint(ds.x) && uint(sy) < uint(ds.y);
        n += group * images;
        fetched_g[i] = vec4(0);
        if (inside && o < blocks(dg))
            fetched_g[i] = load4(grad, dg, n, o, y, x) - center_of(o);
        fetched_v[i] = vec4(0);
        if (source)
            fetched_v[i] = load4(src, ds, n, block, sy, sx) - center_of(block);
    }
}

/* Between barriers: what has been fetched becomes operands; sums keep step with their scales. */
void fill()
{
    uvec2 before = uvec2(peaks[0], peaks[1]);
    float largest_g = 0, largest_v = 0;
    for (int i = 0; i < FETCHES; i++) {
        largest_g = max(largest_g, largest4(fetched_g[i]));
        largest_v = max(largest_v, largest4(fetched_v[i]));
    }
    barrier();
    atomicMax(peaks[0], floatBitsToUint(largest_g));
    atomicMax(peaks[1], floatBitsToUint(largest_v));
    barrier();
    float scale_g = scale_of(peaks[0]), scale_v = scale_of(peaks[1]);
    if (peaks[0] != before.x || peaks[1] != before.y)
        for (int i = 0; i < OWN; i++)
            sums[i] = sums[i] * (scale_g / scale_of(before.x)) * (scale_v / scale_of(before.y));
    for (int i = 0; i < FETCHES; i++) {
        int at = me + THREADS * i;
        if (at < PIXELS * QUADS) {
            g[at / QUADS * PITCH + at % QUADS] = f16vec4(fetched_g[i] * scale_g);
            v[at / QUADS * PITCH + at % QUADS] = f16vec4(fetched_v[i] * scale_v);
        }
    }
}

void add_products()
{
    for (int i = 0; i < OWN; i++) {
        int own = int(gl_SubgroupID) * OWN + i, row = own / (32 / N) * M, column = own % (32 / N) * N;
        for (int p = 0; p < PIXELS; p += DEPTH) {
            matrix_a a;
            matrix_b b;
            coopMatLoad(a, g, uint(p * PITCH + row / 4), PITCH, gl_CooperativeMatrixLayoutColumnMajor);
            coopMatLoad(b, v, uint(p * PITCH + column / 4), PITCH, gl_CooperativeMatrixLayoutRowMajor);
            sums[i] = coopMatMulAdd(a, b, sums[i]);
        }
    }
}

void store(int part)
{
    for (int i = 0; i < OWN; i++) {
        int own = int(gl_SubgroupID) * OWN + i, row = own / (32 / N) * M, column = own % (32 / N) * N;
        coopMatStore(sums[i], results, uint(32 * row + column), 32, gl_CooperativeMatrixLayoutRowMajor);
    }
    barrier();
    int window = taps.x * taps.y;
    for (int i = me; i < 32 * 32; i += THREADS) {
        int output_ = int(gl_WorkGroupID.y) * 32 + i / 32, column = int(gl_WorkGroupID.x) * QUADS + i % 32 / 4;
        int input_ = 4 * (column / window) + i % 4, tap = column % window;
        if (output_ < dg.z && input_ < ds.z)
            parts.v[part + (output_ * inputs + first + input_) * window + tap] =
                results[i] / scale_of(peaks[0]) / scale_of(peaks[1]);
    }
}

void main()
{
    int slice = int(gl_WorkGroupID.z) % slices, group = int(gl_WorkGroupID.z) / slices;
    int chunks = (images * dg.x * dg.y + PIXELS - 1) / PIXELS;
    /* not chunks * slice / slices: that overflows */
    int per_slice = (chunks + slices - 1) / slices;
    int begin = per_slice * slice, end = min(chunks, per_slice * (slice + 1));

    for (int i = 0; i < OWN; i++)
        sums[i] = matrix_sums(0.0);
    if (me == 0)
        peaks[0] = peaks[1] = 0;
    if (begin < end)
        fetch(begin, group);
    for (int chunk = begin; chunk < end; chunk++) {
        barrier();
        fill();
        barrier();
        if (chunk + 1 < end)
            fetch(chunk + 1, group);
        add_products();
    }
    store(int(gl_WorkGroupID.z) * dg.z * inputs * taps.x * taps.y);
}
