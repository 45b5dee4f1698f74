/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pen and ink on cream paper: the darker a place, the broader its strokes; a red wash on what is red. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <string.h>

static const float paper[] = {0.96f, 0.94f, 0.87f}, black[] = {0.07f, 0.07f, 0.10f},
                   red[] = {0.80f, 0.16f, 0.12f};

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float detail = m->detail->v[i], tone = m->tone->v[i] + 0.5f * m->form->v[i];
    const float strokes = 0.75f * l->broad->v[i] + 0.25f * l->fine->v[i];
    const float dark = CLAMP(-0.75f * tone - 0.38f, -0.82f + 0.2f * detail, 1.1f);
    const float hatched =
        1 - smooth_step(dark - 0.12f, dark + 0.12f, strokes + 0.35f * detail * (tone > 0 ? 1.0f : 0.0f));
    memcpy(rgb, paper, sizeof paper);
    blend(rgb, red, 0.85f * smooth_step(22, 40, m->daubs->v[pixels + i]));
    blend(rgb, black, 0.12f * smooth_step(0.5f, -0.9f, tone));
    blend(rgb, black, MAX(0.95f * hatched, 1 - l->lines->v[i]));
}

Field *look_ink(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.1f, 26, 0.16f, 12), motif_strokes(m, 4, 14),
                                motif_strokes(m, 2.4f, 10)};
    return motif_paint(m, layers, colour_of);
}
