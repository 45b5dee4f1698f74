#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pixel unshuffle, or with SHUFFLE its inverse: one block of four channels at r x r pixels of the large tensor is r r
 * blocks at one pixel of the small one. An invocation moves all of them, so every texel is touched once.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int R = 2;

layout(push_constant, scalar) uniform Push
{
    ivec4 large, small;
    ivec4 grid; /* small's size with large's channels */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(grid);
    if (p.x >= grid.x)
        return;
    vec4 v[R * R];
    int first = p.z * R * R;
#ifdef SHUFFLE
    [[unroll]] for (int t = 0; t < R * R; t++)
        v[t] = mix(vec4(0), load4(src, small, p.w, min(first + t, blocks(small) - 1), p.y, p.x),
                   bvec4(first + t < blocks(small)));
    [[unroll]] for (int i = 0; i < R * R; i++) {
        vec4 o;
        [[unroll]] for (int k = 0; k < 4; k++)
            o[k] = v[(k * R * R + i) / 4][(k * R * R + i) % 4];
        store4(dst, large, p.w, p.z, p.y * R + i / R, p.x * R + i % R, o);
    }
#else
    [[unroll]] for (int i = 0; i < R * R; i++)
        v[i] = load4(src, large, p.w, p.z, p.y * R + i / R, p.x * R + i % R);
    [[unroll]] for (int t = 0; t < R * R; t++) {
        vec4 o;
        [[unroll]] for (int k = 0; k < 4; k++)
            o[k] = v[(4 * t + k) % (R * R)][(4 * t + k) / (R * R)];
        if (first + t < blocks(small))
            store4(dst, small, p.w, first + t, p.y, p.x, o);
    }
#endif
}
