/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Winograd's weights, G g G', of one group of outputs: for each of the 36 positions those of a 1x1 convolution, packed as
 * conv2d_pack.comp does. One invocation per packed element of a position.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    Floats packed, weight, bias;
    int elements, width; /* of the group at a position; outputs in it */
    int first, step;     /* output that comes first; elements from position to position */
    int inputs, outputs, has_bias;
};

void transform(float a, float b, float c, out float r[6])
{
    r[0] = a / 4;
    r[1] = -(a + b + c) / 6;
    r[2] = (b - a - c) / 6;
    r[3] = a / 24 + b / 12 + c / 6;
    r[4] = a / 24 - b / 12 + c / 6;
    r[5] = c;
}

void main()
{
    int i = flat_index();
    if (i >= elements)
        return;
    int o = first + i % width, c = i / width - 1;
    float g[3][6];
    if (c < 0) { /* what is added to the products at (1, 1) is added to all pixels of the tile */
        for (int at = 0; at < 36; at++)
            packed.v[i + at * step] = at == 7 && has_bias != 0 && o < outputs ? bias.v[o] : 0;
        return;
    }
    for (int ky = 0; ky < 3; ky++) {
        int at = ((o * inputs + c) * 3 + ky) * 3;
        if (o < outputs && c < inputs)
            transform(weight.v[at], weight.v[at + 1], weight.v[at + 2], g[ky]);
        else
            transform(0, 0, 0, g[ky]);
    }
    for (int kx = 0; kx < 6; kx++) {
        float column[6];
        transform(g[0][kx], g[1][kx], g[2][kx], column);
        for (int ky = 0; ky < 6; ky++)
            packed.v[i + (6 * ky + kx) * step] = column[ky];
    }
}
