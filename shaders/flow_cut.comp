#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a picture follows the one before, 1 or 0: enough of it is found there. And what to remember: the share of it
 * that rests, and how many have followed each other. Sums of columns, then (FINAL) all.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool FINAL = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats columns; /* of confidence, then of rest */
    Floats linked;  /* set by the host: 0 if this run does not follow the last */
    Floats follows;
    Floats past; /* for the next run: share that rests, pictures that have followed each other */
    Floats last; /* the same from the last run */
};
PLANES_IN(0, motion);

const float LEAST = 0.3; /* mean confidence */
const float RESTS = 0.1; /* pixels */

void main()
{
    vec2 sum = vec2(0);
    if (FINAL) {
        for (int x = 0; x < d.x; x++)
            sum += vec2(columns.v[x], columns.v[d.x + x]);
        sum /= float(d.x);
        bool follow = sum.x > LEAST && linked.v[0] != 0.0;
        follows.v[0] = follow ? 1.0 : 0.0;
        past.v[0] = follow ? sum.y : 0.0;
        past.v[1] = follow ? last.v[1] + 1.0 : 0.0;
        return;
    }
    int x = int(gl_GlobalInvocationID.x);
    if (x >= d.x)
        return;
    for (int y = 0; y < d.y; y++) {
        vec4 m = load4(motion, d, 0, 0, y, x);
        sum += vec2(m.z, dot(m.xy, m.xy) < RESTS * RESTS ? 1.0 : 0.0);
    }
    columns.v[x] = sum.x / float(d.y);
    columns.v[d.x + x] = sum.y / float(d.y);
}
