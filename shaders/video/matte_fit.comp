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
    ivec4 d; /* of both */
};
PLANES_IN(0, guide); /* with the mask as the fourth channel */
PLANES_OUT(1, dst);

const int RADIUS = 2;
const int SIDE = 2 * RADIUS + 1;
const float FLAT = 1e-3; /* variance of a colour that is no edge */

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    /* around the values in the middle, or rounding would be all that is left of a flat window */
    vec4 middle = load4(guide, d, p.w, 0, p.y, p.x), mean = vec4(0);
    vec3 diagonal = vec3(0), across = vec3(0), slope = vec3(0);
    [[unroll]] for (int i = 0; i < SIDE * SIDE; i++) {
        ivec2 q = clamp(p.xy + ivec2(i % SIDE, i / SIDE) - RADIUS, ivec2(0), d.xy - 1);
        vec4 c = load4(guide, d, p.w, 0, q.y, q.x) - middle;
        mean += c;
        diagonal += c.xyz * c.xyz;
        across += c.yzx * c.zxy; /* gb, br, rg */
        slope += c.xyz * c.w;
    }
    const float share = 1.0 / float(SIDE * SIDE);
    mean *= share;
    diagonal = diagonal * share - mean.xyz * mean.xyz + FLAT;
    across = across * share - mean.yzx * mean.zxy;
    slope = slope * share - mean.xyz * mean.w;
    /* the symmetric 3x3 system by its adjoint */
    vec3 own = diagonal.yzx * diagonal.zxy - across * across;
    vec3 other = across.yzx * across.zxy - across * diagonal;
    float determinant = dot(vec3(own.x, other.z, other.y), vec3(diagonal.x, across.z, across.y));
    vec3 factors = vec3(dot(vec3(own.x, other.z, other.y), slope), dot(vec3(other.z, own.y, other.x), slope),
                        dot(vec3(other.y, other.x, own.z), slope)) /
                   determinant;
    store4(dst, d, p.w, 0, p.y, p.x, vec4(factors, middle.w + mean.w - dot(factors, middle.xyz + mean.xyz)));
}
