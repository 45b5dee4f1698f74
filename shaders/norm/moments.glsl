// SPDX-License-Identifier: LGPL-2.1-or-later
// Reductions over chunks of a plane: of its rows, or the tiles of idiom_changed_tiles(). One workgroup of REDUCE_LANES invocations walks over the positions of a chunk
// in row-major order, one each per step; lanes are then added in order, and so are chunks.
#ifndef MOMENTS_GLSL
#define MOMENTS_GLSL

// Positions that one pass of a loop covers per lane: a loop costs lavapipe a mask around everything in it.
const int UNROLL = 4;

// How a plane is cut into chunks: all but those at the right and the lower edge have `width` x `rows` pixels.
struct Cut {
    int width, rows, across;
};

Cut cut_rows(ivec4 d, int rows)
{
    return Cut(d.x, rows, 1);
}

Cut cut_tiles(ivec4 d)
{
    return Cut(1 << TILE_SHIFT, TILE_ROWS, (d.x + (1 << TILE_SHIFT) - 1) >> TILE_SHIFT);
}

// first column and row of a chunk, columns and rows; division as in grid_position()
ivec4 chunk_area(ivec4 d, Cut cut, int chunk)
{
    int down = cut.across == 1 ? chunk : int((float(chunk) + 0.5) / float(cut.across));
    ivec2 first = ivec2(chunk - down * cut.across, down) * ivec2(cut.width, cut.rows);
    return ivec4(first, min(ivec2(cut.width, cut.rows), d.xy - first));
}

struct Walk {
    int x, y; // in the chunk
    int step_x, step_y;
};

Walk walk_start(ivec4 area, int lane)
{
    return Walk(lane % area.z, lane / area.z, REDUCE_LANES % area.z, REDUCE_LANES / area.z);
}

void walk_step(inout Walk walk, ivec4 area)
{
    walk.x += walk.step_x;
    walk.y += walk.step_y;
    bool wrap = walk.x >= area.z;
    walk.x -= wrap ? area.z : 0;
    walk.y += wrap ? 1 : 0;
}

// column and row of a walk, which may have gone past the last one
ivec2 walk_position(Walk walk, ivec4 area)
{
    return area.xy + ivec2(walk.x, min(walk.y, area.w - 1));
}

// Partial results are flat [n][chunk][2][channels]; the first of the pair.
int moments_index(ivec4 d, int chunks, int n, int chunk, int channel)
{
    return (n * chunks + chunk) * 8 * blocks(d) + channel;
}

// Chan, Golub and LeVeque's combination of the chunks' (mean, sum of squared deviations): (mean, variance)
vec2 combine_moments(Floats partial, ivec4 d, Cut cut, int chunks, int n, int channel)
{
    int stride = 8 * blocks(d);
    int first = moments_index(d, chunks, n, 0, channel);
    float pivot = partial.v[first];
    float offset = 0.0;
    for (int i = 0; i < chunks; ++i) {
        ivec4 area = chunk_area(d, cut, i);
        offset += float(area.z * area.w) * (partial.v[first + i * stride] - pivot);
    }
    float total = float(d.x * d.y);
    float mean = pivot + offset / total;
    float squares = 0.0;
    for (int i = 0; i < chunks; ++i) {
        int at = first + i * stride;
        float away = partial.v[at] - mean;
        ivec4 area = chunk_area(d, cut, i);
        squares += partial.v[at + stride / 2] + float(area.z * area.w) * away * away;
    }
    return vec2(mean, squares / total);
}

#endif
