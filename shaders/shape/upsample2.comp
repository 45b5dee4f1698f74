#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Twice the size. Nearest: an invocation writes the four copies of a pixel. Bilinear: it reads the four corners of the
 * square between pixel centres and writes the four new pixels inside, so that nothing is read four times over.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool BILINEAR = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    ivec4 grid; /* ds, bilinear one pixel more each way */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(grid);
    if (p.x >= grid.x)
        return;
    if (BILINEAR) {
        ivec2 high = min(p.xy, ds.xy - 1), low = max(p.xy - 1, ivec2(0));
        vec4 v00 = load4(src, ds, p.w, p.z, low.y, low.x);
        vec4 v01 = load4(src, ds, p.w, p.z, low.y, high.x);
        vec4 v10 = load4(src, ds, p.w, p.z, high.y, low.x);
        vec4 v11 = load4(src, ds, p.w, p.z, high.y, high.x);
        vec4 top0 = 0.75 * v00 + 0.25 * v01, top1 = 0.25 * v00 + 0.75 * v01;
        vec4 bottom0 = 0.75 * v10 + 0.25 * v11, bottom1 = 0.25 * v10 + 0.75 * v11;
        ivec2 q = 2 * p.xy - 1;
        bvec2 before = greaterThanEqual(q, ivec2(0)), after = lessThan(q + 1, d.xy);
        if (before.x && before.y)
            store4(dst, d, p.w, p.z, q.y, q.x, 0.75 * top0 + 0.25 * bottom0);
        if (after.x && before.y)
            store4(dst, d, p.w, p.z, q.y, q.x + 1, 0.75 * top1 + 0.25 * bottom1);
        if (before.x && after.y)
            store4(dst, d, p.w, p.z, q.y + 1, q.x, 0.25 * top0 + 0.75 * bottom0);
        if (after.x && after.y)
            store4(dst, d, p.w, p.z, q.y + 1, q.x + 1, 0.25 * top1 + 0.75 * bottom1);
    } else {
        vec4 v = load4(src, ds, p.w, p.z, p.y, p.x);
        store4(dst, d, p.w, p.z, 2 * p.y, 2 * p.x, v);
        store4(dst, d, p.w, p.z, 2 * p.y, 2 * p.x + 1, v);
        store4(dst, d, p.w, p.z, 2 * p.y + 1, 2 * p.x, v);
        store4(dst, d, p.w, p.z, 2 * p.y + 1, 2 * p.x + 1, v);
    }
}
