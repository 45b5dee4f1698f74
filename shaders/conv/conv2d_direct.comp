/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution of any kind (groups, any kernel), simply: for the rare ones. Weights are OIHW, borders are zero. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int ACT = 0;

PLANES_OUT(0, dst);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats weight, bias;
    ivec4 d, ds;
    ivec2 kernel;       /* across, down */
    int stride, pad, groups, has_bias;
};

void main()
{
    ivec4 at = grid_position(d);
    if (at.x >= d.x)
        return;
    int inputs = ds.z / groups, outputs = d.z / groups;
    vec4 result = vec4(0);
    for (int i = 0; i < 4; i++) {
        int o = 4 * at.z + i;
        if (o >= d.z)
            break;
        float sum = has_bias != 0 ? bias.v[o] : 0;
        int first = o / outputs * inputs;
        for (int c = 0; c < inputs; c++)
            for (int ky = 0; ky < kernel.y; ky++)
                for (int kx = 0; kx < kernel.x; kx++) {
                    int y = at.y * stride - pad + ky, x = at.x * stride - pad + kx;
                    vec4 v = load4_or_zero(src, ds, at.w, (first + c) / 4, y, x);
                    sum += v[(first + c) % 4] * weight.v[((o * inputs + c) * kernel.y + ky) * kernel.x + kx];
                }
        result[i] = sum;
    }
    store4(dst, d, at.w, at.z, at.y, at.x, keep_tail(activate(result, ACT), at.z, d.z));
}
