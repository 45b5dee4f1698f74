#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements in another order: any reshape, transpose, slice and repetition. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int RANK = 1;

const int RANKS = 8;

layout(push_constant, scalar) uniform Push
{
    ivec4 ds, d;
    int offset;
    int dims[RANKS], strides[RANKS]; /* of element i of the result, counted in NCHW order */
};
PLANES_IN(0, src);
PLANES_OUT(1, dst);

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec4 v = vec4(0);
    for (int i = 0; i < 4; i++) {
        int rest = ((p.w * d.z + min(4 * p.z + i, d.z - 1)) * d.y + p.y) * d.x + p.x, from = offset;
        for (int k = RANK - 1; k >= 0; k--) {
            int q = rest / dims[k];
            from += (rest - q * dims[k]) * strides[k];
            rest = q;
        }
        int y = from / ds.x, c = y / ds.y, n = c / ds.z;
        v[i] = load4(src, ds, n, (c - n * ds.z) >> 2, y - c * ds.y, from - y * ds.x)[(c - n * ds.z) & 3];
    }
    store4(dst, d, p.w, p.z, p.y, p.x, keep_tail(v, p.z, d.z));
}
