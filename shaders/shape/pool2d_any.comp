#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maximum or mean over windows of any kind, which may hang over the edges. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool MEAN = false;
layout(constant_id = 4) const bool COUNT_PADS = false; /* the mean takes what is in the padding as zeros */

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    ivec2 kernel, stride, dilation, pad, after; /* across, down; padding in front and behind */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = vec4(MEAN ? 0.0 : -3.0e38);
    float count = 0.0;
    for (int ky = 0; ky < kernel.y; ky++)
        for (int kx = 0; kx < kernel.x; kx++) {
            ivec2 at = p.xy * stride - pad + ivec2(kx, ky) * dilation;
            bool inside = uint(at.x) < uint(ds.x) && uint(at.y) < uint(ds.y);
            vec4 w = load4_or_zero(src, ds, p.w, p.z, inside ? at.y : -1, at.x);
            v = MEAN ? v + w : inside ? max(v, w) : v;
            count += inside || (COUNT_PADS && all(lessThan(at, ds.xy + after))) ? 1.0 : 0.0;
        }
    store4(dst, d, p.w, p.z, p.y, p.x, keep_tail(MEAN ? v / max(count, 1.0) : v, p.z, d.z));
}
