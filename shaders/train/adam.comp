#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// One step of Adam over an array of parameters, in place.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push {
    Floats params;
    Floats m;
    Floats v;
    Floats gradient;
    Floats hyper; // learning rate, beta1, beta2, epsilon, step
    uint count;
} push;

// By repeated squaring: pow() is off by enough to show in 1 - beta^step.
float power(float base, uint exponent)
{
    float result = 1.0;
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) != 0)
            result *= base;
        base *= base;
    }
    return result;
}

void main()
{
    float rate = push.hyper.v[0], beta1 = push.hyper.v[1], beta2 = push.hyper.v[2], epsilon = push.hyper.v[3];
    uint step = uint(push.hyper.v[4]);
    float correction1 = 1.0 / (1.0 - power(beta1, step));
    float correction2 = 1.0 / (1.0 - power(beta2, step));
    uint stride = gl_NumWorkGroups.x * gl_WorkGroupSize.x;
    for (uint i = gl_GlobalInvocationID.x; i < push.count; i += stride) {
        float g = push.gradient.v[i];
        float m = beta1 * push.m.v[i] + (1.0 - beta1) * g;
        float v = beta2 * push.v.v[i] + (1.0 - beta2) * g * g;
        push.m.v[i] = m;
        push.v.v[i] = v;
        push.params.v[i] -= rate * (m * correction1) / (sqrt(v * correction2) + epsilon);
    }
}
