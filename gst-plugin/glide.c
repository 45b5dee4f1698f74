/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glide.h"

void glide_begin(Glide *glide, double from)
{
    *glide = (Glide){.from = from, .wanted = TRUE};
}

double glide_at(Glide *glide, double to, GstClockTime time, guint64 fade)
{
    if (glide->wanted) {
        glide->wanted = FALSE;
        glide->under_way = GST_CLOCK_TIME_IS_VALID(time);
        glide->begin = time;
    }
    if (!glide->under_way)
        return to;
    if (!GST_CLOCK_TIME_IS_VALID(time) || time < glide->begin || time - glide->begin >= fade) {
        glide->under_way = FALSE;
        return to;
    }
    return glide->from + (to - glide->from) * (double)(time - glide->begin) / (double)fade;
}
