/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A screen print of cut paper in five inks: flats break up into shapes. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

static const float inks[][3] = {{0.03f, 0.10f, 0.22f},
                                {0.80f, 0.11f, 0.16f},
                                {0.16f, 0.56f, 0.62f},
                                {0.98f, 0.72f, 0.20f},
                                {0.99f, 0.92f, 0.74f}};
static const float steps[] = {-1.0f, -0.35f, 0.3f, 0.95f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const float flat = 1 - m->detail->v[i];
    const float paint = 0.85f * m->tone->v[i] + 0.5f * m->form->v[i] + 0.75f * flat * m->noise->v[i];
    areas(inks, steps, G_N_ELEMENTS(steps), paint, rgb);
    blend(rgb, inks[0], 1 - l->lines->v[i]);
}

Field *look_poster(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.4f, 16, 0.05f, 9), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
