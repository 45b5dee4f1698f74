#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a picture continues the one before, 1 or 0: enough of it is found there. And what to remember: the share of it
 * that rests, how many have continued each other, and the noise in what rests. Sums of columns, then (FINAL) all.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool FINAL = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats columns; /* of confidence, of rest, of noise */
    Floats may_continue; /* set by the host: 0 if this run does not continue the last */
    Floats continues;
    Floats rest; /* for the next run */
    Floats last; /* the same from the last run */
};
PLANES_IN(0, motion);

const float LEAST = 0.3; /* mean confidence */
const float RESTS = 0.1; /* pixels */

const float LOUDEST = 0.02; /* noise; anything beyond is not a sensor's */

void main()
{
    vec3 sum = vec3(0);
    if (FINAL) {
        for (int x = 0; x < d.x; x++)
            sum += vec3(columns.v[x], columns.v[d.x + x], columns.v[2 * d.x + x]);
        bool continuing = sum.x > LEAST * float(d.x * d.y) && may_continue.v[0] != 0.0;
        continues.v[0] = continuing ? 1.0 : 0.0;
        rest.v[0] = continuing ? sum.y / float(d.x * d.y) : 0.0;
        rest.v[1] = continuing ? last.v[1] + 1.0 : 0.0;
        rest.v[2] = sum.z / max(sum.y, 1.0);
        return;
    }
    int x = int(gl_GlobalInvocationID.x);
    if (x >= d.x)
        return;
    for (int y = 0; y < d.y; y++) {
        vec4 m = load4(motion, d, 0, 0, y, x);
        float rests = dot(m.xy, m.xy) < RESTS * RESTS ? 1.0 : 0.0;
        sum += vec3(m.z, rests, rests * min(m.w, LOUDEST));
    }
    columns.v[x] = sum.x;
    columns.v[d.x + x] = sum.y;
    columns.v[2 * d.x + x] = sum.z;
}
