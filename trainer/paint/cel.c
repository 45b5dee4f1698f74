/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flat bright colours within black contours, shadows towards blue: what is flat has lights and shadows cut from one colour. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float black[] = {0.05f, 0.04f, 0.08f};

#define STEP 15 /* from one flat light to the next */

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float flat = 1 - m->detail->v[i], cut = flat * (0.7f * m->bands->v[i] + 0.7f * m->noise->v[i]);
    const float light = (m->daubs->v[i] + 8 * m->form->v[i] + 13 * cut) / STEP;
    const float level = floorf(light) + smooth_step(0.42f, 0.58f, light - floorf(light));
    float colour[3] = {13 + STEP * level, m->daubs->v[pixels + i] + 3 * cut,
                       m->daubs->v[2 * pixels + i] + 6 * cut - 9 * smooth_step(0.2f, -1.4f, m->tone->v[i])};
    colourful(colour, 2.4f, 74);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, black, 1 - l->lines->v[i]);
}

Field *look_cel(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.2f, 18, 0.10f, 9), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
