// SPDX-License-Identifier: LGPL-2.1-or-later
// What the device's arithmetic units can do: independent chains of multiply-adds in registers, nothing else.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats source; // factor, addend, start of the first chain
    Floats result; // sum of the chains, one number per invocation
    uint rounds;   // of 64 multiply-adds in each of 12 chains
} push;

// 12 chains: enough to hide a latency of 4 cycles on two units, and few enough for 16 registers
#define STEP                                                                                                           \
    a = fma(a, m, s);                                                                                                  \
    b = fma(b, m, s);                                                                                                  \
    c = fma(c, m, s);                                                                                                  \
    d = fma(d, m, s);                                                                                                  \
    e = fma(e, m, s);                                                                                                  \
    f = fma(f, m, s);                                                                                                  \
    g = fma(g, m, s);                                                                                                  \
    h = fma(h, m, s);                                                                                                  \
    i = fma(i, m, s);                                                                                                  \
    j = fma(j, m, s);                                                                                                  \
    k = fma(k, m, s);                                                                                                  \
    l = fma(l, m, s);
#define STEP4 STEP STEP STEP STEP
#define STEP16 STEP4 STEP4 STEP4 STEP4

void main()
{
    float m = push.source.v[0], s = push.source.v[1];
    float a = push.source.v[2] + float(gl_LocalInvocationID.x), b = a + 1.0, c = a + 2.0, d = a + 3.0, e = a + 4.0;
    float f = a + 5.0, g = a + 6.0, h = a + 7.0, i = a + 8.0, j = a + 9.0, k = a + 10.0, l = a + 11.0;
    for (uint r = 0; r < push.rounds; r++) {
        STEP16 STEP16 STEP16 STEP16
    }
    push.result.v[gl_GlobalInvocationID.x] = a + b + c + d + e + f + g + h + i + j + k + l;
}
