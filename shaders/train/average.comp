#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Moves a running average of an array of parameters towards their values.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats average;
    Floats params;
    Floats decay;
    uint count;
} push;

void main()
{
    uint i = uint(flat_index());
    if (i >= push.count)
        return;
    float a = push.average.v[i];
    push.average.v[i] = a + (1.0 - push.decay.v[0]) * (push.params.v[i] - a);
}
