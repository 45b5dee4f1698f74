/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* After Munch: long waves of fire where the photo is bright or warm, of dark water elsewhere. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float water[][3] = {{0.05f, 0.07f, 0.10f},
                                 {0.10f, 0.18f, 0.26f},
                                 {0.20f, 0.36f, 0.43f},
                                 {0.50f, 0.60f, 0.52f},
                                 {0.86f, 0.78f, 0.48f}};
static const float fire[][3] = {{0.16f, 0.07f, 0.07f},
                                {0.52f, 0.14f, 0.08f},
                                {0.86f, 0.29f, 0.09f},
                                {0.97f, 0.58f, 0.16f},
                                {0.99f, 0.86f, 0.44f}};
static const float steps[] = {-1.8f, -0.8f, 0.0f, 0.8f, 1.7f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float broad = l->broad->v[i], fine = l->fine->v[i], line = l->lines->v[i];
    const float detail = m->detail->v[i], flat = 1 - detail, tone = m->tone->v[i];
    const float band = m->bands->v[i], wave = sinf(3.4f * band + 0.5f * m->noise->v[i]);
    const float paint = tone * (tone > 0 ? 0.45f + 0.35f * detail : 0.85f) + 0.75f * m->form->v[i] +
                        0.8f * flat * wave + 0.45f * detail * broad + 0.25f * fine;
    const float photo = 0.03f * (m->daubs->v[pixels + i] + m->daubs->v[2 * pixels + i] - 4);
    const float heat = 1.2f * tone + photo + 0.3f * detail * broad + flat * (0.5f * band + 0.2f * wave);
    float warm[3];
    ramp(water, steps, G_N_ELEMENTS(steps), paint, rgb);
    ramp(fire, steps, G_N_ELEMENTS(steps), paint, warm);
    blend(rgb, warm, smooth_step(-0.75f, -0.05f, heat));
    blend(rgb, water[0], 0.7f * (1 - line));
    lit(rgb, 0.05f * l->fine->v[pixels + i]);
}

Field *look_scream(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.5f, 14, 0.04f, 6), motif_strokes(m, 5.5f, 22),
                                motif_strokes(m, 2.6f, 14)};
    return motif_paint(m, layers, colour_of);
}
