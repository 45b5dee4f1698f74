/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/motif.h"
#include "paint/paint.h"

#include <math.h>

#define EDGE 2.0f  /* how hard strokes are at their sides */
#define ROOM 12.0f /* light that is kept free above and below, or nothing would show on black and on white */

Picture *paint_ground(const Picture *photo, int x, int y, float hills, float strokes)
{
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Motif) m = motif_new(lab, x, y);
    g_autoptr(Field) result = field_new(m->w, m->h, 3);
    const gsize pixels = (gsize)m->w * m->h;
    for (gsize i = 0; i < pixels; i++) {
        const float flat = 1 - m->detail->v[i], room = ROOM * flat;
        const float hill = m->noise->v[i], stroke = tanhf(EDGE * m->noise->v[pixels + i]);
        const float colour[3] = {
            CLAMP(lab->v[i], room, 100 - room) + flat * (hills * hill + strokes * stroke),
            lab->v[pixels + i] + flat * hills * hill, lab->v[2 * pixels + i] + flat * hills * sinf(2 * hill)};
        float rgb[3];
        field_rgb_of_lab(colour, rgb);
        for (guint c = 0; c < 3; c++)
            result->v[c * pixels + i] = rgb[c];
    }
    return field_picture(result);
}
