/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces of coloured glass or stone within dark joints: joints run along the forms, and where there are none they part the
 * picture across and down, one colour to a piece. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float joint[] = {0.10f, 0.08f, 0.11f};

#define EVERY 1.4f /* height of a band's level */

/* The level on which a piece lies, -1.5..1.5. */
static float level(float v)
{
    return CLAMP(floorf(v / EVERY) + 0.5f, -1.5f, 1.5f);
}

/* 1 between levels, in a line of @width pixels. */
static float between(const Field *bands, guint channel, float x, float y, float width)
{
    const float v = field_at(bands, channel, x, y) / EVERY, off = fabsf(v - roundf(v));
    const float slope = hypotf(field_at(bands, channel, x + 1, y) - field_at(bands, channel, x - 1, y),
                               field_at(bands, channel, x, y + 1) - field_at(bands, channel, x, y - 1)) /
                        (2 * EVERY);
    return 1 - smooth_step(0.5f * width - 0.5f, 0.5f * width + 0.5f, off / (slope + 0.01f));
}

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float x = (float)(i % m->w), y = (float)(i / m->w), detail = m->detail->v[i], flat = 1 - detail;
    const float across = level(m->bands->v[i]), down = level(m->bands->v[pixels + i]);
    const float joints = MAX(between(m->bands, 0, x, y, 2.4f), between(m->bands, 1, x, y, 2.4f));
    const float light = m->daubs->v[i] + 8 * m->form->v[i];
    float colour[3] = {22 + 0.78f * light + flat * (10 * across - 8 * down) + 6 * detail * l->fine->v[i],
                       m->daubs->v[pixels + i] + flat * (12 * across + 12 * down),
                       m->daubs->v[2 * pixels + i] + flat * (18 * down - 13 * across)};
    colourful(colour, 1.9f, 62);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, joint, MAX(0.9f * smooth_step(0.15f, 0.55f, flat) * joints, 1 - l->lines->v[i]));
    lit(rgb, 0.03f * l->fine->v[pixels + i]);
}

Field *look_mosaic(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.4f, 18, 0.06f, 8), motif_strokes(m, 4, 12),
                                motif_strokes(m, 3, 6)};
    return motif_paint(m, layers, colour_of);
}
