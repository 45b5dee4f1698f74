#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma less its local mean, over its local contrast: what stays when the light changes. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

const float FLOOR = 0.02; /* contrast of what counts as flat: a sensor's noise */

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    float centre = 0.0, sum = 0.0, squares = 0.0;
    /* every second of 5x5 pixels in x and in y */
    [[unroll]] for (int k = 0; k < 9; k++) {
        ivec2 q = clamp(p.xy + 2 * ivec2(k % 3, k / 3) - 2, ivec2(0), d.xy - 1);
        float v = load4(src, d, 0, 0, q.y, q.x).x;
        centre = k == 4 ? v : centre;
        sum += v;
        squares += v * v;
    }
    float mean = sum / 9.0;
    float contrast = sqrt(max(squares / 9.0 - mean * mean, 0.0));
    store4(dst, d, 0, 0, p.y, p.x, vec4((centre - mean) / (contrast + FLOOR), 0, 0, 0));
}
