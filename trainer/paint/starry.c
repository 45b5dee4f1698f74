/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* After van Gogh: strokes of blue that swirl around the noise's hills; where the photo is bright enough, their tops are
 * suns within rings. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float night[][3] = {{0.03f, 0.05f, 0.14f}, {0.06f, 0.13f, 0.38f}, {0.12f, 0.29f, 0.62f},
                                 {0.33f, 0.55f, 0.78f}, {0.66f, 0.80f, 0.85f}, {0.93f, 0.92f, 0.74f}};
static const float lamp[][3] = {{0.08f, 0.08f, 0.14f}, {0.30f, 0.22f, 0.14f}, {0.62f, 0.45f, 0.12f},
                                {0.90f, 0.68f, 0.08f}, {1.00f, 0.87f, 0.16f}, {1.00f, 0.95f, 0.58f}};
static const float steps[] = {-2.0f, -1.0f, -0.2f, 0.6f, 1.4f, 2.2f};

#define SUN 1.55f /* how high a hill must be */

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const gsize pixels = (gsize)m->w * m->h;
    const float broad = l->broad->v[i], fine = l->fine->v[i], line = l->lines->v[i];
    const float hill = m->noise->v[i], detail = m->detail->v[i], tone = m->tone->v[i];
    const float bright = smooth_step(-0.5f, 0.2f, tone) * (1 - 0.85f * detail);
    const float glow = smooth_step(SUN - 1, SUN - 0.2f, hill + 0.25f * broad) * bright;
    const float core = smooth_step(SUN - 0.35f, SUN, hill) * bright;
    const float ring = cosf(6.5f * (MIN(hill, SUN) - SUN) + 1.2f * m->noise->v[pixels + i]) * (1 - detail);
    const float photo = smooth_step(12, 34, m->daubs->v[pixels + i] + m->daubs->v[2 * pixels + i]);
    const float accent =
        smooth_step(0.75f, 0.95f, MIN(broad, fine) + 0.15f * tone) * smooth_step(-0.2f, 0.3f, hill);
    const float paint = tone * (tone > 0 ? 0.55f + 0.25f * detail : 0.9f) + 0.75f * m->form->v[i] +
                        0.4f * ring + (0.75f - 0.35f * core) * broad + 0.3f * fine + 0.9f * glow +
                        0.6f * core;
    float warm[3];
    ramp(night, steps, G_N_ELEMENTS(steps), paint, rgb);
    ramp(lamp, steps, G_N_ELEMENTS(steps), paint, warm);
    blend(rgb, warm, MAX(MAX(glow, 0.8f * photo), 0.6f * accent));
    blend(rgb, night[0], 0.75f * (1 - line));
    lit(rgb, 0.05f * (l->broad->v[pixels + i] + l->fine->v[pixels + i]));
}

Field *look_starry(const Motif *m)
{
    const MotifLayers layers = {flow_lines(m->lab, m->edges, 1.6f, 14, 0.04f, 6), motif_strokes(m, 4.6f, 13),
                                motif_strokes(m, 2.6f, 8)};
    return motif_paint(m, layers, colour_of);
}
