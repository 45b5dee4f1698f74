/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradient of a convolution's input, simply: every input gathers from the outputs that saw it. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

PLANES_OUT(0, dst);
PLANES_IN(1, grad);

layout(push_constant, scalar) uniform Push
{
    Floats weight;
    ivec2 kernel;       /* across, down */
    ivec4 d, dg;
    int stride, pad, groups;
};

void main()
{
    ivec4 at = grid_position(d);
    if (at.x >= d.x)
        return;
    int inputs = d.z / groups, outputs = dg.z / groups;
    vec4 result = vec4(0);
    for (int i = 0; i < 4; i++) {
        int c = 4 * at.z + i;
        if (c >= d.z)
            break;
        int group = c / inputs;
        float sum = 0;
        for (int ky = 0; ky < kernel.y; ky++)
            for (int kx = 0; kx < kernel.x; kx++) {
                ivec2 to = ivec2(at.x, at.y) + pad - ivec2(kx, ky);
                ivec2 p = to / stride;
                if (any(lessThan(to, ivec2(0))) || any(notEqual(p * stride, to)) || any(greaterThanEqual(p, dg.xy)))
                    continue;
                for (int o = group * outputs; o < (group + 1) * outputs; o++)
                    sum += load4(grad, dg, at.w, o / 4, p.y, p.x)[o % 4] *
                           weight.v[((o * inputs + c % inputs) * kernel.y + ky) * kernel.x + kx];
            }
        result[i] = sum;
    }
    store4(dst, d, at.w, at.z, at.y, at.x, result);
}
