/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of a convolution's weights for GPUs: a product of matrices, outputs x pixels times pixels x columns, where
 * a column is an input channel under a tap. A workgroup of 8 x 8 invocations computes 32 x 32 sums over its share of
 * the pixels, 4 x 4 an invocation, 32 pixels at a time through shared memory. conv2d_weights_sum.comp adds the shares.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "conv/conv2d.glsl"

#define QUADS 8
#define PIXELS 32

layout(constant_id = 3) const int MODE = 0; /* IdiomPadMode */
layout(constant_id = 4) const int CENTER = 0; /* subtract center[channel] from both operands: Gram matrices */
layout(constant_id = 5) const int STRIDE = 1;

shared vec4 g[PIXELS * QUADS], v[PIXELS * QUADS];

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

vec4 center_of(int block)
{
    vec4 c = vec4(0);
    for (int i = 0; i < 4; i++)
        if (CENTER != 0 && 4 * block + i < ds.z)
            c[i] = center.v[4 * block + i];
    return c;
}

void main()
{
    int me = int(gl_LocalInvocationIndex), column_quad = me % QUADS, output_quad = me / QUADS;
    int slice = int(gl_WorkGroupID.z) % slices, group = int(gl_WorkGroupID.z) / slices;
    int size = dg.x * dg.y, chunks = (images * size + PIXELS - 1) / PIXELS;
    int window = taps.x * taps.y;
    /* what this invocation fetches: one column and one output quad of every eighth pixel */
    int fetch_column = int(gl_WorkGroupID.x) * QUADS + column_quad, fetch_output = int(gl_WorkGroupID.y) * QUADS + column_quad;
    int fetch_block = fetch_column / window, fetch_tap = fetch_column % window;
    ivec2 shift = origin + ivec2(fetch_tap % taps.x, fetch_tap / taps.x);
    vec4 in_center = center_of(fetch_block), out_center = center_of(fetch_output);
    vec4 acc[4] = vec4[4](vec4(0), vec4(0), vec4(0), vec4(0)); /* of each output the four columns */

    /* not chunks * slice / slices: that overflows */
    int per_slice = (chunks + slices - 1) / slices;
    int end = min(chunks, per_slice * (slice + 1));
    for (int chunk = per_slice * slice; chunk < end; chunk++) {
        barrier();
        for (int p = output_quad; p < PIXELS; p += QUADS) {
            int pixel = chunk * PIXELS + p, n = pixel / size;
            int y = pixel % size / dg.x, x = pixel % dg.x;
            bool inside = n < images;
            int sx = place(x * STRIDE + shift.x, ds.x, MODE), sy = place(y * STRIDE + shift.y, ds.y, MODE);
            bool source = inside && fetch_block < blocks(ds) && uint(sx) < uint(ds.x) && uint(sy) < uint(ds.y);
            n += group * images;
            g[p * QUADS + column_quad] =
                inside && fetch_output < blocks(dg) ? load4(grad, dg, n, fetch_output, y, x) - out_center : vec4(0);
            v[p * QUADS + column_quad] = source ? load4(src, ds, n, fetch_block, sy, sx) - in_center : vec4(0);
        }
        barrier();
        for (int p = 0; p < PIXELS; p++) {
            vec4 a = g[p * QUADS + output_quad], b = v[p * QUADS + column_quad];
            for (int o = 0; o < 4; o++)
                acc[o] += a[o] * b;
        }
    }

    int output_block = int(gl_WorkGroupID.y) * QUADS + output_quad;
    int ky = fetch_tap / taps.x, kx = fetch_tap % taps.x;
    int part = int(gl_WorkGroupID.z) * dg.z * inputs * window;
    for (int o = 0; o < 4; o++)
        for (int i = 0; i < 4; i++) {
            int out_channel = 4 * output_block + o, in_channel = 4 * fetch_block + i;
            if (out_channel < dg.z && in_channel < ds.z)
                parts.v[part + ((out_channel * inputs + first + in_channel) * taps.y + ky) * taps.x + kx] = acc[o][i];
        }
}
