/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* After Kandinsky: patches of strong colour, warm beside cool, cut by dark strokes. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float warm[][3] = {{0.09f, 0.05f, 0.09f}, {0.50f, 0.04f, 0.12f}, {0.86f, 0.12f, 0.12f},
                                {0.95f, 0.42f, 0.10f}, {0.99f, 0.80f, 0.16f}, {0.98f, 0.95f, 0.82f}};
static const float cool[][3] = {{0.04f, 0.04f, 0.12f}, {0.14f, 0.11f, 0.46f}, {0.15f, 0.29f, 0.72f},
                                {0.36f, 0.58f, 0.86f}, {0.74f, 0.83f, 0.90f}, {0.97f, 0.97f, 0.94f}};
static const float third[][3] = {{0.07f, 0.05f, 0.12f}, {0.34f, 0.10f, 0.40f}, {0.10f, 0.44f, 0.36f},
                                 {0.45f, 0.66f, 0.22f}, {0.96f, 0.68f, 0.64f}, {0.98f, 0.93f, 0.86f}};
static const float steps[] = {-2.0f, -1.0f, -0.2f, 0.6f, 1.3f, 2.1f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float broad = l->broad->v[i], fine = l->fine->v[i], line = l->lines->v[i];
    /* parts warm from cool */
    const float patch = sinf(1.7f * m->noise->v[i] + 0.9f * m->noise->v[pixels + i]);
    const float detail = m->detail->v[i], flat = 1 - detail;
    const float photo = 0.013f * (m->daubs->v[pixels + i] + m->daubs->v[2 * pixels + i]);
    const float paint =
        0.8f * m->tone->v[i] + 0.75f * m->form->v[i] + (0.95f - 0.4f * detail) * broad + 0.2f * fine;
    const float heat = flat * patch + (1 + 2 * detail) * photo + 0.1f;
    const float odd = 0.9f * m->noise->v[i] - 0.7f * broad - 0.03f * m->daubs->v[pixels + i];
    float other[3];
    ramp(cool, steps, G_N_ELEMENTS(steps), paint, rgb);
    ramp(warm, steps, G_N_ELEMENTS(steps), paint, other);
    blend(rgb, other, smooth_step(-0.12f, 0.12f, heat));
    ramp(third, steps, G_N_ELEMENTS(steps), paint, other);
    blend(rgb, other, 0.9f * flat * smooth_step(0.75f, 0.95f, odd));
    const float cut = (1 - smooth_step(0.1f, 0.35f, fabsf(heat))) * smooth_step(-0.2f, 0.3f, m->noise->v[i]);
    blend(rgb, cool[0], MAX(0.8f * (0.4f + 0.6f * flat) * cut, 0.8f * (1 - line)));
    lit(rgb, 0.06f * l->broad->v[pixels + i]);
}

Field *look_composition(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.5f, 14, 0.06f, 6), motif_strokes(m, 5.5f, 12),
                                motif_strokes(m, 2.6f, 8)};
    return motif_paint(m, layers, colour_of);
}
