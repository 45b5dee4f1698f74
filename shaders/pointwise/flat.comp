#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pointwise functions of flat tensors. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int FUNCTION = 0; /* BinaryFunction */

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
    if (FUNCTION == BINARY_ADD)
        dst.v[i] = a.v[i] + b.v[i];
    else if (FUNCTION == BINARY_SUB)
        dst.v[i] = a.v[i] - b.v[i];
    else if (FUNCTION == BINARY_MUL)
        dst.v[i] = a.v[i] * b.v[i];
    else if (FUNCTION == FLAT_AFFINE)
        dst.v[i] = a.v[i] * scale + offset;
    else
        dst.v[i] = offset;
}
