/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Draws scenes of flat and graded colours, as cartoons and empty skies have them: most photos have grain everywhere, and
 * a network that has seen photos only does not know what to paint where there is none. One scene of four is a sky and
 * nothing else. idiom-flat-scenes FOLDER [COUNT] writes FOLDER/flat_00.png and so on, the same ones each time.
 */
#include <cairo.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>

#define WIDTH 480
#define HEIGHT 320
#define COUNT 28
#define MAX_COUNT 1000

static double between(GRand *r, double low, double high)
{
    return g_rand_double_range(r, low, high);
}

static gboolean chance(GRand *r, double probability)
{
    return g_rand_double(r) < probability;
}

/* Any colour, more often a dull one. */
static void pick_colour(GRand *r, double rgb[3])
{
    const double light = between(r, 0.1, 0.95), strength = chance(r, 0.3) ? 0.45 : 0.15;
    for (guint c = 0; c < 3; c++)
        rgb[c] = CLAMP(light + between(r, -strength, strength), 0, 1);
}

static void set_colour(cairo_t *cr, GRand *r)
{
    double rgb[3];
    pick_colour(r, rgb);
    cairo_set_source_rgb(cr, rgb[0], rgb[1], rgb[2]);
}

/* Fills the path, and draws its contour in some scenes. */
static void paint_path(cairo_t *cr, GRand *r, gboolean contour)
{
    set_colour(cr, r);
    cairo_fill_preserve(cr);
    if (contour) {
        cairo_set_source_rgb(cr, 0.05, 0.05, 0.08);
        cairo_set_line_width(cr, between(r, 1.5, 3));
        cairo_stroke(cr);
    }
    cairo_new_path(cr);
}

/* One colour, or one that goes over into another. */
static void draw_sky(cairo_t *cr, GRand *r)
{
    double from[3], to[3];
    pick_colour(r, from);
    pick_colour(r, to);
    const gboolean graded = chance(r, 0.75), slanted = chance(r, 0.4);
    cairo_pattern_t *sky = cairo_pattern_create_linear(0, 0, slanted ? WIDTH : 0, HEIGHT);
    cairo_pattern_add_color_stop_rgb(sky, 0, from[0], from[1], from[2]);
    if (graded)
        cairo_pattern_add_color_stop_rgb(sky, 1, to[0], to[1], to[2]);
    cairo_set_source(cr, sky);
    cairo_paint(cr);
    cairo_pattern_destroy(sky);
}

/* A ridge of hills from side to side, at the height @y. */
static void draw_hills(cairo_t *cr, GRand *r, double y, gboolean contour)
{
    const double waves[3] = {between(r, 0.01, 0.02), between(r, 0.03, 0.06), between(r, 0.08, 0.12)};
    const double phase = between(r, 0, 2 * G_PI);
    cairo_move_to(cr, -4, HEIGHT + 4);
    for (int x = -4; x <= WIDTH + 4; x += 4)
        cairo_line_to(cr, x,
                      y + 12 * sin(waves[0] * x + phase) + 7 * sin(waves[1] * x) +
                          4 * fabs(sin(waves[2] * x + 2 * phase)));
    cairo_line_to(cr, WIDTH + 4, HEIGHT + 4);
    cairo_close_path(cr);
    paint_path(cr, r, contour);
}

static void draw_ellipse(cairo_t *cr, GRand *r, gboolean contour)
{
    cairo_save(cr);
    cairo_translate(cr, between(r, 0, WIDTH), between(r, 0, HEIGHT));
    cairo_scale(cr, between(r, 20, 110), between(r, 20, 90));
    cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(cr);
    paint_path(cr, r, contour);
}

static void draw_box(cairo_t *cr, GRand *r, gboolean contour)
{
    const double height = between(r, 30, 260);
    cairo_rectangle(cr, between(r, 0, WIDTH - 40), HEIGHT - between(r, 0.3, 1) * height, between(r, 25, 100),
                    height);
    paint_path(cr, r, contour);
}

/* Something with sharp ends, as birds and roofs. */
static void draw_wedge(cairo_t *cr, GRand *r, gboolean contour)
{
    const double x = between(r, 0, WIDTH), y = between(r, 0, HEIGHT);
    cairo_move_to(cr, x, y);
    for (guint i = 0; i < 3; i++)
        cairo_line_to(cr, x + between(r, -60, 60), y + between(r, -40, 40));
    cairo_close_path(cr);
    paint_path(cr, r, contour);
}

static void draw_scene(cairo_t *cr, guint number)
{
    static void (*const shapes[])(cairo_t *, GRand *, gboolean) = {draw_ellipse, draw_box, draw_wedge};
    GRand *r = g_rand_new_with_seed(number);
    draw_sky(cr, r);
    if (number % 4) {
        const gboolean contour = chance(r, 0.5);
        const guint ridges = (guint)g_rand_int_range(r, 0, 3), count = (guint)g_rand_int_range(r, 1, 6);
        for (guint i = 0; i < count; i++)
            shapes[g_rand_int_range(r, 0, G_N_ELEMENTS(shapes))](cr, r, contour);
        for (guint i = 0; i < ridges; i++)
            draw_hills(cr, r, HEIGHT * between(r, 0.45, 0.6) + 40.0 * i, contour);
    }
    g_rand_free(r);
}

/* FALSE with a line on the console. */
static gboolean write_scene(const char *folder, guint number)
{
    g_autofree char *name = g_strdup_printf("flat_%02u.png", number);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cairo_t *cr = cairo_create(surface);
    draw_scene(cr, number);
    cairo_destroy(cr);
    const cairo_status_t status = cairo_surface_write_to_png(surface, path);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS)
        g_printerr("%s: %s\n", path, cairo_status_to_string(status));
    return status == CAIRO_STATUS_SUCCESS;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    const guint64 count = argc == 3 ? g_ascii_strtoull(argv[2], &end, 10) : COUNT;
    if (argc < 2 || argc > 3 || (end && (*end || end == argv[2])) || count < 1 || count > MAX_COUNT) {
        g_printerr("usage: %s FOLDER [COUNT], COUNT 1..%d (%d)\n", argv[0], MAX_COUNT, COUNT);
        return 2;
    }
    if (g_mkdir_with_parents(argv[1], 0777) < 0) {
        g_printerr("%s: %s\n", argv[1], g_strerror(errno));
        return 1;
    }
    for (guint i = 0; i < count; i++)
        if (!write_scene(argv[1], i))
            return 1;
    return 0;
}
