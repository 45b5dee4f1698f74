#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Motion at a finer level, of one patch of 6x6 features for each cell of STRIDE x STRIDE pixels: the best of what the
 * coarser level found here and around, then refined to fractions of a pixel by Gauss-Newton steps with the gradient of
 * the patch itself (the inverse search of Kroeger et al., arXiv 1603.03590), in which features that do not fit count
 * less.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/noise.glsl"

layout(constant_id = 3) const bool SEARCHED = false; /* the coarser level is that of flow_search: a patch a pixel */
layout(constant_id = 4) const int STRIDE = 2;

layout(push_constant, scalar) uniform Push
{
    ivec4 dq, dg, dc, d; /* quads, gradients, coarser motion, result */
    Floats rest;         /* see flow_cut */
    int way;             /* picture of coarse and result */
};
PLANES_IN(0, gradients);
PLANES_IN(1, other); /* quads of the other picture */
FULL_PLANES_IN(2, coarse);
FULL_PLANES_OUT(3, dst);

const int STEPS = 2;
const float CHANGE_COST = 1.0; /* what another candidate than the interpolated one must be better by */
const float STEP_COST = 0.5;   /* and per pixel of difference from it */
const float DAMPING = 1.0;     /* squared gradients of a patch that is nearly flat */
const float LONGEST = 2.5;     /* pixels; a refinement that goes farther has lost its way */
/*
 * How much worse rest may fit and still be believed: noise alone makes it so, as interpolation averages noise. That goes
 * for small motion; and, where the camera rests, for whatever motion is found in flat patches, the more so with noise.
 */
const float REST_RATIO = 1.3, REST_RATIO_NOISY = 2.0, REST_COST = 0.02;
const float REST_MOST = 0.12; /* pixels */
const float REST_FLAT = 1.5;  /* least eigenvalue */
const float CAMERA_RESTS = 0.3;

vec2 coarse_motion(ivec2 q)
{
    q = clamp(q, ivec2(0), dc.xy - 1);
    return 2.0 * load4(coarse, dc, way, 0, q.y, q.x).xy;
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    ivec2 origin = STRIDE * p.xy + STRIDE / 2 - 3, last = dq.xy - 1;
    vec3 own[36];
    [[unroll]] for (int i = 0; i < 36; i++) {
        ivec2 q = clamp(origin + ivec2(i % 6, i / 6), ivec2(0), last);
        own[i] = load4(gradients, dg, 0, 0, q.y, q.x).xyz;
    }

    /* the coarser level's grid has one patch for every two pixels of its own, or for each if it was searched */
    vec2 centre = (float(STRIDE) * (vec2(p.xy) + 0.5)) / (SEARCHED ? 2.0 : 4.0) - 0.5;
    ivec2 base = ivec2(floor(centre)), near = ivec2(round(centre));
    vec2 t = centre - vec2(base);
    vec2 candidate[7];
    candidate[0] = mix(mix(coarse_motion(base), coarse_motion(base + ivec2(1, 0)), t.x),
                       mix(coarse_motion(base + ivec2(0, 1)), coarse_motion(base + 1), t.x), t.y);
    candidate[1] = coarse_motion(near);
    [[unroll]] for (int i = 0; i < 4; i++)
        candidate[2 + i] = coarse_motion(near + 2 * ivec2(i % 2, i / 2) - 1);
    candidate[6] = vec2(0);
    vec2 v = candidate[0];
    float least = 1e9, at_rest = 0.0;
    [[unroll]] for (int k = 0; k < 7; k++) {
        ivec2 o = origin + ivec2(round(candidate[k]));
        /* rest is always likely */
        float cost = k == 0 || k == 6 ? 0.0 : CHANGE_COST + STEP_COST * length(candidate[k] - candidate[0]);
        [[unroll]] for (int i = 0; i < 9; i++) {
            ivec2 q = clamp(o + 2 * ivec2(i % 3, i / 3), ivec2(0), last);
            int c = 12 * (i / 3) + 2 * (i % 3);
            vec4 e = load4(other, dq, 0, 0, q.y, q.x) - vec4(own[c].x, own[c + 1].x, own[c + 6].x, own[c + 7].x);
            cost += dot(e, e);
        }
        at_rest = cost; /* that of the last candidate stays */
        v = cost < least ? candidate[k] : v;
        least = min(least, cost);
    }

    vec2 start = v;
    vec3 h = vec3(0); /* xx, xy, yy */
    float difference = 0.0, weights = 0.0, squares = 0.0;
    [[unroll]] for (int step = 0; step < STEPS; step++) {
        vec2 whole = floor(v), f = v - whole;
        vec4 share = vec4((1.0 - f.x) * (1.0 - f.y), f.x * (1.0 - f.y), (1.0 - f.x) * f.y, f.x * f.y);
        ivec2 o = origin + ivec2(whole);
        vec2 b = vec2(0);
        h = vec3(0);
        difference = weights = squares = 0.0;
        [[unroll]] for (int i = 0; i < 36; i++) {
            ivec2 q = clamp(o + ivec2(i % 6, i / 6), ivec2(0), last);
            float e = dot(load4(other, dq, 0, 0, q.y, q.x), share) - own[i].x;
            float weight = 1.0 / (1.0 + 4.0 * e * e);
            vec2 g = own[i].yz;
            h += weight * vec3(g.x * g.x, g.x * g.y, g.y * g.y);
            b += weight * e * g;
            difference += weight * e * e;
            weights += weight;
            squares += e * e;
        }
        vec2 a = h.xz + DAMPING;
        vec2 move = vec2(a.y * b.x - h.y * b.y, a.x * b.y - h.y * b.x) / (a.x * a.y - h.y * h.y);
        v -= clamp(move, -1.0, 1.0);
    }
    v = distance(v, start) > LONGEST ? start : v;
    float mean = 0.5 * (h.x + h.z), half_gap = 0.5 * (h.x - h.z);
    float least_eigenvalue = mean - sqrt(half_gap * half_gap + h.y * h.y);
    bool flat_rests = least_eigenvalue < REST_FLAT && rest.v[0] > CAMERA_RESTS;
    float ratio = flat_rests ? mix(REST_RATIO, REST_RATIO_NOISY, smoothstep(NOISE.x, NOISE.y, rest.v[2]))
                             : dot(v, v) < REST_MOST * REST_MOST ? REST_RATIO : 0.0;
    v = at_rest < ratio * (squares + REST_COST) ? vec2(0) : v;
    store4_full(dst, d, way, 0, p.y, p.x, vec4(v, max(least_eigenvalue, 0.0), difference / weights));
}
