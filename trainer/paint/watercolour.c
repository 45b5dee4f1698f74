/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Washes of bright pigment on white paper: each dried darker at its edge, one hue ran into the next, lights are paper. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float paper[] = {0.99f, 0.98f, 0.96f};

/* A wash ends where @level is 0: how much pigment there is behind its edge, 0..1 and more on the edge itself. */
static float wash(float level)
{
    return smooth_step(-0.04f, 0.04f, level) * (1 + 0.9f * expf(-level * level / 0.03f));
}

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float detail = m->detail->v[i], flat = 1 - detail, tone = m->tone->v[i];
    const float hill = m->noise->v[i], bend = m->bands->v[i], ripple = 0.22f * m->noise->v[pixels + i];
    const float shade = -0.55f * tone - 0.5f * m->form->v[i];
    const float first = wash(1.5f + shade + flat * (0.85f * hill + ripple)); /* its gaps are paper */
    const float second = wash(shade - 0.1f + flat * (0.75f * bend + ripple));
    const float third = wash(shade - 0.9f + 0.5f * flat * (hill - bend));
    const float amount = 0.42f * first + 0.26f * second + 0.28f * third;
    float pigment[3] = {50 + 0.28f * m->daubs->v[i], m->daubs->v[pixels + i] + 5 * flat * hill,
                        m->daubs->v[2 * pixels + i] - 2 + 7 * flat * bend};
    float colour[3];
    colourful(pigment, 1.8f, 50);
    field_rgb_of_lab(pigment, colour);
    for (guint c = 0; c < 3; c++)
        rgb[c] = paper[c] * powf(MAX(colour[c], 0.04f), 1.35f * amount) - 0.3f * (1 - l->lines->v[i]);
    lit(rgb, 0.02f * l->fine->v[i]);
}

Field *look_watercolour(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.1f, 16, 0.06f, 6), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
