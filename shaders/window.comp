#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window of a picture, which may reach beyond its edges: crop, pad, translate. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int EDGE = 0; /* WINDOW_* of window.c: 0 zero, 1 mirror, 2 repeat the edge, 3 that and translate */

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    Floats offset; /* EDGE 3: x, y of the window in each picture */
    ivec2 origin;  /* else: of the window */
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
    if (EDGE == 0) {
        v = load4_or_zero(src, ds, p.w, p.z, q.y, q.x);
    } else {
        if (EDGE == 1) {
            q = ivec2(reflect_index(q.x, ds.x), reflect_index(q.y, ds.y));
        } else {
            if (EDGE == 3) {
                vec2 limit = vec2(ds.xy); /* keeps the conversion to int in range */
                vec2 o = clamp(vec2(offset.v[2 * p.w], offset.v[2 * p.w + 1]), -limit, limit);
                q = p.xy + ivec2(round(o));
            }
            q = clamp(q, ivec2(0), ds.xy - 1);
        }
        v = load4(src, ds, p.w, p.z, q.y, q.x);
    }
    store4(dst, d, p.w, p.z, p.y, p.x, v);
}
