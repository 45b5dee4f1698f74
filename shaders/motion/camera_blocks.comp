#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean motion of blocks of patches, those counting that have something to see: x, y, and how much that was. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/camera.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dm, df; /* result, motion, what it was found from */
};
FULL_PLANES_IN(0, motion);
FULL_PLANES_IN(1, found);
FULL_PLANES_OUT(2, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 first = BLOCK * p.xy, end = min(first + BLOCK, dm.xy);
    vec3 sum = vec3(0);
    for (int y = first.y; y < end.y; y++)
        for (int x = first.x; x < end.x; x++) {
            vec4 m = load4(motion, dm, 0, 0, y, x);
            sum += m.z * trust(load4(found, df, 0, 0, y, x)) * vec3(m.xy, 1);
        }
    store4_full(dst, d, 0, 0, p.y, p.x, vec4(sum.xy / max(sum.z, 1e-6), sum.z, 0));
}
