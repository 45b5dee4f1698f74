/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Convolution of any kind, forward or transposed: groups, dilation, sides of their own. The borders are zero. Weights:
 * [outputs][inputs / groups][rows][columns], transposed [inputs][outputs / groups][rows][columns].
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "activations.glsl"

layout(constant_id = 3) const int ACT = 0;
layout(constant_id = 4) const bool TRANSPOSED = false;
layout(constant_id = 5) const bool DEPTHWISE = false; /* every channel by itself */
layout(constant_id = 6) const bool SAME_GROUP = true; /* four outputs that follow each other see the same inputs */

PLANES_OUT(0, dst);
PLANES_IN(1, src);

layout(push_constant, scalar) uniform Push
{
    Floats weight, bias;
    ivec4 d, ds;
    ivec2 kernel, stride, dilation, pad; /* across, down */
    int groups, has_bias;
};

/* where the tap k of the output at `at` lies in an input of `size`; -1: nowhere */
int place(int at, int k, int stride, int dilation, int pad, int size)
{
    int i = TRANSPOSED ? at + pad - k * dilation : at * stride - pad + k * dilation;
    if (TRANSPOSED) {
        int q = i / stride;
        i = i < 0 || q * stride != i ? -1 : q;
    }
    return i < size ? i : -1;
}

/* first weight of output o and input c, both counted in the whole tensors */
int weight_at(int o, int c, int inputs, int outputs)
{
    return (TRANSPOSED ? c * outputs + o % outputs : o * inputs + c % inputs) * kernel.x * kernel.y;
}

void main()
{
    ivec4 at = grid_position(d);
    if (at.x >= d.x)
        return;
    int inputs = ds.z / groups, outputs = d.z / groups;
    ivec4 o = min(4 * at.z + ivec4(0, 1, 2, 3), d.z - 1);
    vec4 sum = vec4(0);
    if (has_bias != 0)
        sum = vec4(bias.v[o.x], bias.v[o.y], bias.v[o.z], bias.v[o.w]);
    ivec4 first = o / outputs * inputs;
    for (int ky = 0; ky < kernel.y; ky++) {
        int y = place(at.y, ky, stride.y, dilation.y, pad.y, ds.y);
        for (int kx = 0; kx < kernel.x; kx++) {
            int x = y < 0 ? -1 : place(at.x, kx, stride.x, dilation.x, pad.x, ds.x), k = ky * kernel.x + kx;
            for (int c = 0; c < (DEPTHWISE ? 1 : inputs); c++) {
                ivec4 i = first + c;
                vec4 w;
                [[unroll]] for (int l = 0; l < 4; l++)
                    w[l] = weight.v[weight_at(o[l], i[l], inputs, outputs) + k];
                if (DEPTHWISE) {
                    sum += w * load4_or_zero(src, ds, at.w, at.z, x < 0 ? -1 : y, x);
                } else if (SAME_GROUP) {
                    sum += w * load4_or_zero(src, ds, at.w, i.x >> 2, x < 0 ? -1 : y, x)[i.x & 3];
                } else {
                    [[unroll]] for (int l = 0; l < 4; l++)
                        sum[l] += w[l] * load4_or_zero(src, ds, at.w, i[l] >> 2, x < 0 ? -1 : y, x)[i[l] & 3];
                }
            }
        }
    }
    store4(dst, d, at.w, at.z, at.y, at.x, keep_tail(activate(sum, ACT), at.z, d.z));
}
