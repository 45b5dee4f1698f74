#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which tiles of a picture are worth computing anew: those in which, or close around which, something has changed by more
 * than noise since they were last computed, and in turn all others. A pixel is the mean of a block.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"

layout(constant_id = 3) const int STEP = 0;

layout(push_constant, scalar) uniform Push
{
    ivec4 d; /* blocks */
    ivec2 size; /* tiles */
    Floats turn;
    Floats continues;
    Floats rest; /* see flow_cut */
    Floats changed; /* 1 or 0 for each tile */
    Uints tiles;
};
PLANES_IN(0, now);
PLANES_IN(1, last);
PLANES_OUT(2, next);

const int AROUND = 3; /* blocks */
/* What a mean may differ by, and for each of the noise's deviation: less than four of its own. */
const float ALWAYS = 0.012, FOR_NOISE = 2.0;
const float GOLDEN = 0.618034; /* neighbours in the list are far from each other in a round */

bool is_due(int tile)
{
    float at = fract(GOLDEN * float(tile)), from = turn.v[1], to = turn.v[2];
    bool beyond = at >= from, before = at < to;
    return to < from ? beyond || before : beyond && before;
}

/* One invocation for a tile. */
void find()
{
    ivec2 tile = ivec2(gl_GlobalInvocationID.xy);
    if (tile.x >= size.x)
        return;
    ivec2 first = tile * ivec2(1 << TILE_SHIFT, TILE_ROWS) - AROUND;
    ivec2 end = min(first + ivec2(1 << TILE_SHIFT, TILE_ROWS) + 2 * AROUND, d.xy);
    float most = 0.0;
    for (int y = max(first.y, 0); y < end.y; y++)
        for (int x = max(first.x, 0); x < end.x; x++) {
            vec3 apart = abs(load4(now, d, 0, 0, y, x).xyz - load4(last, d, 0, 0, y, x).xyz);
            most = max(most, max(apart.x, max(apart.y, apart.z)));
        }
    int i = tile.y * size.x + tile.x;
    bool all = turn.v[0] == 0.0 || continues.v[0] == 0.0;
    changed.v[i] = all || is_due(i) || most > ALWAYS + FOR_NOISE * rest.v[2] ? 1.0 : 0.0;
}

/* One invocation in all. */
void list()
{
    uint count = 0;
    for (int y = 0; y < size.y; y++)
        for (int x = 0; x < size.x; x++)
            if (changed.v[y * size.x + x] != 0.0) {
                tiles.v[TILE_LIST + count] = uint(x) | uint(y) << 16;
                count++;
            }
    for (int i = 0; i < TILE_ARGUMENTS; i++) {
        tiles.v[3 * i] = count;
        tiles.v[3 * i + 1] = i + 1;
        tiles.v[3 * i + 2] = 1;
    }
}

/* One invocation for a block: what its tile is compared with next. */
void remember()
{
    ivec2 p = ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= d.x)
        return;
    float take = changed.v[p.y / TILE_ROWS * size.x + (p.x >> TILE_SHIFT)];
    store4(next, d, 0, 0, p.y, p.x, mix(load4(last, d, 0, 0, p.y, p.x), load4(now, d, 0, 0, p.y, p.x), take));
}

void main()
{
    if (STEP == 0)
        find();
    else if (STEP == 1)
        list();
    else
        remember();
}
