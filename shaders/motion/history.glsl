/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last result, planes `history` of size d, moved by the planes `motion` of size dm, one pixel of those for a patch. */
#ifndef HISTORY_GLSL
#define HISTORY_GLSL

#include "motion/catmull_rom.glsl"
#include "motion/still.glsl"

vec4 motion_at(ivec2 q)
{
    q = clamp(q, ivec2(0), dm.xy - 1);
    return load4(motion, dm, 0, 0, q.y, q.x);
}

/* Motion of the four pixels from p on, two by two; per_pixel: patches. */
vec4 motion_between(ivec2 p, float per_pixel)
{
    vec2 at = (vec2(p) + 1.0) * per_pixel - 0.5, t = fract(at);
    ivec2 q = ivec2(floor(at));
    return mix(mix(motion_at(q), motion_at(q + ivec2(1, 0)), t.x),
               mix(motion_at(q + ivec2(0, 1)), motion_at(q + 1), t.x), t.y);
}

/* Four pixels from p on, which move by v alike: so each pixel of the history is loaded once for all of them. */
void moved_history(ivec2 p, vec2 v, out vec4 old[4])
{
    v = dot(v, v) < STILL * STILL ? vec2(0) : clamp(v, -vec2(d.xy) - 2.0, vec2(d.xy) + 2.0);
    vec2 whole = floor(v);
    vec4 wx = catmull_rom_weights(v.x - whole.x), wy = catmull_rom_weights(v.y - whole.y);
    ivec2 o = p + ivec2(whole) - 1;
    [[unroll]] for (int i = 0; i < 4; i++)
        old[i] = vec4(0);
    /* along each of five rows, then across them */
    [[unroll]] for (int j = 0; j < 5; j++) {
        int y = clamp(o.y + j, 0, d.y - 1);
        vec4 texel[5];
        [[unroll]] for (int i = 0; i < 5; i++)
            texel[i] = load4(history, d, 0, 0, y, clamp(o.x + i, 0, d.x - 1));
        [[unroll]] for (int i = 0; i < 2; i++) {
            vec4 row = wx.x * texel[i] + wx.y * texel[i + 1] + wx.z * texel[i + 2] + wx.w * texel[i + 3];
            if (j < 4)
                old[i] += wy[min(j, 3)] * row;
            if (j > 0)
                old[2 + i] += wy[max(j - 1, 0)] * row;
        }
    }
}

#endif
