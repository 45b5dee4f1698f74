/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* White lines on blue paper: contours of what there is, and lines of equal height, as a map has them, where nothing is. */
#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <math.h>

static const float papers[][3] = {
    {0.03f, 0.11f, 0.32f}, {0.05f, 0.20f, 0.48f}, {0.12f, 0.33f, 0.64f}, {0.36f, 0.58f, 0.82f}};
static const float steps[] = {-0.8f, 0.3f, 1.2f}, chalk[] = {0.94f, 0.97f, 1.0f};

/* 1 where @height is a multiple of @every. */
static float contour(float height, float every, float width)
{
    const float off = height / every - roundf(height / every);
    return expf(-off * off / (width * width));
}

static void colour_of(const Motif *m, const MotifLayers *l, gsize i, float rgb[3])
{
    const float flat = 1 - m->detail->v[i], tone = m->tone->v[i], height = m->noise->v[i] + 0.5f * tone;
    areas(papers, steps, G_N_ELEMENTS(steps), tone + 0.6f * m->form->v[i], rgb);
    blend(rgb, chalk, flat * MAX(0.7f * contour(height, 0.6f, 0.11f), contour(height, 2.4f, 0.05f)));
    blend(rgb, chalk, 1 - l->lines->v[i]);
}

Field *look_blueprint(const Motif *m)
{
    /* chalk marks the light side of an edge: light letters on dark ground are letters then */
    g_autoptr(Field) negative = field_copy(m->lab);
    for (gsize i = 0; i < (gsize)m->w * m->h; i++)
        negative->v[i] = 100 - m->lab->v[i];
    const MotifLayers layers = {flow_lines(negative, m->edges, 1.0f, 26, 0.03f, 9), motif_strokes(m, 4, 12),
                                motif_strokes(m, 2.4f, 8)};
    return motif_paint(m, layers, colour_of);
}
