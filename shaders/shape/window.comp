#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window of a picture, which may reach beyond its edges: crop, pad. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int EDGE = 0; /* IdiomPadMode */

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    ivec2 origin; /* of the window */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 q = p.xy + origin;
    vec4 v;
    if (EDGE == IDIOM_PAD_ZERO) {
        v = load4_or_zero(src, ds, p.w, p.z, q.y, q.x);
    } else {
        q = EDGE == IDIOM_PAD_REFLECT ? ivec2(reflect_index(q.x, ds.x), reflect_index(q.y, ds.y)) : clamp(q, ivec2(0), ds.xy - 1);
        v = load4(src, ds, p.w, p.z, q.y, q.x);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, v);
}
