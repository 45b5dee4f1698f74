#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Quotient of two flat scalars.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats a;
    Floats b;
    Floats result;
} push;

void main()
{
    push.result.v[0] = push.a.v[0] / push.b.v[0];
}
