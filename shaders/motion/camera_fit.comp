#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The motion of the camera: a shift, a zoom and a turn that most of the picture agrees with. Least squares, again and
 * again, in which what is off counts less each time (Geman and McClure), so that in the end what moves by itself does not
 * count at all.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d; /* blocks */
    Floats camera; /* x, y, zoom, turn: a block at p from the middle moves by (x, y) + zoom p + turn (-p.y, p.x) */
};
FULL_PLANES_IN(0, found);

const int ROUNDS = 8;
const float FIRST = 16.0, LAST = 0.5; /* pixels that motion may be off by */
const float STIFF = 0.05; /* of the weights: what zoom and turn must be seen by */

void main()
{
    vec2 middle = 0.5 * vec2(d.xy - 1);
    float scale = 1.0 / max(max(middle.x, middle.y), 1.0), off = FIRST;
    vec4 fit = vec4(0); /* zoom and turn per half of the longer side */
    for (int round_ = 0; round_ < ROUNDS; round_++) {
        /* normal equations of x, y, zoom, turn: in this order the matrix is n, n, q, q and the sums of p between */
        float n = 1e-6, q = 0.0;
        vec2 p_sum = vec2(0), v_sum = vec2(0), r = vec2(0);
        for (int y = 0; y < d.y; y++)
            for (int x = 0; x < d.x; x++) {
                vec4 b = load4(found, d, 0, 0, y, x);
                vec2 p = scale * (vec2(x, y) - middle);
                vec2 apart = b.xy - fit.xy - fit.z * p - fit.w * vec2(-p.y, p.x);
                float fits = round_ == 0 ? 1.0 : 1.0 / (1.0 + dot(apart, apart) / (off * off));
                float w = b.z * fits * fits;
                n += w;
                q += w * dot(p, p);
                p_sum += w * p;
                v_sum += w * b.xy;
                r += w * vec2(dot(p, b.xy), p.x * b.y - p.y * b.x);
            }
        /* about the centre of what counts, where the four come apart */
        vec2 c = p_sum / n, v = v_sum / n;
        float spread = q - n * dot(c, c) + STIFF * n;
        fit.z = (r.x - n * dot(c, v)) / spread;
        fit.w = (r.y - n * (c.x * v.y - c.y * v.x)) / spread;
        fit.xy = v - fit.z * c - fit.w * vec2(-c.y, c.x);
        off = max(0.5 * off, LAST);
    }
    camera.v[0] = fit.x;
    camera.v[1] = fit.y;
    camera.v[2] = fit.z * scale;
    camera.v[3] = fit.w * scale;
}
