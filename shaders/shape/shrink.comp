#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mean of the area that a pixel covers; pixels at its border count by what of them lies inside. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    /* in parts of a pixel of the source that are whole numbers, so that no edge is rounded: a pixel of the source has
     * d parts, a pixel of the result ds */
    ivec2 from = p.xy * ds.xy, to = from + ds.xy;
    ivec2 first = from / d.xy, end = (to + d.xy - 1) / d.xy;
    vec4 sum = vec4(0);
    for (int y = first.y; y < end.y; y++) {
        int high = min(to.y, (y + 1) * d.y) - max(from.y, y * d.y);
        for (int x = first.x; x < end.x; x++) {
            int wide = min(to.x, (x + 1) * d.x) - max(from.x, x * d.x);
            sum += float(high) * float(wide) * load4(src, ds, p.w, p.z, y, x);
        }
    }
    store4(dst, d, p.w, p.z, p.y, p.x, sum / (float(ds.x) * float(ds.y)));
}
