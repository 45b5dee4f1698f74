/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adds the shares of a sum that workgroups left behind: one invocation per element, always in the same order. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    Floats result, parts; /* [group][element]; [group][part][element] */
    int elements, groups, n_parts;
    float factor;
    int channels, tile; /* not 0: of a symmetric matrix, whose tiles right of the diagonal are there */
};

void main()
{
    int i = flat_index();
    if (i >= elements * groups)
        return;
    int group = i / elements, element = i - group * elements;
    if (channels != 0) {
        int row = element / channels, column = element - row * channels;
        element = row / tile > column / tile ? column * channels + row : element;
    }
    int at = (group * n_parts) * elements + element;
    float sum = 0;
    for (int p = 0; p < n_parts; p++)
        sum += parts.v[at + p * elements];
    result.v[i] = factor * sum;
}
