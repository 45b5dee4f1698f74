/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "subject.h"

/* Over so much of the frame's width and height an edge goes from nothing to all. */
static const double SOFT = 0.04;

gboolean region_parse(const char *text, Region *region, GError **error)
{
    double v[4];
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
    gboolean ok = g_strv_length(parts) == 4;
    for (guint i = 0; ok && i < 4; i++) {
        char *end = NULL;
        v[i] = g_ascii_strtod(parts[i], &end) / 100;
        ok = end != parts[i] && *g_strchug(end) == '\0' && v[i] >= -1 && v[i] <= 2 && (i < 2 || v[i] > 0);
    }
    if (!ok) {
        g_set_error(error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
                    "region=\"%s\": four numbers in percent of the frame are needed, left, top, width and "
                    "height, such as \"25,10,50,80\"",
                    text ? text : "");
        return FALSE;
    }
    *region = (Region){v[0], v[1], v[2], v[3]};
    return TRUE;
}

/* How much of it is at @at, between @begin and @end. */
static double inside(double at, double begin, double end)
{
    const double depth = MIN(at - begin, end - at) / SOFT + 0.5, t = CLAMP(depth, 0, 1);
    return t * t * (3 - 2 * t);
}

void region_draw(const Region *r, guint8 *pixels, guint width, guint height)
{
    for (guint y = 0; y < height; y++) {
        const double row = 255 * inside((y + 0.5) / height, r->y, r->y + r->h);
        for (guint x = 0; x < width && row > 0; x++) {
            const double value = row * inside((x + 0.5) / width, r->x, r->x + r->w) + 0.5;
            guint8 *pixel = pixels + (gsize)y * width + x;
            *pixel = MAX(*pixel, (guint8)value);
        }
    }
}
