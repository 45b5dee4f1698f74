/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Draws a page in the manner of a printed comic, as reference for a style: ink contours of changing width, few flat
 * colours, hatching in the shadows, and screen dots. idiom-comic-page OUT.png
 */
#include <cairo.h>
#include <glib.h>
#include <math.h>

#define SIDE 768

typedef struct {
    double r, g, b;
} Colour;

static const Colour ink = {0.07, 0.07, 0.12};
static const Colour palette[] = {
    {0.97, 0.92, 0.80}, {0.95, 0.76, 0.30}, {0.86, 0.30, 0.22}, {0.25, 0.56, 0.62},
    {0.16, 0.27, 0.45}, {0.93, 0.62, 0.50}, {0.55, 0.71, 0.45}, {0.98, 0.97, 0.93},
};

static void set_colour(cairo_t *cr, Colour c)
{
    cairo_set_source_rgb(cr, c.r, c.g, c.b);
}

/* A closed curve through points on a circle with a random radius each. */
static void blob_path(cairo_t *cr, GRand *r, double x, double y, double radius)
{
    enum { N = 9 };
    double px[N], py[N];
    for (guint i = 0; i < N; i++) {
        double angle = 2 * G_PI * i / N, d = radius * g_rand_double_range(r, 0.65, 1.25);
        px[i] = x + d * cos(angle);
        py[i] = y + d * sin(angle);
    }
    cairo_new_path(cr);
    for (guint i = 0; i < N; i++) { /* Catmull-Rom as Bezier curves */
        guint a = (i + N - 1) % N, b = i, c = (i + 1) % N, d = (i + 2) % N;
        if (i == 0)
            cairo_move_to(cr, px[b], py[b]);
        cairo_curve_to(cr, px[b] + (px[c] - px[a]) / 6, py[b] + (py[c] - py[a]) / 6,
                       px[c] - (px[d] - px[b]) / 6, py[c] - (py[d] - py[b]) / 6, px[c], py[c]);
    }
    cairo_close_path(cr);
}

/* A contour as a brush draws it: the same path again and again, slightly moved, so that its width changes. */
static void stroke_ink(cairo_t *cr, double width)
{
    set_colour(cr, ink);
    cairo_path_t *path = cairo_copy_path(cr);
    cairo_new_path(cr);
    for (guint i = 0; i < 3; i++) {
        cairo_save(cr);
        cairo_translate(cr, 0.35 * i * width * 0.5, 0.5 * i * width * 0.5);
        cairo_append_path(cr, path);
        cairo_restore(cr);
        cairo_set_line_width(cr, width);
        cairo_stroke(cr);
    }
    cairo_path_destroy(path);
}

/* Parallel pen lines over the clipped lower right part of a circle. */
static void hatch(cairo_t *cr, GRand *r, double x, double y, double radius)
{
    set_colour(cr, ink);
    cairo_set_line_width(cr, 1.8);
    for (double d = -0.2 * radius; d < 1.3 * radius; d += 6.5) {
        double wobble = g_rand_double_range(r, -2, 2);
        cairo_move_to(cr, x + d + 0.9 * radius + wobble, y - 0.5 * radius);
        cairo_line_to(cr, x + d - 0.6 * radius, y + 1.2 * radius + wobble);
        cairo_stroke(cr);
    }
}

static void screen_dots(cairo_t *cr, Colour colour, double x, double y, double w, double h)
{
    set_colour(cr, colour);
    for (guint row = 0; row * 7 < h; row++)
        for (double column = row % 2 * 4; column < w; column += 8) {
            double size = 1.0 + 2.2 * row * 7 / h;
            cairo_arc(cr, x + column, y + row * 7, size, 0, 2 * G_PI);
            cairo_fill(cr);
        }
}

static void draw_thing(cairo_t *cr, GRand *r, double x, double y, double radius)
{
    Colour colour = palette[g_rand_int_range(r, 0, G_N_ELEMENTS(palette))];
    blob_path(cr, r, x, y, radius);
    cairo_path_t *path = cairo_copy_path(cr);
    set_colour(cr, colour);
    cairo_save(cr);
    cairo_clip(cr);
    cairo_paint(cr);
    /* a shade, dots or hatching on one side */
    if (g_rand_boolean(r))
        hatch(cr, r, x, y, radius);
    else
        screen_dots(cr, palette[g_rand_int_range(r, 1, 5)], x - radius, y, 2 * radius, 1.3 * radius);
    cairo_restore(cr);
    cairo_append_path(cr, path);
    cairo_path_destroy(path);
    stroke_ink(cr, g_rand_double_range(r, 2.2, 4));
}

static void draw_panel(cairo_t *cr, GRand *r, double x, double y, double w, double h)
{
    cairo_save(cr);
    cairo_rectangle(cr, x, y, w, h);
    cairo_clip(cr);
    set_colour(cr, palette[g_rand_boolean(r) ? 0 : g_rand_int_range(r, 0, G_N_ELEMENTS(palette))]);
    cairo_paint(cr);
    if (g_rand_boolean(r))
        screen_dots(cr, palette[3], x, y, w, 0.6 * h);
    for (guint i = 0; i < 9; i++)
        draw_thing(cr, r, x + w * g_rand_double(r), y + h * g_rand_double_range(r, 0.2, 1),
                   g_rand_double_range(r, 22, 85));
    cairo_restore(cr);
    cairo_rectangle(cr, x, y, w, h);
    set_colour(cr, ink);
    cairo_set_line_width(cr, 5);
    cairo_stroke(cr);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        g_printerr("usage: idiom-comic-page OUT.png\n");
        return 1;
    }
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, SIDE, SIDE);
    cairo_t *cr = cairo_create(surface);
    GRand *r = g_rand_new_with_seed(7);
    set_colour(cr, palette[7]);
    cairo_paint(cr);
    const double half = SIDE / 2.0, gap = 8;
    for (guint i = 0; i < 4; i++)
        draw_panel(cr, r, i % 2 * half + gap, i / 2 * half + gap, half - 2 * gap, half - 2 * gap);
    cairo_status_t status = cairo_surface_write_to_png(surface, argv[1]);
    if (status != CAIRO_STATUS_SUCCESS)
        g_printerr("idiom-comic-page: %s: %s\n", argv[1], cairo_status_to_string(status));
    g_rand_free(r);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return status != CAIRO_STATUS_SUCCESS;
}
