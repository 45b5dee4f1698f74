/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Weights of one group of outputs in the order of engine/ops/conv2d.h: one invocation per packed element.
 * HALF_PRODUCTS: as fp16.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#ifdef HALF_PRODUCTS
#extension GL_EXT_shader_16bit_storage : require
#endif
#include "tensor.glsl"

layout(constant_id = 3) const int INPUTS = 4; /* in a block */
layout(constant_id = 4) const bool BY_OUTPUT = false; /* inputs of an output side by side: for matrices */

#ifdef HALF_PRODUCTS
layout(buffer_reference, scalar, buffer_reference_align = 2) writeonly buffer Packed {
    float16_t v[];
};
#else
#define Packed Floats
#endif

layout(push_constant, scalar) uniform Push
{
    Packed packed;
    Floats weight, bias;
    int elements, width;  /* of the group; outputs in it */
    int first, count;     /* output of the packed weights that comes first; outputs there are */
    ivec2 start;          /* column and row of tap 0 */
    ivec4 shape;          /* of the weight: kw, kh, inputs, outputs */
    int step, taps, inputs, transposed, has_bias;
};

void main()
{
    int i = flat_index();
    if (i >= elements)
        return;
    int o = first + i % width, row = i / width - 1;
    float value = 0;
    if (BY_OUTPUT && row >= 0) {
        int j = i - width;
        o = first + j / INPUTS % width;
        row = j / (INPUTS * width) * INPUTS + j % INPUTS;
    }
    if (row < 0) {
        if (has_bias != 0 && o < count)
            value = bias.v[o];
    } else {
        int tap = row / INPUTS % (taps * taps);
        int c = row / (INPUTS * taps * taps) * INPUTS + row % INPUTS;
        int kx = start.x + step * (tap % taps), ky = start.y + step * (tap / taps);
        if (o < count && c < inputs && uint(kx) < uint(shape.x) && uint(ky) < uint(shape.y)) {
            int at = transposed != 0 ? c * shape.z + o : o * shape.z + c;
            value = weight.v[(at * shape.y + ky) * shape.x + kx];
        }
    }
#ifdef HALF_PRODUCTS
    packed.v[i] = float16_t(value);
#else
    packed.v[i] = value;
#endif
}
