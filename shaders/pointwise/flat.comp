#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pointwise functions of flat tensors. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int FUNCTION = 0; /* BINARY_ADD to _MUL and FLAT_* of pointwise.c */

layout(push_constant, scalar) uniform Push
{
    Floats a, b, dst;
    int count;
    float scale, offset;
};

void main()
{
    int i = flat_index();
    if (i >= count)
        return;
    if (FUNCTION == 0)
        dst.v[i] = a.v[i] + b.v[i];
    else if (FUNCTION == 1)
        dst.v[i] = a.v[i] - b.v[i];
    else if (FUNCTION == 2)
        dst.v[i] = a.v[i] * b.v[i];
    else if (FUNCTION == 3)
        dst.v[i] = a.v[i] * scale + offset;
    else
        dst.v[i] = offset;
}
