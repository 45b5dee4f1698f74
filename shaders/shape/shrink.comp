#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mean of the area that a pixel covers; pixels at its border count by what of them lies inside. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    vec2 ratio; /* pixels of the source per pixel */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 from = vec2(p.xy) * ratio, to = min(from + ratio, vec2(ds.xy));
    ivec2 first = ivec2(from), end = min(ivec2(ceil(to)), ds.xy);
    vec4 sum = vec4(0);
    float area = 0.0;
    for (int y = first.y; y < end.y; y++) {
        float high = min(to.y, float(y + 1)) - max(from.y, float(y));
        for (int x = first.x; x < end.x; x++) {
            float share = high * (min(to.x, float(x + 1)) - max(from.x, float(x)));
            sum += share * load4(src, ds, p.w, p.z, y, x);
            area += share;
        }
    }
    store4(dst, d, p.w, p.z, p.y, p.x, sum / area);
}
