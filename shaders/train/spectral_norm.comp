#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// A weight over its largest singular value.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats weight;
    Floats sigma;
    Floats result;
    int count;
} push;

void main()
{
    int i = flat_index();
    if (i < push.count)
        push.result.v[i] = push.weight.v[i] / push.sigma.v[0];
}
