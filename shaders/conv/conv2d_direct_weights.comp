/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradient of a convolution's weights, simply: an invocation sums up one weight over some rows of one picture, and
 * conv2d_weights_sum.comp adds the shares.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

PLANES_IN(0, grad);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats parts;       /* [picture][strip of rows][output][input][ky][kx] */
    ivec2 kernel;       /* across, down */
    ivec4 dg, ds;
    int inputs;         /* of a group */
    int stride, pad, groups, rows;
};

void main()
{
    int e = int(gl_GlobalInvocationID.x), elements = dg.z * inputs * kernel.x * kernel.y;
    if (e >= elements)
        return;
    int kx = e % kernel.x, ky = e / kernel.x % kernel.y;
    int c = e / (kernel.x * kernel.y) % inputs, o = e / (kernel.x * kernel.y * inputs);
    int channel = o / (dg.z / groups) * inputs + c;
    int strips = (dg.y + rows - 1) / rows, part = int(gl_WorkGroupID.y), n = part / strips;
    int begin = part % strips * rows, end = min(begin + rows, dg.y);
    float sum = 0;
    for (int y = begin; y < end; y++)
        for (int x = 0; x < dg.x; x++)
            sum += load4(grad, dg, n, o / 4, y, x)[o % 4] *
                   load4_or_zero(src, ds, n, channel / 4, y * stride - pad + ky, x * stride - pad + kx)[channel % 4];
    parts.v[part * elements + e] = sum;
}
