/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gradient of Gram matrices as packed weights (engine/ops/conv2d.h) of 1x1 convolutions, one set per picture:
 * S = factor (dG + dG^T), and -S center as the bias.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    Floats packed, grad, center;
    int elements, width;       /* of the group of outputs; outputs in it */
    int first, channels;
    int stride, images;        /* floats from picture to picture in packed */
    float factor;
    int has_center;
};

float symmetric(int n, int o, int c)
{
    int base = n * channels * channels;
    return factor * (grad.v[base + o * channels + c] + grad.v[base + c * channels + o]);
}

void main()
{
    int i = flat_index();
    if (i >= elements * images)
        return;
    int n = i / elements, e = i % elements;
    int o = first + e % width, c = e / width - 1;
    float value = 0;
    if (o < channels && c < 0 && has_center != 0) {
        for (int k = 0; k < channels; k++)
            value -= symmetric(n, o, k) * center.v[k];
    } else if (o < channels && c >= 0 && c < channels) {
        value = symmetric(n, o, c);
    }
    packed.v[n * stride + e] = value;
}
