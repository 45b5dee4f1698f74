#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The noise at each cell's place. Where the scene has come nearer, and the noise with it, a finer octave of the field takes
 * over, and the other way round, so that strokes keep their size. What is worn, stretched one way or torn, fades to the
 * noise of the cell's own place, and begins there anew. Weights keep the variance.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/places.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dn; /* places, noise */
    Floats tile; /* [SIDE,SIDE]: two values in a number, see carry.c */
};
FULL_PLANES_IN(0, places);
PLANES_OUT(1, noise);
FULL_PLANES_OUT(2, kept);

const int SIDE = 1024;
const float SAMPLES = 4.0; /* of a cell */
const float VALUES = 256.0, MIDDLE = 96.0, STEPS = 32.0;
const vec2 APART = vec2(97.0, 61.0); /* cells from octave to octave, so that no two meet at the origin */

const int REACH = 3; /* cells */
const float OCTAVES[2] = float[](2.0, 3.0); /* how far the scale may be off, and from where on all is worn */
const float STRETCH[2] = float[](1.7, 2.6); /* mean of one way's scale by the other's and the reverse: 3 times, 5 times */

vec2 tile_at(ivec2 q)
{
    float both = tile.v[(q.y & (SIDE - 1)) * SIDE + (q.x & (SIDE - 1))], first = floor(both / VALUES);
    return vec2(first, both - VALUES * first) - MIDDLE;
}

/* The field at a place in cells, of its octave: 1 is half as coarse as 0. */
vec2 field(vec2 place, int octave)
{
    vec2 at = SAMPLES * (ldexp(place, ivec2(octave)) + APART * float(octave)), t = fract(at);
    ivec2 q = ivec2(floor(at));
    return mix(mix(tile_at(q), tile_at(q + ivec2(1, 0)), t.x), mix(tile_at(q + ivec2(0, 1)), tile_at(q + 1), t.x), t.y) /
           STEPS;
}

/* `from` at t = 0, `to` at 1, between with the variance of either. */
vec2 fade(vec2 from, vec2 to, float t)
{
    return sqrt(1.0 - t) * from + sqrt(t) * to;
}

vec2 place_of(ivec2 cell)
{
    return load4(places, d, 0, 0, cell.y, cell.x).xy;
}

/*
 * Change of the places from cell to cell, over a few of them: the lesser of that before and that behind, as one may be
 * across a seam.
 */
vec2 slope(ivec2 cell, ivec2 axis, int size)
{
    vec2 here = place_of(cell);
    int i = cell.x * axis.x + cell.y * axis.y;
    bool first = i < REACH, last = i + REACH >= size;
    vec2 before = unwound(here - place_of(cell - (first ? ivec2(0) : REACH * axis)));
    vec2 behind = unwound(place_of(cell + (last ? ivec2(0) : REACH * axis)) - here);
    return (first || (!last && dot(behind, behind) < dot(before, before)) ? behind : before) / float(REACH);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 here = place_of(p.xy), own = vec2(p.xy);
    vec2 across = slope(p.xy, ivec2(1, 0), d.x) + vec2(1, 0), down = slope(p.xy, ivec2(0, 1), d.y) + vec2(0, 1);
    float area = across.x * down.y - across.y * down.x; /* cells of the field that a cell covers */
    float whole = max(area, 1e-6);
    float octave = -0.5 * log2(whole), stretch = 0.5 * (dot(across, across) + dot(down, down)) / whole;
    float worn = max(smoothstep(OCTAVES[0], OCTAVES[1], abs(octave)), smoothstep(STRETCH[0], STRETCH[1], stretch));

    vec2 v = vec2(0);
    if (worn < 1.0) {
        int coarse = int(floor(octave));
        float finer = smoothstep(0.1, 0.9, octave - float(coarse));
        if (finer < 1.0)
            v = field(own + here, coarse);
        if (finer > 0.0)
            v = fade(v, field(own + here, coarse + 1), finer);
    }
    if (worn > 0.0)
        v = fade(v, field(own, 0), worn);
    store4(noise, dn, 0, 0, p.y, p.x, vec4(v, 0, 0));
    store4_full(kept, d, 0, 0, p.y, p.x, vec4(worn < 1.0 ? here : vec2(0), 0, 0));
}
