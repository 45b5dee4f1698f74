// SPDX-License-Identifier: LGPL-2.1-or-later
// Reductions over chunks of rows of a plane. One workgroup of REDUCE_LANES invocations walks over the positions of a chunk
// in row-major order, one each per step; lanes are then added in order, and so are chunks.
#ifndef MOMENTS_GLSL
#define MOMENTS_GLSL

// Positions that one pass of a loop covers per lane: a loop costs lavapipe a mask around everything in it.
const int UNROLL = 4;

struct Walk {
    int x, y;
    int step_x, step_y;
};

Walk walk_start(ivec4 d, int rows, int chunk, int lane)
{
    return Walk(lane % d.x, chunk * rows + lane / d.x, REDUCE_LANES % d.x, REDUCE_LANES / d.x);
}

void walk_step(inout Walk walk, ivec4 d)
{
    walk.x += walk.step_x;
    walk.y += walk.step_y;
    bool wrap = walk.x >= d.x;
    walk.x -= wrap ? d.x : 0;
    walk.y += wrap ? 1 : 0;
}

// row of a walk that may have gone past the last one
int walk_row(Walk walk, ivec4 d)
{
    return min(walk.y, d.y - 1);
}

// positions in a chunk; the last one may be short
int chunk_count(ivec4 d, int rows, int chunk)
{
    return min(rows, d.y - chunk * rows) * d.x;
}

// Partial results are flat [n][chunk][2][channels]; the first of the pair.
int moments_index(ivec4 d, int chunks, int n, int chunk, int channel)
{
    return (n * chunks + chunk) * 8 * blocks(d) + channel;
}

// Chan, Golub and LeVeque's combination of the chunks' (mean, sum of squared deviations): (mean, variance)
vec2 combine_moments(Floats partial, ivec4 d, int rows, int chunks, int n, int channel)
{
    int stride = 8 * blocks(d);
    int first = moments_index(d, chunks, n, 0, channel);
    float pivot = partial.v[first];
    float offset = 0.0;
    for (int i = 0; i < chunks; ++i)
        offset += float(chunk_count(d, rows, i)) * (partial.v[first + i * stride] - pivot);
    float total = float(d.x * d.y);
    float mean = pivot + offset / total;
    float squares = 0.0;
    for (int i = 0; i < chunks; ++i) {
        int at = first + i * stride;
        float away = partial.v[at] - mean;
        squares += partial.v[at + stride / 2] + float(chunk_count(d, rows, i)) * away * away;
    }
    return vec2(mean, squares / total);
}

#endif
