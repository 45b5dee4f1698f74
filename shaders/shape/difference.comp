#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* First or second differences along an axis; BACKWARD: their transpose, zero beyond the edges. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int AXIS = 0; /* 0: x, 1: y */
layout(constant_id = 4) const int ORDER = 1;
layout(constant_id = 5) const bool BACKWARD = false;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

const int STEP = BACKWARD ? -1 : 1;

#define at(k) load4_or_zero(src, ds, p.w, p.z, p.y + (k) * (AXIS == 1 ? STEP : 0), p.x + (k) * (AXIS == 0 ? STEP : 0))

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = ORDER == 1 ? at(1) - at(0) : at(0) - 2.0 * at(1) + at(2);
    store4(dst, d, p.w, p.z, p.y, p.x, v);
}
