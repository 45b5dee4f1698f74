/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by Winograd's steps. */
#ifndef WINOGRAD_GLSL
#define WINOGRAD_GLSL

/* column and row of tile t of a strip that is `across` tiles wide; exact for strips of fewer than 2^22 */
ivec2 tile_of(int t, int across)
{
    int row = int((float(t) + 0.5) / float(across));
    return ivec2(t - row * across, row);
}

#endif
