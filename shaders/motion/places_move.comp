#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where in the field of noise each cell of the picture lies, after the picture has moved: coordinates are carried, not
 * values, so that nothing loses contrast however often it is moved by parts of a pixel.
 */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "motion/places.glsl"
#include "motion/still.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dm; /* places, motion */
    Floats continues, joined; /* 0: there is no last picture, nothing else is looked at */
    float per_cell; /* patches of motion */
};
FULL_PLANES_IN(0, motion);
FULL_PLANES_IN(1, places);
FULL_PLANES_OUT(2, dst);

const float SURE = 0.3; /* confidence below which a cell is new: uncovered, or come in from outside */
/* What motion is wrong by adds up from picture to picture: a little of the bend over some cells is taken out. */
const float EASE = 0.05;
const int BEND = 3;
const int SIDE = 3; /* patches */
const float SEAM = 2.0; /* cells: places that differ more do not belong to one surface */

/* Patches at the sides know least of where they come from: the next ones count for them, too. */
vec4 patch_at(ivec2 q)
{
    ivec2 side = min(ivec2(SIDE), (dm.xy - 1) / 2);
    q = clamp(q, side, dm.xy - 1 - side);
    return load4(motion, dm, 0, 0, q.y, q.x);
}

vec4 motion_of(ivec2 cell)
{
    vec2 at = (vec2(cell) + 0.5) * per_cell - 0.5, t = fract(at);
    ivec2 q = ivec2(floor(at));
    return mix(mix(patch_at(q), patch_at(q + ivec2(1, 0)), t.x),
               mix(patch_at(q + ivec2(0, 1)), patch_at(q + 1), t.x), t.y);
}

vec2 place_of(ivec2 cell)
{
    cell = clamp(cell, ivec2(0), d.xy - 1);
    return load4(places, d, 0, 0, cell.y, cell.x).xy;
}

/* Between cells: linear, but never across a seam. */
vec2 place_at(vec2 at)
{
    at = clamp(at, vec2(0), vec2(d.xy - 1));
    ivec2 q = ivec2(at);
    vec2 t = at - vec2(q), nearest = place_of(ivec2(at + 0.5)), sum = vec2(0);
    [[unroll]] for (int i = 0; i < 4; i++) {
        ivec2 o = ivec2(i % 2, i / 2);
        vec2 apart = unwound(place_of(q + o) - nearest), w = mix(1.0 - t, t, vec2(o));
        sum += dot(apart, apart) < SEAM * SEAM ? w.x * w.y * apart : vec2(0);
    }
    return nearest + sum;
}

/* How far a cell lies from the middle between two others; 0 where a seam is between them. */
vec2 bend(ivec2 cell, ivec2 reach)
{
    vec2 here = place_of(cell);
    ivec2 before = cell - reach, behind = cell + reach;
    if (any(lessThan(before, ivec2(0))) || any(lessThan(cell, ivec2(0))) || any(greaterThanEqual(cell, d.xy)) || any(greaterThanEqual(behind, d.xy)))
        return vec2(0);
    vec2 middle = 0.5 * (unwound(place_of(before) - here) + unwound(place_of(behind) - here));
    return dot(middle, middle) < 0.25 * SEAM * SEAM ? middle : vec2(0);
}

/*
 * What is new goes on as its surroundings do: the nearest cell that is sure of a motion like this one's; -1: there is none.
 */
ivec2 kin(ivec2 cell, vec2 v)
{
    float most = 1.0 + 0.01 * dot(v, v);
    for (int radius = 1; radius <= 16; radius *= 2)
        for (int i = 0; i < 9; i++) {
            ivec2 q = cell + radius * (ivec2(i % 3, i / 3) - 1);
            if (clamp(q, ivec2(0), d.xy - 1) != q)
                continue;
            vec4 m = motion_of(q);
            if (m.z >= SURE && dot(m.xy - v, m.xy - v) < most)
                return q;
        }
    return ivec2(-1);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    vec2 place = vec2(0);
    if (continues.v[0] != 0.0 && joined.v[0] != 0.0) {
        vec4 m = motion_of(p.xy);
        vec2 v = dot(m.xy, m.xy) < STILL * STILL ? vec2(0) : m.xy / CELL;
        ivec2 from = m.z >= SURE ? p.xy : kin(p.xy, m.xy);
        place = from.x >= 0 ? v + place_at(vec2(from) + v) : place_of(p.xy);
        ivec2 old = ivec2(floor(vec2(p.xy) + v + 0.5));
        if (from == p.xy && v != vec2(0))
            place += EASE * (bend(old, ivec2(BEND, 0)) + bend(old, ivec2(0, BEND)));
    }
    store4_full(dst, d, 0, 0, p.y, p.x, vec4(unwound(place), 0, 0));
}
