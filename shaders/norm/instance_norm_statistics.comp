#version 450
// SPDX-License-Identifier: LGPL-2.1-or-later
// Instance norm, between its two passes: from the chunks of moments.comp and the styles to what the apply pass
// multiplies by and adds, and the mean and 1 / standard deviation that the gradient needs.
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "norm/moments.glsl"
#include "norm/instance_norm.glsl"

layout(constant_id = 3) const int MIX = 0;  // there is a mix of styles
layout(constant_id = 4) const int KEEP = 0; // something of the last run is kept
layout(constant_id = 5) const int GROUPS = 0; // only the moments: group_norm_statistics.comp does the rest
layout(constant_id = 6) const int TILES = 0; // chunks are tiles

layout(push_constant, scalar) uniform Push {
    ivec4 d;
    Floats partial;
    Floats statistics;
    Floats gamma;
    Floats beta;
    Floats mix;
    Floats keep; // share of the last run's moments, one element
    Floats last; // [2][channels, rounded up to blocks]: mean, variance
    Floats next; // what the next run gets as `last`
    int rows;
    int chunks;
    int styles;
    int mix_step; // from one image's weights to the next one's; 0 where all share them
    float epsilon;
} push;

void main()
{
    int c = int(gl_GlobalInvocationID.x), n = int(gl_GlobalInvocationID.y);
    int channels = 4 * blocks(push.d);
    if (c >= channels)
        return;
    Cut cut = TILES != 0 ? cut_tiles(push.d) : cut_rows(push.d, push.rows);
    vec2 m = combine_moments(push.partial, push.d, cut, push.chunks, n, c);
    if (KEEP != 0) {
        m += push.keep.v[0] * (vec2(push.last.v[c], push.last.v[channels + c]) - m);
        push.next.v[c] = m.x;
        push.next.v[channels + c] = m.y;
    }
    int at = n * 4 * channels + c;
    if (GROUPS != 0) {
        push.statistics.v[at + STATISTICS_MEAN * channels] = m.x;
        push.statistics.v[at + STATISTICS_INVERSE * channels] = m.y;
        return;
    }
    float gamma = 0.0, beta = 0.0;
    if (c < push.d.z) {
        for (int s = 0; s < push.styles; ++s) {
            float share = 1.0;
            if (MIX != 0)
                share = push.mix.v[n * push.mix_step + s];
            gamma += share * push.gamma.v[s * push.d.z + c];
            beta += share * push.beta.v[s * push.d.z + c];
        }
    }
    float inverse = 1.0 / sqrt(m.y + push.epsilon);
    push.statistics.v[at + STATISTICS_SCALE * channels] = gamma * inverse;
    push.statistics.v[at + STATISTICS_SHIFT * channels] = beta - gamma * inverse * m.x;
    push.statistics.v[at + STATISTICS_MEAN * channels] = m.x;
    push.statistics.v[at + STATISTICS_INVERSE * channels] = inverse;
}
