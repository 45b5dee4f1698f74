#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For each pixel of a small picture how its colours follow the luma of its guide: the slopes of a straight line through
 * the nine pixels around. And beside its colours the guide's luma, so that both are loaded at once.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 dl, dc, d; /* low, colours, result */
    vec2 ratio;
};
PLANES_IN(0, low);
PLANES_IN(1, low_guide);
PLANES_OUT(2, colours);
PLANES_OUT(3, gains);

const float FLAT = 4e-4; /* variance of luma that is no edge */
const float MOST = 1.5;

void main()
{
    ivec4 p = grid_position(dc);
    if (p.x >= dc.x)
        return;
    vec3 c[9], mean = vec3(0), slope = vec3(0);
    float l[9], mean_luma = 0.0, variance = 0.0;
    [[unroll]] for (int i = 0; i < 9; i++) {
        ivec2 q = clamp(p.xy + ivec2(i % 3, i / 3) - 1, ivec2(0), dl.xy - 1);
        c[i] = load4(low, dl, p.w, 0, q.y, q.x).xyz;
        l[i] = luma(load4(low_guide, dl, p.w, 0, q.y, q.x).xyz);
        mean += c[i] / 9.0;
        mean_luma += l[i] / 9.0;
    }
    [[unroll]] for (int i = 0; i < 9; i++) {
        slope += (l[i] - mean_luma) * (c[i] - mean);
        variance += (l[i] - mean_luma) * (l[i] - mean_luma);
    }
    store4(colours, dc, p.w, 0, p.y, p.x, vec4(c[4], l[4]));
    store4(gains, dl, p.w, 0, p.y, p.x, vec4(clamp(slope / (variance + 9.0 * FLAT), -MOST, MOST), 0));
}
