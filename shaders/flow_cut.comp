#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a picture follows the one before, 1 or 0: enough of it is found there. Sums of columns, then (FINAL) all. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const bool FINAL = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats columns;
    Floats linked; /* set by the host: 0 if this run does not follow the last */
    Floats follows;
};
PLANES_IN(0, motion);

const float LEAST = 0.3; /* mean confidence */

void main()
{
    if (FINAL) {
        float sum = 0.0;
        for (int x = 0; x < d.x; x++)
            sum += columns.v[x];
        follows.v[0] = sum > LEAST * float(d.x) && linked.v[0] != 0.0 ? 1.0 : 0.0;
        return;
    }
    int x = int(gl_GlobalInvocationID.x);
    if (x >= d.x)
        return;
    float sum = 0.0;
    for (int y = 0; y < d.y; y++)
        sum += load4(motion, d, 0, 0, y, x).z;
    columns.v[x] = sum / float(d.y);
}
