#version 460
/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A picture with contours drawn in ink, and its tones drawn to those of a palette, or without one to five of grey. */
#extension GL_GOOGLE_include_directive : require
#include "tensor.glsl"
#include "video/luma.glsl"

layout(push_constant, scalar) uniform Push
{
    ivec4 d, dc;
    Floats amounts; /* line, tones, colours of the palette, ink, palette from 8 on */
};
PLANES_IN(0, picture);
PLANES_IN(1, contour);
PLANES_OUT(2, dst);

const float SHARP = 70.0, LEVELS = 5.0;

vec3 triple(int at)
{
    return vec3(amounts.v[at], amounts.v[at + 1], amounts.v[at + 2]);
}

float distance_to(vec3 c, int colour)
{
    vec3 off = c - triple(8 + 3 * colour);
    float lighter = luma(off);
    return dot(off, off) + 2.0 * lighter * lighter;
}

/* The nearest colour, softly where two are as near. */
vec3 of_palette(vec3 c, int count)
{
    vec3 sum = vec3(0);
    float whole = 0.0, nearest = 1e6;
    for (int i = 0; i < count; i++)
        nearest = min(nearest, distance_to(c, i));
    for (int i = 0; i < count; i++) {
        float weight = exp(SHARP * (nearest - distance_to(c, i)));
        sum += weight * triple(8 + 3 * i);
        whole += weight;
    }
    return sum / whole;
}

vec3 of_levels(vec3 c)
{
    float l = luma(c), at = LEVELS * l - 0.5, from = floor(at);
    float level = (from + smoothstep(0.35, 0.65, at - from) + 0.5) / LEVELS;
    return c + (level - l);
}

void main()
{
    ivec4 p = grid_position(d);
    if (p.x >= d.x)
        return;
    int count = int(amounts.v[2]);
    vec3 c = clamp(load4(picture, d, 0, 0, p.y, p.x).xyz, 0.0, 1.0);
    vec3 toned = count > 0 ? of_palette(c, count) : of_levels(c);
    c += amounts.v[1] * (toned - c);
    c += amounts.v[0] * load4(contour, dc, 0, 0, p.y, p.x).x * (triple(3) - c);
    store4(dst, d, 0, 0, p.y, p.x, vec4(c, 0));
}
