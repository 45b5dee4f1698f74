/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A colour woodblock print, as Hiroshige's printers made them: bands of mist that are shaded off upwards, the block's grain
 * in every flat. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float cool[][3] = {{0.06f, 0.12f, 0.30f},
                                {0.11f, 0.27f, 0.50f},
                                {0.36f, 0.57f, 0.68f},
                                {0.72f, 0.80f, 0.74f},
                                {0.95f, 0.91f, 0.79f}};
static const float warm[][3] = {{0.20f, 0.11f, 0.17f},
                                {0.56f, 0.20f, 0.15f},
                                {0.84f, 0.44f, 0.25f},
                                {0.94f, 0.72f, 0.45f},
                                {0.97f, 0.90f, 0.74f}};
static const float steps[] = {-1.1f, -0.45f, 0.2f, 0.85f}, indigo[] = {0.06f, 0.10f, 0.24f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float flat = 1 - m->detail->v[i], tone = m->tone->v[i], band = m->bands->v[i];
    const float grain = sinf(5.5f * band + 1.2f * m->noise->v[i]);
    const float colour = m->daubs->v[pixels + i] + 0.6f * m->daubs->v[2 * pixels + i];
    const float paint = 0.9f * tone + 0.7f * m->form->v[i] + flat * (0.75f * band + 0.2f) -
                        0.7f * smooth_step(18, 50, colour);
    float earth[3];
    areas(cool, steps, G_N_ELEMENTS(steps), paint, rgb);
    areas(warm, steps, G_N_ELEMENTS(steps), paint, earth);
    blend(rgb, earth, smooth_step(6, 16, colour));
    blend(rgb, paint > 0.2f ? cool[2] : cool[4], 0.22f * flat * smooth_step(0.5f, 0.9f, grain));
    blend(rgb, indigo, 1 - l->lines->v[i]);
}

Field *look_woodblock(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.3f, 20, 0.18f, 10), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
