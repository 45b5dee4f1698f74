#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pointwise functions of two tensors. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int FUNCTION = 0;       /* BinaryFunction */
layout(constant_id = 4) const int ACTIVATION = 0;
layout(constant_id = 5) const bool REPEAT_N = false;  /* b has n = 1 */
layout(constant_id = 6) const bool REPEAT_HW = false; /* b has h = w = 1 */
layout(constant_id = 7) const int SLOPE = 0;          /* multiply by the slope of this activation, whose result is y */

layout(push_constant, scalar) uniform Push
{
    ivec4 d, db;
    Floats t;
    float exponent;
};
PLANES_IN(0, a);
PLANES_IN(1, b);
PLANES_OUT(2, dst);
PLANES_IN(3, y);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 u = load4(a, d, p.w, p.z, p.y, p.x);
    vec4 v = load4(b, db, REPEAT_N ? 0 : p.w, p.z, REPEAT_HW ? 0 : p.y, REPEAT_HW ? 0 : p.x);
    vec4 w;
    if (FUNCTION == BINARY_ADD)
        w = u + v;
    else if (FUNCTION == BINARY_SUB)
        w = u - v;
    else if (FUNCTION == BINARY_MUL)
        w = u * v;
    else if (FUNCTION == BINARY_MIX)
        w = u + t.v[0] * (v - u);
    else if (FUNCTION == BINARY_ACTIVATION_BACKWARD)
        w = u * slope(v, ACTIVATION);
    else /* power: below its lower limit the function is constant */
        w = mix(vec4(0),
                u * exponent * (exponent == 0.5 ? inversesqrt(v) : pow(max(v, vec4(1e-20)), vec4(exponent - 1.0))),
                greaterThan(v, vec4(1e-20)));
    if (SLOPE != IDIOM_ACT_NONE)
        w *= slope(load4(y, d, p.w, p.z, p.y, p.x), SLOPE);
    store4(dst, d, p.w, p.z, p.y, p.x, w);
}
