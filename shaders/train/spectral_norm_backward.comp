#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Gradient of a weight W of which W / sigma has been made: (dy - <dy, W / sigma> u v^T) / sigma.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats dy;
    Floats u;
    Floats v; // with sigma behind it
    Floats dot;
    Floats dw;
    int columns;
} push;

void main()
{
    int j = int(gl_GlobalInvocationID.x), i = int(gl_WorkGroupID.y);
    if (j >= push.columns)
        return;
    float away = push.dot.v[0] * push.u.v[i] * push.v.v[j];
    push.dw.v[i * push.columns + j] = (push.dy.v[i * push.columns + j] - away) / push.v.v[push.columns];
}
