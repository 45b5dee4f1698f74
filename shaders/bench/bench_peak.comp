#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the device's arithmetic units can do: independent chains of multiply-adds in registers, nothing else. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    Floats source; /* addend, distance between the chains at the start */
    Floats result; /* sum of the chains, one number per invocation */
    uint rounds;   /* of 64 multiply-adds in each of 16 chains */
};

/*
 * 16 chains: enough to hide the latency of a multiplication and an addition, few enough for the registers. Each takes
 * its neighbour's last value as the factor, so that a compiler cannot do one chain after the other.
 */
#define STEP                                                                                                           \
    e = a;                                                                                                             \
    a = fma(a, b, addend);                                                                                             \
    b = fma(b, c, addend);                                                                                             \
    c = fma(c, d, addend);                                                                                             \
    d = fma(d, e.yzwx, addend);
#define STEP8 STEP STEP STEP STEP STEP STEP STEP STEP

void main()
{
    vec4 addend = vec4(source.v[0]), e;
    vec4 a = source.v[1] * (float(gl_LocalInvocationID.x) + vec4(0, 1, 2, 3));
    vec4 b = a + 4.0 * source.v[1], c = a + 8.0 * source.v[1], d = a + 12.0 * source.v[1];
    for (uint i = 0; i < rounds; i++) {
        STEP8 STEP8 STEP8 STEP8 STEP8 STEP8 STEP8 STEP8
    }
    result.v[gl_GlobalInvocationID.x] = dot(a + b + c + d, vec4(1));
}
