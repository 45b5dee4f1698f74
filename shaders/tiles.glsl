/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of tiles: idiom_changed_tiles(). */
#ifndef TILES_GLSL
#define TILES_GLSL

/* column and row, in tiles, of that which this workgroup is for */
ivec2 listed_tile(Uints tiles)
{
    uint tile = tiles.v[TILE_LIST + gl_WorkGroupID.x];
    return ivec2(tile & 0xffffu, tile >> 16);
}

/* column and row of this invocation, where a workgroup has all 2^shift x rows of a tile */
ivec2 tile_position(Uints tiles, int shift, int rows)
{
    int i = int(gl_LocalInvocationID.x);
    ivec2 tile = listed_tile(tiles);
    return ivec2((tile.x << shift) + (i & ((1 << shift) - 1)), tile.y * rows + (i >> shift));
}

#endif
