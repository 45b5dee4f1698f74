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
};

void main()
{
    int i = flat_index();
    if (i >= elements * groups)
        return;
    int group = i / elements, at = (group * n_parts) * elements + i % elements;
    float sum = 0;
    for (int p = 0; p < n_parts; p++)
        sum += parts.v[at + p * elements];
    result.v[i] = factor * sum;
}
