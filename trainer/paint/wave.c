/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* After Hokusai: swells in steps of Prussian blue, with foam on their upper sides that breaks up into scallops. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float sea[][3] = {{0.06f, 0.10f, 0.26f},
                               {0.12f, 0.25f, 0.48f},
                               {0.33f, 0.53f, 0.68f},
                               {0.66f, 0.80f, 0.80f},
                               {0.96f, 0.93f, 0.83f}};
static const float earth[][3] = {{0.10f, 0.10f, 0.22f},
                                 {0.36f, 0.27f, 0.27f},
                                 {0.72f, 0.52f, 0.33f},
                                 {0.92f, 0.76f, 0.52f},
                                 {0.98f, 0.93f, 0.80f}};
static const float steps[] = {-1.15f, -0.45f, 0.2f, 0.75f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float swell = l->broad->v[i], fine = l->fine->v[i], line = l->lines->v[i];
    const float x = (float)(i % m->w), y = (float)(i / m->w);
    const float rise = field_at(l->broad, 0, x, y + 2) - field_at(l->broad, 0, x, y - 2); /* downwards */
    const float flat = 1 - 0.85f * m->detail->v[i], tone = m->tone->v[i];
    const float sea_here = smooth_step(-0.7f, 0.6f, m->noise->v[i]);
    const float edge = swell + 0.3f * fabsf(m->noise->v[pixels + i]) - 0.25f;
    const float upper = smooth_step(0.05f, 0.35f, rise) * flat * sea_here;
    const float foam = upper * smooth_step(-0.75f, -0.5f, edge) * (1 - smooth_step(-0.02f, 0.1f, edge));
    const float crest = upper * (1 - smooth_step(0.08f, 0.2f, fabsf(edge - 0.16f)));
    const float paint = tone * (tone > 0 ? 0.5f : 0.9f) + 0.9f * m->form->v[i] +
                        flat * (0.35f - sea_here * (0.7f + 1.2f * swell)) + 0.5f * (1 - flat) * fine +
                        2.2f * foam;
    float warm[3];
    areas(sea, steps, G_N_ELEMENTS(steps), paint, rgb);
    areas(earth, steps, G_N_ELEMENTS(steps), paint, warm);
    blend(rgb, warm, smooth_step(14, 34, m->daubs->v[pixels + i] + 0.6f * m->daubs->v[2 * pixels + i]));
    blend(rgb, sea[0], MAX(crest, 1 - line));
}

Field *look_wave(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.3f, 20, 0.14f, 9), motif_strokes(m, 6, 20),
                                motif_strokes(m, 3.2f, 12)};
    return motif_paint(m, layers, colour_of);
}
