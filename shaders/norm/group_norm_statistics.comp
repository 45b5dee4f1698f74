#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Group norm, between its two passes: from the moments of the channels to what the apply pass multiplies by and adds, for
 * groups of channels that share mean and deviation.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d;
    Floats statistics; /* rows MEAN and INVERSE: mean and variance of each channel */
    Floats gamma, beta;
    int size; /* channels in a group */
    float epsilon;
};

void main()
{
    int c = int(gl_GlobalInvocationID.x), n = int(gl_GlobalInvocationID.y);
    int channels = 4 * blocks(d);
    if (c >= channels)
        return;
    int first = n * 4 * channels, group = first + min(c, d.z - 1) / size * size;
    float mean = 0.0, variance = 0.0;
    for (int i = 0; i < size; i++)
        mean += statistics.v[STATISTICS_MEAN * channels + group + i];
    mean /= float(size);
    for (int i = 0; i < size; i++) {
        float away = statistics.v[STATISTICS_MEAN * channels + group + i] - mean;
        variance += statistics.v[STATISTICS_INVERSE * channels + group + i] + away * away;
    }
    bool there = c < d.z;
    float scale = there ? gamma.v[min(c, d.z - 1)] / sqrt(variance / float(size) + epsilon) : 0.0;
    float shift = there ? beta.v[min(c, d.z - 1)] - scale * mean : 0.0;
    statistics.v[STATISTICS_SCALE * channels + first + c] = scale;
    statistics.v[STATISTICS_SHIFT * channels + first + c] = shift;
}
