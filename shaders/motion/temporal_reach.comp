#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much the history may weigh in the next picture, where things move and elsewhere: as much as keeps the steadied
 * picture as close to the new one as wanted (see temporal_gain). A controller: what is lost grows with the weight's
 * square.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats rest; /* see flow_cut */
    Floats last; /* the two weights */
    Floats next;
};
PLANES_IN(0, means); /* of what temporal_gain stores */

const vec2 LOSS = vec2(0.128, 0.057); /* wanted */
const float RATE = 0.25;
const float START = 0.6, LEAST = 0.5, MOST = 0.8;
const float FEW = 0.005; /* share of patches that are too few to tell */

void main()
{
    vec4 mean = load4(means, d, 0, 0, 0, 0);
    vec2 share = vec2(mean.w, 1.0 - mean.w);
    [[unroll]] for (int i = 0; i < 2; i++) {
        float weight = last.v[i];
        if (share[i] > FEW)
            weight *= pow(clamp(LOSS[i] * share[i] / max(mean[1 + i], 1e-6), 0.2, 5.0), RATE);
        next.v[i] = rest.v[1] > 0.0 ? clamp(weight, LEAST, MOST) : START;
    }
}
