/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces of coloured glass or stone within dark joints: joints run along the forms, and where there are none they part the
 * picture across and down, one colour to a piece. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float joint[] = {0.10f, 0.08f, 0.11f};

#define WIDTH 3.6f /* of a joint, in pixels */

/* 1 where channel @channel of @field is 0, in a line of WIDTH. */
static float crossing(const Field *field, guint channel, float x, float y)
{
    const float dx = field_at(field, channel, x + 1, y) - field_at(field, channel, x - 1, y);
    const float dy = field_at(field, channel, x, y + 1) - field_at(field, channel, x, y - 1);
    const float off = fabsf(field_at(field, channel, x, y)) / (hypotf(dx, dy) / 2 + 0.01f);
    return 1 - smooth_step(WIDTH / 2 - 0.6f, WIDTH / 2 + 0.6f, off);
}

static float side(float v)
{
    return v < 0 ? -1 : 1;
}

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float x = (float)(i % m->w), y = (float)(i / m->w), detail = m->detail->v[i], flat = 1 - detail;
    const float across = side(m->bands->v[i]), down = side(m->bands->v[pixels + i]),
                hill = side(m->noise->v[i]);
    const float joints = MAX(crossing(m->bands, 0, x, y), crossing(m->bands, 1, x, y));
    const float light = m->daubs->v[i] + 8 * m->form->v[i];
    float colour[3] = {24 + 0.76f * light + flat * (7 * across - 5 * down + 4 * hill) +
                           6 * detail * l->fine->v[i],
                       m->daubs->v[pixels + i] + flat * (9 * across + 9 * down),
                       m->daubs->v[2 * pixels + i] + flat * (13 * down - 9 * across + 5 * hill)};
    colourful(colour, 1.9f, 62);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, joint, MAX(0.92f * smooth_step(0.3f, 0.6f, flat) * joints, 1 - l->lines->v[i]));
    lit(rgb, 0.03f * l->fine->v[pixels + i]);
}

Field *look_mosaic(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.4f, 18, 0.06f, 8), motif_strokes(m, 4, 12),
                                motif_strokes(m, 3, 6)};
    return motif_paint(m, layers, colour_of);
}
