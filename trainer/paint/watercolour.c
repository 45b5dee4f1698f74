/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Washes of bright pigment on white paper: each dried darker at its edge, one hue ran into the next, lights are paper. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float paper[] = {0.99f, 0.98f, 0.95f}, pencil[] = {0.30f, 0.26f, 0.30f};

/* A wash ends where @level is 0: how much pigment there is behind its edge, 0..1 and more on the edge itself. */
static float wash(float level)
{
    return smooth_step(-0.04f, 0.04f, level) * (1 + 0.8f * expf(-level * level / 0.012f));
}

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float flat = 1 - m->detail->v[i], tone = m->tone->v[i], hill = m->noise->v[i];
    const float ragged = 0.16f * m->noise->v[pixels + i], bend = m->bands->v[i];
    const float shade = -0.5f * tone - 0.55f * m->form->v[i];
    const float first = wash(1.15f + shade + flat * (0.7f * bend + ragged)); /* its gaps are paper */
    const float second = wash(shade - 0.15f + flat * (0.55f * hill + ragged));
    const float third = wash(shade - 0.85f + 0.4f * flat * (bend + ragged));
    const float amount = 0.3f * first + 0.3f * second + 0.32f * third;
    float pigment[3] = {48 + 0.3f * m->daubs->v[i], m->daubs->v[pixels + i] + 6 * flat * bend,
                        m->daubs->v[2 * pixels + i] - 2 + 9 * flat * hill};
    float colour[3];
    colourful(pigment, 2.2f, 60);
    field_rgb_of_lab(pigment, colour);
    for (guint c = 0; c < 3; c++)
        rgb[c] = paper[c] * powf(MAX(colour[c], 0.05f), 1.3f * amount);
    blend(rgb, pencil, 0.5f * (1 - l->lines->v[i]));
    lit(rgb, 0.025f * m->noise->v[pixels + i] * first);
}

Field *look_watercolour(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 0.9f, 16, 0.02f, 6), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
