#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element functions of networks of other people: of one tensor, or of two. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int FUNCTION = 0;       /* IdiomFunction */
layout(constant_id = 4) const bool TWO = false;       /* there is a second tensor, b */
layout(constant_id = 5) const bool REPEAT_N = false;  /* b has n = 1 */
layout(constant_id = 6) const bool REPEAT_C = false;  /* b has c = 1 */
layout(constant_id = 7) const bool REPEAT_HW = false; /* b has h = w = 1 */

layout(push_constant, scalar) uniform Push
{
    ivec4 d, db;
    float p, q;
};
PLANES_IN(0, src);
PLANES_IN(1, other);
PLANES_OUT(2, dst);

/* Abramowitz and Stegun, 7.1.26, is good to 1.5e-7 */
vec4 erf(vec4 x)
{
    vec4 t = 1.0 / (1.0 + 0.3275911 * abs(x));
    vec4 poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(x) * (1.0 - poly * exp(-x * x));
}

/* a base below zero has whole powers only; others are not a number, here 0 */
vec4 power(vec4 x, vec4 e)
{
    vec4 magnitude = mix(pow(max(abs(x), 1e-30), e), vec4(equal(e, vec4(0))), equal(x, vec4(0)));
    vec4 half_e = e * 0.5;
    vec4 signed_ = mix(-magnitude, magnitude, equal(floor(half_e), half_e));
    vec4 whole = mix(vec4(0), signed_, equal(floor(e), e));
    return mix(magnitude, whole, lessThan(x, vec4(0)));
}

vec4 of_one(vec4 x)
{
    if (FUNCTION == IDIOM_FUNCTION_CLAMP)
        return min(max(x, p), q);
    if (FUNCTION == IDIOM_FUNCTION_LEAKY)
        return mix(x, x * p, lessThan(x, vec4(0)));
    if (FUNCTION == IDIOM_FUNCTION_ELU)
        return q * mix(x, p * (exp(min(x, 0.0)) - 1.0), lessThan(x, vec4(0)));
    if (FUNCTION == IDIOM_FUNCTION_HARDSIGMOID)
        return clamp(x * p + q, 0.0, 1.0);
    if (FUNCTION == IDIOM_FUNCTION_ABS)
        return abs(x);
    if (FUNCTION == IDIOM_FUNCTION_SQRT)
        return sqrt(max(x, 0.0));
    if (FUNCTION == IDIOM_FUNCTION_EXP)
        return exp(x);
    if (FUNCTION == IDIOM_FUNCTION_LOG)
        return log(max(x, 1e-30));
    if (FUNCTION == IDIOM_FUNCTION_ERF)
        return erf(x);
    if (FUNCTION == IDIOM_FUNCTION_FLOOR)
        return floor(x);
    if (FUNCTION == IDIOM_FUNCTION_CEIL)
        return ceil(x);
    if (FUNCTION == IDIOM_FUNCTION_ROUND)
        return roundEven(x);
    if (FUNCTION == IDIOM_FUNCTION_POWER)
        return power(x, vec4(p));
    return p / x; /* reciprocal */
}

vec4 of_two(vec4 x, vec4 y)
{
    if (FUNCTION == IDIOM_FUNCTION_ADD)
        return x + y;
    if (FUNCTION == IDIOM_FUNCTION_SUB)
        return x - y;
    if (FUNCTION == IDIOM_FUNCTION_MUL)
        return x * y;
    if (FUNCTION == IDIOM_FUNCTION_DIV)
        return x / y;
    if (FUNCTION == IDIOM_FUNCTION_MIN)
        return min(x, y);
    if (FUNCTION == IDIOM_FUNCTION_MAX)
        return max(x, y);
    if (FUNCTION == IDIOM_FUNCTION_POW)
        return power(x, y);
    return mix(x, x * y, lessThan(x, vec4(0))); /* PRelu */
}

void main()
{
    ivec4 at = grid_position(d);
    if (at.x >= d.x)
        return;
    vec4 v = load4(src, d, at.w, at.z, at.y, at.x);
    if (TWO) {
        vec4 w = load4(other, db, REPEAT_N ? 0 : at.w, REPEAT_C ? 0 : at.z, REPEAT_HW ? 0 : at.y, REPEAT_HW ? 0 : at.x);
        v = of_two(v, REPEAT_C ? w.xxxx : w);
    } else {
        v = of_one(v);
    }
    store4(dst, d, at.w, at.z, at.y, at.x, keep_tail(v, at.z, d.z));
}
