#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where there is nothing to see, rest fits as well as any motion and is found: there the camera's motion counts instead.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/camera.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, df, db; /* motion and result, what it was found from, blocks */
    Floats camera; /* see camera_fit */
};
FULL_PLANES_IN(0, motion);
FULL_PLANES_IN(1, found);
FULL_PLANES_OUT(2, dst);

const vec2 SEEN = vec2(0.1, 0.5); /* trust from which, and from which in full, a patch knows better */
const vec2 RESTS = vec2(0.3, 0.7); /* likewise, share of the camera's motion */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 m = load4(motion, d, 0, 0, p.y, p.x);
    vec2 at = (vec2(p.xy) + 0.5) / float(BLOCK) - 0.5 * vec2(db.xy);
    vec2 own = m.xy, whole = vec2(camera.v[0], camera.v[1]) + camera.v[2] * at + camera.v[3] * vec2(-at.y, at.x);
    float seen = smoothstep(SEEN.x, SEEN.y, trust(load4(found, df, 0, 0, p.y, p.x)));
    float moves = smoothstep(RESTS.x, RESTS.y, length(own) / max(length(whole), 1e-3));
    store4_full(dst, d, 0, 0, p.y, p.x, vec4(mix(whole, own, max(seen, moves)), m.zw));
}
