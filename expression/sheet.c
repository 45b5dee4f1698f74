/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sheet.h"

#include <math.h>

cairo_t *sheet_new(guint width, guint height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cr;
}

/* From words 0xAARRGGBB to bytes R, G, B, A. */
static void reorder(guint8 *pixels, guint width, guint height, gsize stride)
{
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++) {
            guint8 *p = pixels + y * stride + 4 * (gsize)x;
            const guint32 v = *(const guint32 *)(gpointer)p;
            p[0] = (guint8)(v >> 16);
            p[1] = (guint8)(v >> 8);
            p[2] = (guint8)v;
            p[3] = (guint8)(v >> 24);
        }
}

IdiomDrawing *sheet_finish(cairo_t *cr)
{
    return sheet_finish_middle(cr, 0, 0);
}

IdiomDrawing *sheet_finish_middle(cairo_t *cr, double left, double top)
{
    cairo_surface_t *surface = cairo_get_target(cr);
    IdiomDrawing *drawing = NULL;
    cairo_surface_flush(surface);
    if (cairo_status(cr) == CAIRO_STATUS_SUCCESS) {
        const guint width = (guint)cairo_image_surface_get_width(surface);
        const guint height = (guint)cairo_image_surface_get_height(surface);
        const gsize stride = (gsize)cairo_image_surface_get_stride(surface);
        guint8 *pixels = cairo_image_surface_get_data(surface);
        reorder(pixels, width, height, stride);
        const guint x = (guint)CLAMP(left, 0, (width - 1) / 2), y = (guint)CLAMP(top, 0, (height - 1) / 2);
        drawing = idiom_drawing_new(pixels + y * stride + 4 * (gsize)x, width - 2 * x, height - 2 * y, stride,
                                    NULL);
    }
    cairo_destroy(cr);
    return drawing;
}

void set_colour(cairo_t *cr, Colour c, double alpha)
{
    cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

double chance(guint32 seed, guint32 number)
{
    guint32 h = seed * 0x9e3779b1u ^ (number + 1) * 0x85ebca77u;
    h = (h ^ h >> 15) * 0x2c1b3c6du;
    h = (h ^ h >> 12) * 0x297a2d39u;
    return (h >> 8) / (double)(1u << 24);
}

/* Waves around the line that come back to where they began. */
static double wave(double share, guint32 seed)
{
    double sum = 0;
    for (guint k = 0; k < 3; k++)
        sum += sin(2 * G_PI * ((3 + 2 * k) * share + chance(seed, k))) / (k + 1.5);
    return sum / 1.2;
}

void hand_line(cairo_t *cr, const double *x, const double *y, guint n, double off, guint32 seed)
{
    double px[HAND_LINE_MAX] = {0}, py[HAND_LINE_MAX] = {0};
    n = MIN(n, HAND_LINE_MAX);
    for (guint i = 0; i < n; i++) {
        px[i] = x[i] + off * wave((double)i / n, seed);
        py[i] = y[i] + off * wave((double)i / n, seed + 77);
    }
    cairo_new_path(cr);
    cairo_move_to(cr, px[0], py[0]);
    for (guint i = 0; i < n; i++) { /* Catmull-Rom as Bezier curves */
        const guint a = (i + n - 1) % n, b = i, c = (i + 1) % n, d = (i + 2) % n;
        cairo_curve_to(cr, px[b] + (px[c] - px[a]) / 6, py[b] + (py[c] - py[a]) / 6,
                       px[c] - (px[d] - px[b]) / 6, py[c] - (py[d] - py[b]) / 6, px[c], py[c]);
    }
    cairo_close_path(cr);
}

void hand_box(cairo_t *cr, double x, double y, double width, double height, double radius, double off,
              guint32 seed)
{
    enum { CORNER = 4, SIDE = 5, COUNT = 4 * (CORNER + SIDE) };
    double px[COUNT], py[COUNT];
    const double w = width - 2 * radius, h = height - 2 * radius;
    guint n = 0;
    for (guint side = 0; side < 4; side++) {
        const double from = -G_PI / 2 + side * G_PI / 2;
        const double cx = x + radius + (side < 2 ? w : 0), cy = y + radius + (side == 1 || side == 2 ? h : 0);
        for (guint i = 0; i < CORNER; i++) {
            const double angle = from + (i + 0.5) / CORNER * G_PI / 2;
            px[n] = cx + radius * cos(angle);
            py[n++] = cy + radius * sin(angle);
        }
        const guint next = (side + 1) % 4;
        const double nx = x + radius + (next < 2 ? w : 0), ny = y + radius + (next == 1 || next == 2 ? h : 0);
        const double out = from + G_PI / 2;
        for (guint i = 0; i < SIDE; i++) {
            const double t = (i + 0.5) / SIDE;
            px[n] = cx + t * (nx - cx) + radius * cos(out);
            py[n++] = cy + t * (ny - cy) + radius * sin(out);
        }
    }
    hand_line(cr, px, py, n, off, seed);
}
