#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For each pixel of a mask how the mask follows the colours of its guide around: the factors of R, G, B and what is added,
 * by least squares over a window, so small factors preferred. The guided filter of He, Sun and Tang.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dm, dg, d; /* mask, guide, result: all of one width and height */
};
PLANES_IN(0, mask);
PLANES_IN(1, guide);
PLANES_OUT(2, dst);

const int RADIUS = 2;
const int SIDE = 2 * RADIUS + 1;
const float FLAT = 1e-3; /* variance of a colour that is no edge */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    /* around the values in the middle, or rounding would be all that is left of a flat window */
    vec3 middle = load4(guide, dg, p.w, 0, p.y, p.x).xyz;
    float middle_mask = load4(mask, dm, p.w, 0, p.y, p.x).x;
    vec3 mean = vec3(0), diagonal = vec3(0), across = vec3(0), slope = vec3(0);
    float mean_mask = 0.0;
    [[unroll]] for (int i = 0; i < SIDE * SIDE; i++) {
        ivec2 q = clamp(p.xy + ivec2(i % SIDE, i / SIDE) - RADIUS, ivec2(0), d.xy - 1);
        vec3 c = load4(guide, dg, p.w, 0, q.y, q.x).xyz - middle;
        float m = load4(mask, dm, p.w, 0, q.y, q.x).x - middle_mask;
        mean += c;
        mean_mask += m;
        diagonal += c * c;
        across += c.yzx * c.zxy; /* gb, br, rg */
        slope += c * m;
    }
    const float share = 1.0 / float(SIDE * SIDE);
    mean *= share;
    mean_mask *= share;
    diagonal = diagonal * share - mean * mean + FLAT;
    across = across * share - mean.yzx * mean.zxy;
    slope = slope * share - mean * mean_mask;
    /* the symmetric 3x3 system by its adjoint */
    vec3 own = diagonal.yzx * diagonal.zxy - across * across;
    vec3 other = across.yzx * across.zxy - across * diagonal;
    float determinant = dot(vec3(own.x, other.z, other.y), vec3(diagonal.x, across.z, across.y));
    vec3 factors = vec3(dot(vec3(own.x, other.z, other.y), slope), dot(vec3(other.z, own.y, other.x), slope),
                        dot(vec3(other.y, other.x, own.z), slope)) /
                   determinant;
    store4(dst, d, p.w, 0, p.y, p.x, vec4(factors, middle_mask + mean_mask - dot(factors, middle + mean)));
}
