/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/strokes.h"

#include "paint/flow.h"

#include <math.h>

/* Brings the contrast around each place to about 1; what has much less than @floor stays as faint as it is. */
static void even_out(Field *field, float sigma, float floor)
{
    const gsize pixels = (gsize)field->w * field->h;
    g_autoptr(Field) squares = field_new(field->w, field->h, 1);
    for (gsize i = 0; i < pixels; i++)
        squares->v[i] = field->v[i] * field->v[i];
    g_autoptr(Field) energy = field_blur(squares, sigma);
    for (gsize i = 0; i < pixels; i++)
        field->v[i] /= sqrtf(energy->v[i]) + floor;
}

/* What of the texture has the size of a stroke's width. */
static Field *grain_of(const Field *texture, float width)
{
    const gsize pixels = (gsize)texture->w * texture->h;
    Field *grain = field_blur(texture, 0.4f * width);
    g_autoptr(Field) around = field_blur(texture, 0.9f * width);
    for (gsize i = 0; i < pixels; i++)
        grain->v[i] -= around->v[i];
    even_out(grain, 3 * width, 0.3f);
    return grain;
}

Field *strokes_along(const Field *texture, const Field *flow, float width, float length)
{
    g_autoptr(Field) grain = grain_of(texture, width);
    g_autoptr(Field) paint = flow_along(grain, flow, length);
    even_out(paint, 4 * width, 0.15f);
    Field *strokes = field_new(texture->w, texture->h, 2);
    for (gsize i = 0; i < (gsize)texture->w * texture->h; i++)
        strokes->v[i] = tanhf(1.2f * paint->v[i]);
    strokes_light(strokes);
    return strokes;
}

void strokes_light(Field *strokes)
{
    const gsize pixels = (gsize)strokes->w * strokes->h;
    for (gsize i = 0; i < pixels; i++) {
        const float x = (float)(i % strokes->w), y = (float)(i / strokes->w);
        strokes->v[pixels + i] = field_at(strokes, 0, x + 1, y + 1) - field_at(strokes, 0, x - 1, y - 1);
    }
}
