#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Luma less its local mean, over its local contrast: what stays when the light changes. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const float FLOOR = 0.02; /* contrast of what counts as flat: a sensor's noise */

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
    [[unroll]] for (int j = -2; j <= 2; j++)
        [[unroll]] for (int i = -2; i <= 2; i++) {
            float v = load4(src, d, p.w, 0, clamp(p.y + j, 0, d.y - 1), clamp(p.x + i, 0, d.x - 1)).x;
            if (i == 0 && j == 0)
                centre = v;
            sum += v;
            squares += v * v;
        }
    float mean = sum / 25.0;
    float contrast = sqrt(max(squares / 25.0 - mean * mean, 0.0));
    store4(dst, d, p.w, 0, p.y, p.x, vec4((centre - mean) / (contrast + FLOOR), 0, 0, 0));
}
