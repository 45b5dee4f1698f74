/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weights for upsample2_conv2d.comp, which describes their order. One invocation per number. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    Floats packed, weight, bias;
    int count, per_block; /* numbers in all, and for 4 outputs */
    int outputs, inputs;  /* of the weight */
    int blocks;           /* input blocks of the upsampled tensor */
    int has_bias;
};

/*
 * Share of large tap k in small tap s for the first (0) or second (1) of two pixels. Bilinear upsampling puts them a
 * quarter of a small pixel to the left and right of its centre.
 */
float share(int pixel, int s, int k)
{
    const float t[18] = float[](0.75, 0.25, 0.0, 0.25, 0.75, 0.75, 0.0, 0.0, 0.25,
                                0.25, 0.0, 0.0, 0.75, 0.75, 0.25, 0.0, 0.25, 0.75);
    return t[(pixel * 3 + s) * 3 + k];
}

void main()
{
    int i = flat_index();
    if (i >= count)
        return;
    int output_ = i / per_block * 4 + i % 4, at = i % per_block / 4;
    float value = 0;
    if (output_ < outputs) {
        if (at == 0) {
            value = has_bias != 0 ? bias.v[output_] : 0;
        } else if (at < 1 + blocks * 144) {
            int pixel = (at - 1) % 4, c = (at - 1) / 4 % 4, tap = (at - 1) / 16 % 9, block = (at - 1) / 144;
            for (int k = 0; k < 9; k++)
                value += share(pixel / 2, tap / 3, k / 3) * share(pixel % 2, tap % 3, k % 3) *
                         weight.v[(output_ * inputs + 4 * block + c) * 9 + k];
        } else {
            int c = (at - 1 - blocks * 144) % 3, tap = (at - 1 - blocks * 144) / 3;
            value = weight.v[(output_ * inputs + 4 * blocks + c) * 9 + tap];
        }
    }
    packed.v[i] = value;
}
