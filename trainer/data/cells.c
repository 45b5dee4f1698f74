/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/cells.h"

#include <idiom-unstable/noise.h>

#define CELL IDIOM_NOISE_CELL

gsize cells_count(guint crop)
{
    return (gsize)IDIOM_NOISE_CHANNELS * (crop / CELL) * (crop / CELL);
}

/* The centre of cell number @i, in pixels. */
static double centre(guint i)
{
    return i * CELL + (CELL - 1) / 2.0;
}

/* Gives cell (@i, @j) what lies at the point (@x, @y) of the first view, in pixels. */
static void set_cell(float *cells, guint crop, guint i, guint j, const double place[2], double x, double y)
{
    const gsize side = crop / CELL;
    float values[IDIOM_NOISE_CHANNELS];
    idiom_noise_at((place[0] + x - centre(0)) / CELL, (place[1] + y - centre(0)) / CELL, values);
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        cells[(c * side + j) * side + i] = values[c];
}

void cells_after_motion(const double place[2], const CameraMotion *motion, guint crop, float *cells)
{
    for (guint j = 0; j < crop / CELL; j++)
        for (guint i = 0; i < crop / CELL; i++) {
            double x, y;
            camera_origin(motion, crop, centre(i), centre(j), &x, &y);
            set_cell(cells, crop, i, j, place, x, y);
        }
}

void cells_after_flow(const double place[2], const float *flow, guint crop, float *cells)
{
    for (guint j = 0; j < crop / CELL; j++)
        for (guint i = 0; i < crop / CELL; i++) {
            const double x = centre(i), y = centre(j);
            const gsize at = (gsize)y * crop + (gsize)x; /* of the four pixels around the centre */
            const gboolean seen = flow[at] < (float)crop;
            set_cell(cells, crop, i, j, place, seen ? x + flow[at] : x,
                     seen ? y + flow[(gsize)crop * crop + at] : y);
        }
}
