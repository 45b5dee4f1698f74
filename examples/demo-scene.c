/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idiom-demo-scene: draws a short clip to try a style on, so that nothing foreign has to be shipped or
 * downloaded.
 *
 * A camera pans along a harbour: clouds, hills, houses, a sailboat on moving water, a sign with text, and a
 * person. Everything is a function of time alone, so the clip is the same on every machine (but for the
 * encoder). Lengths are in the units of a 640x360 picture whatever the clip's size.
 */
#include <cairo.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <math.h>
#include <stdio.h>

enum { VIEW_WIDTH = 640, VIEW_HEIGHT = 360, FPS = 25 };

static const double HORIZON = 190;
static const double PAN = 420; /* how far the nearest layer moves during the clip */

typedef struct {
    double r, g, b;
} Colour;

static void set_colour(cairo_t *cr, Colour c, double alpha)
{
    cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

static Colour blend(Colour a, Colour b, double t)
{
    return (Colour){a.r + t * (b.r - a.r), a.g + t * (b.g - a.g), a.b + t * (b.b - a.b)};
}

/* A number in 0..1 that belongs to @index: the same in every frame. */
static double hash(guint index)
{
    guint32 x = index * 2654435761u + 0x9e3779b9u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return (x & 0xffffff) / (double)0x1000000;
}

static void fill_ellipse(cairo_t *cr, double x, double y, double rx, double ry)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, rx, ry);
    cairo_new_path(cr);
    cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(cr);
    cairo_fill(cr);
}

static void fill_polygon(cairo_t *cr, const double (*points)[2], guint count)
{
    cairo_new_path(cr);
    for (guint i = 0; i < count; i++)
        cairo_line_to(cr, points[i][0], points[i][1]);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void fill_rectangle(cairo_t *cr, double x, double y, double w, double h)
{
    cairo_rectangle(cr, x, y, w, h);
    cairo_fill(cr);
}

/* --- sky and water -------------------------------------------------------------------------------- */

static void draw_cloud(cairo_t *cr, double x, double y, double size, guint seed)
{
    /* first the shaded underside, then the lit tops */
    for (guint layer = 0; layer < 3; layer++) {
        static const Colour colours[] = {{0.60, 0.66, 0.78}, {0.86, 0.87, 0.90}, {1.00, 0.97, 0.90}};
        for (guint i = 0; i < 11; i++) {
            double along = (i - 5.0) / 5.0;
            double r = size * (0.22 + 0.20 * (1 - along * along) * (0.6 + 0.8 * hash(seed + i)));
            double lift = size * (0.10 - 0.11 * layer) - r * 0.35 * hash(seed + 50 + i);
            set_colour(cr, colours[layer], 0.85);
            fill_ellipse(cr, x + along * size + 4.0 * layer * -0.6, y + lift, r * (1.15 - 0.2 * layer),
                         r * (0.75 - 0.14 * layer));
        }
    }
}

static void draw_sky(cairo_t *cr, double time, double pan)
{
    cairo_pattern_t *sky = cairo_pattern_create_linear(0, 0, 0, HORIZON);
    cairo_pattern_add_color_stop_rgb(sky, 0.0, 0.16, 0.38, 0.72);
    cairo_pattern_add_color_stop_rgb(sky, 0.6, 0.52, 0.72, 0.90);
    cairo_pattern_add_color_stop_rgb(sky, 1.0, 0.98, 0.86, 0.68);
    cairo_set_source(cr, sky);
    fill_rectangle(cr, 0, 0, VIEW_WIDTH, HORIZON);
    cairo_pattern_destroy(sky);

    double sun_x = 430 - 0.10 * pan, sun_y = 62;
    cairo_pattern_t *glow = cairo_pattern_create_radial(sun_x, sun_y, 12, sun_x, sun_y, 120);
    cairo_pattern_add_color_stop_rgba(glow, 0.0, 1.0, 0.95, 0.70, 0.9);
    cairo_pattern_add_color_stop_rgba(glow, 1.0, 1.0, 0.90, 0.60, 0.0);
    cairo_set_source(cr, glow);
    fill_rectangle(cr, 0, 0, VIEW_WIDTH, HORIZON);
    cairo_pattern_destroy(glow);
    cairo_set_source_rgb(cr, 1.0, 0.93, 0.62);
    fill_ellipse(cr, sun_x, sun_y, 19, 19);

    for (guint i = 0; i < 7; i++) {
        double speed = 5 + 4 * hash(i + 300);
        double x = -90 + 190.0 * i + 40 * hash(i) + speed * time - 0.2 * pan;
        draw_cloud(cr, x, 34 + 74 * hash(i + 17), 42 + 26 * hash(i + 33), i * 101);
    }

    cairo_set_source_rgb(cr, 0.12, 0.14, 0.20);
    cairo_set_line_width(cr, 1.6);
    for (guint i = 0; i < 6; i++) {
        double x = fmod(120 + 37.0 * i + 30 * time, 800) - 60, y = 60 + 34 * hash(i + 5) + 5 * sin(time + i);
        double flap = 4 * sin(9 * time + 1.7 * i);
        cairo_move_to(cr, x - 9, y - flap);
        cairo_curve_to(cr, x - 5, y - 5, x - 2, y - 3, x, y);
        cairo_curve_to(cr, x + 2, y - 3, x + 5, y - 5, x + 9, y - flap);
        cairo_stroke(cr);
    }
}

static void draw_hills(cairo_t *cr, double pan)
{
    static const struct {
        double parallax, height, length;
        Colour colour;
    } ranges[] = {{0.22, 46, 170, {0.50, 0.60, 0.76}}, {0.32, 30, 110, {0.33, 0.50, 0.55}}};
    for (guint i = 0; i < G_N_ELEMENTS(ranges); i++) {
        cairo_move_to(cr, 0, HORIZON + 2);
        for (int x = 0; x <= VIEW_WIDTH; x += 4) {
            double u = (x + ranges[i].parallax * pan) / ranges[i].length + 7.0 * i;
            double shape = 0.55 + 0.3 * sin(u) + 0.2 * sin(2.3 * u + 1) + 0.06 * sin(9 * u);
            cairo_line_to(cr, x, HORIZON + 2 - ranges[i].height * fmax(shape, 0));
        }
        cairo_line_to(cr, VIEW_WIDTH, HORIZON + 2);
        cairo_close_path(cr);
        set_colour(cr, ranges[i].colour, 1);
        cairo_fill(cr);
    }
}

static void draw_water(cairo_t *cr, double time, double pan)
{
    cairo_pattern_t *water = cairo_pattern_create_linear(0, HORIZON, 0, VIEW_HEIGHT);
    cairo_pattern_add_color_stop_rgb(water, 0.0, 0.62, 0.74, 0.78);
    cairo_pattern_add_color_stop_rgb(water, 0.25, 0.20, 0.48, 0.62);
    cairo_pattern_add_color_stop_rgb(water, 1.0, 0.05, 0.22, 0.40);
    cairo_set_source(cr, water);
    fill_rectangle(cr, 0, HORIZON, VIEW_WIDTH, VIEW_HEIGHT - HORIZON);
    cairo_pattern_destroy(water);

    /* rows of crests, longer and further apart towards the viewer */
    static const Colour light = {0.85, 0.95, 0.95}, dark = {0.03, 0.15, 0.32};
    for (guint row = 0; row < 17; row++) {
        double depth = row / 16.0, y0 = HORIZON + 3 + 166 * depth * (0.35 + 0.65 * depth);
        double length = 12 + 62 * depth, parallax = (0.4 + 0.55 * depth) * pan;
        double drift = (row % 2 ? 1 : -0.6) * (6 + 22 * depth) * time;
        for (int i = -2; i * length < VIEW_WIDTH + 2 * length; i++) {
            double whole = floor((parallax - drift) / length);
            double x = i * length - ((parallax - drift) - whole * length);
            guint seed = (guint)(i + (int)whole) * 31 + row * 977;
            double bob = (0.6 + 4.5 * depth) * sin(1.9 * time + 6.28 * hash(seed));
            double w = length * (0.45 + 0.35 * hash(seed + 1)), y = y0 + bob;
            set_colour(cr, dark, 0.45);
            cairo_set_line_width(cr, 0.8 + 3.2 * depth);
            cairo_move_to(cr, x, y + 1 + 2.5 * depth);
            cairo_curve_to(cr, x + 0.3 * w, y - 4 * depth, x + 0.7 * w, y - 4 * depth, x + w,
                           y + 1 + 2.5 * depth);
            cairo_stroke(cr);
            set_colour(cr, light, 0.35 + 0.35 * hash(seed + 2));
            cairo_set_line_width(cr, 0.7 + 1.6 * depth);
            cairo_move_to(cr, x + 0.1 * w, y);
            cairo_curve_to(cr, x + 0.35 * w, y - 5 * depth, x + 0.6 * w, y - 5 * depth, x + 0.85 * w, y);
            cairo_stroke(cr);
        }
    }

    /* the sun's path on the water */
    for (guint i = 0; i < 40; i++) {
        double depth = hash(i + 700), spread = 10 + 46 * depth;
        double x = 430 - 0.1 * pan + spread * (2 * hash(i + 800) - 1) + 3 * sin(3 * time + i);
        double shine = 0.5 + 0.5 * sin(4 * time + 5 * hash(i + 900));
        cairo_set_source_rgba(cr, 1.0, 0.92, 0.65, 0.75 * shine);
        fill_ellipse(cr, x, HORIZON + 4 + 110 * depth * depth, 4 + 9 * depth, 0.8 + 1.3 * depth);
    }
}

/* --- boat, houses, sign --------------------------------------------------------------------------- */

static void draw_boat(cairo_t *cr, double time, double pan)
{
    cairo_save(cr);
    cairo_translate(cr, 395 + 26 * time - 0.62 * pan, 238 + 3 * sin(1.7 * time));
    cairo_rotate(cr, 0.045 * sin(1.3 * time));

    cairo_set_source_rgba(cr, 0.95, 0.95, 0.95, 0.35); /* reflection */
    fill_ellipse(cr, 4, 22, 52, 5 + sin(3 * time));
    cairo_set_source_rgb(cr, 0.58, 0.12, 0.10);
    fill_polygon(cr, (const double[][2]){{-52, 0}, {58, 0}, {40, 18}, {-40, 18}}, 4);
    cairo_set_source_rgb(cr, 0.97, 0.94, 0.86);
    fill_polygon(cr, (const double[][2]){{-53, -3}, {60, -3}, {57, 2}, {-51, 2}}, 4);
    cairo_set_source_rgb(cr, 0.32, 0.20, 0.10);
    fill_rectangle(cr, -1.5, -112, 3, 110);

    double belly = 10 + 3 * sin(2.1 * time);
    cairo_set_source_rgb(cr, 0.98, 0.96, 0.90);
    cairo_move_to(cr, 3, -108);
    cairo_curve_to(cr, 30 + belly, -80, 44 + belly, -36, 48, -10);
    cairo_line_to(cr, 3, -10);
    cairo_close_path(cr);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.40, 0.36, 0.34);
    cairo_set_line_width(cr, 1.2);
    cairo_stroke(cr);
    cairo_set_source_rgb(cr, 0.90, 0.45, 0.16);
    cairo_move_to(cr, -4, -98);
    cairo_curve_to(cr, -26, -70, -38, -38, -44, -12);
    cairo_line_to(cr, -4, -12);
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.80, 0.14, 0.16);
    fill_polygon(cr, (const double[][2]){{0, -112}, {18, -107 + 2 * sin(7 * time)}, {0, -102}}, 3);
    cairo_restore(cr);
}

static void draw_house(cairo_t *cr, double x, double width, double height, Colour wall, Colour roof,
                       guint seed)
{
    static const Colour black = {0.10, 0.09, 0.12};
    double base = 268, top = base - height, peak = top - width * 0.42;
    set_colour(cr, wall, 1);
    fill_rectangle(cr, x, top, width, height);
    set_colour(cr, blend(wall, black, 0.25), 1); /* the side away from the sun */
    fill_rectangle(cr, x, top, width * 0.16, height);
    set_colour(cr, roof, 1);
    fill_polygon(cr, (const double[][2]){{x - 5, top}, {x + width / 2, peak}, {x + width + 5, top}}, 3);
    set_colour(cr, blend(roof, black, 0.5), 1);
    cairo_set_line_width(cr, 1.0);
    for (guint i = 1; i < 5; i++) {
        double t = i / 5.0;
        cairo_move_to(cr, x + width / 2 - t * (width / 2 + 4), peak + t * (top - peak));
        cairo_line_to(cr, x + width / 2 + t * (width / 2 + 4), peak + t * (top - peak));
        cairo_stroke(cr);
    }
    fill_rectangle(cr, x + width * 0.70, peak + 2, 8, 20); /* chimney */

    guint columns = width > 60 ? 3 : 2, rows = (guint)(height / 34);
    for (guint r = 0; r < rows; r++) {
        for (guint c = 0; c < columns; c++) {
            double w = 11, h = 17, wx = x + (c + 0.5) * width / columns - w / 2 + 2, wy = top + 10 + 33 * r;
            cairo_set_source_rgb(cr, 0.97, 0.96, 0.92);
            fill_rectangle(cr, wx - 2, wy - 2, w + 4, h + 4);
            Colour lit = {1.0, 0.82, 0.42}, glass = {0.16, 0.26, 0.38};
            set_colour(cr, hash(seed + 7 * r + c) > 0.7 ? lit : glass, 1);
            fill_rectangle(cr, wx, wy, w, h);
            cairo_set_source_rgb(cr, 0.97, 0.96, 0.92);
            fill_rectangle(cr, wx + w / 2 - 0.7, wy, 1.4, h);
            fill_rectangle(cr, wx, wy + h / 2 - 0.7, w, 1.4);
        }
    }
}

static void draw_text(cairo_t *cr, double x, double y, double size, const char *text)
{
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(cr, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    cairo_move_to(cr, x - extents.width / 2 - extents.x_bearing, y);
    cairo_show_text(cr, text);
}

static void draw_quay(cairo_t *cr, double pan)
{
    cairo_save(cr);
    cairo_translate(cr, 20 - 0.85 * pan, 0);
    draw_house(cr, -62, 58, 92, (Colour){0.90, 0.70, 0.36}, (Colour){0.42, 0.22, 0.18}, 5);
    draw_house(cr, -2, 76, 122, (Colour){0.82, 0.36, 0.28}, (Colour){0.28, 0.20, 0.24}, 40);
    draw_house(cr, 80, 54, 84, (Colour){0.94, 0.90, 0.78}, (Colour){0.62, 0.26, 0.16}, 80);
    draw_house(cr, 140, 66, 106, (Colour){0.40, 0.56, 0.62}, (Colour){0.30, 0.24, 0.22}, 120);

    cairo_set_source_rgb(cr, 0.52, 0.46, 0.42); /* the quay wall */
    fill_rectangle(cr, -80, 266, 330, 34);
    cairo_set_source_rgb(cr, 0.72, 0.66, 0.58);
    fill_rectangle(cr, -80, 264, 334, 8);
    cairo_set_source_rgba(cr, 0.25, 0.22, 0.22, 0.8);
    cairo_set_line_width(cr, 1.2);
    for (guint row = 0; row < 3; row++) {
        double y = 272 + 9.5 * row;
        cairo_move_to(cr, -80, y);
        cairo_line_to(cr, 250, y);
        for (guint i = 0; i < 17; i++) {
            double x = -80 + 20.0 * i + (row % 2) * 10;
            cairo_move_to(cr, x, y);
            cairo_line_to(cr, x, y + 9.5);
        }
        cairo_stroke(cr);
    }

    cairo_set_source_rgb(cr, 0.10, 0.22, 0.20); /* the sign */
    fill_rectangle(cr, 12, 214, 186, 30);
    cairo_set_source_rgb(cr, 0.96, 0.90, 0.70);
    cairo_set_line_width(cr, 2);
    cairo_rectangle(cr, 15, 217, 180, 24);
    cairo_stroke(cr);
    draw_text(cr, 105, 236, 19, "CAFE DU PORT");
    cairo_restore(cr);
}

/* --- the person ----------------------------------------------------------------------------------- */

static void draw_eye(cairo_t *cr, double x, double y, double open, double gaze)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_move_to(cr, -15, 2);
    cairo_curve_to(cr, -8, -11 * open, 8, -11 * open, 15, 0);
    cairo_curve_to(cr, 7, 8 * open, -7, 8 * open, -15, 2);
    cairo_close_path(cr);
    cairo_path_t *outline = cairo_copy_path(cr);
    cairo_clip(cr);
    cairo_set_source_rgb(cr, 0.97, 0.95, 0.92);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0.22, 0.36, 0.30);
    fill_ellipse(cr, gaze, -0.5, 7.2, 7.2);
    cairo_set_source_rgb(cr, 0.05, 0.05, 0.06);
    fill_ellipse(cr, gaze, -0.5, 3.6, 3.6);
    cairo_set_source_rgb(cr, 1, 1, 1);
    fill_ellipse(cr, gaze - 2.2, -3, 1.7, 1.7);
    cairo_reset_clip(cr);
    cairo_new_path(cr);
    cairo_append_path(cr, outline);
    cairo_path_destroy(outline);
    cairo_set_source_rgb(cr, 0.20, 0.10, 0.08);
    cairo_set_line_width(cr, 2.2);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void draw_strands(cairo_t *cr, double time, gboolean front)
{
    static const Colour dark = {0.20, 0.09, 0.06}, light = {0.58, 0.30, 0.16};
    for (guint i = 0; i < 34; i++) {
        double u = i / 33.0, side = 2 * u - 1;
        if (front && fabs(side) < 0.72)
            continue;
        double wind = 7 * sin(1.6 * time + 3 * u) + (front ? 4 : 9);
        double end_y = front ? 30 + 36 * hash(i + 60) : 128 + 20 * hash(i + 61);
        set_colour(cr, blend(dark, light, hash(i + (front ? 90 : 120))), 0.95);
        cairo_set_line_width(cr, front ? 5 : 9);
        cairo_move_to(cr, 40 * side, -80);
        cairo_curve_to(cr, 70 * side, -84, 90 * side, -54, 82 * side + 0.3 * wind, 0);
        if (front)
            cairo_move_to(cr, 82 * side, -8);
        cairo_curve_to(cr, 78 * side, 20, 84 * side + wind, 60, 88 * side + 2.2 * wind, end_y);
        cairo_stroke(cr);
    }
}

static void draw_person(cairo_t *cr, double time, double pan)
{
    cairo_save(cr);
    cairo_translate(cr, 890 - 1.0 * pan, 196 + 1.5 * sin(1.2 * time));
    cairo_rotate(cr, 0.03 * sin(0.9 * time));
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);

    draw_strands(cr, time, FALSE);

    /* shoulders, neck, scarf */
    cairo_set_source_rgb(cr, 0.15, 0.22, 0.42);
    cairo_move_to(cr, -150, 190);
    cairo_curve_to(cr, -140, 120, -80, 112, -34, 100);
    cairo_line_to(cr, 34, 100);
    cairo_curve_to(cr, 80, 112, 140, 120, 150, 190);
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.80, 0.58, 0.46);
    fill_polygon(cr, (const double[][2]){{-30, 50}, {30, 50}, {36, 112}, {0, 130}, {-36, 112}}, 5);
    static const Colour red = {0.78, 0.16, 0.18}, deep = {0.46, 0.06, 0.12};
    for (guint i = 0; i < 5; i++) {
        set_colour(cr, i % 2 ? deep : red, 1);
        cairo_set_line_width(cr, 13);
        cairo_move_to(cr, -54, 100 + 9.0 * i);
        cairo_curve_to(cr, -24, 122 + 8.0 * i, 24, 122 + 8.0 * i, 54, 98 + 9.0 * i);
        cairo_stroke(cr);
    }
    double wave = 8 * sin(2.4 * time);
    set_colour(cr, red, 1);
    cairo_set_line_width(cr, 20);
    cairo_move_to(cr, 48, 116);
    cairo_curve_to(cr, 92, 108 + wave, 110, 140 - wave, 168, 112 + wave);
    cairo_stroke(cr);

    /* ears and face, lit from the upper left */
    cairo_set_source_rgb(cr, 0.80, 0.56, 0.44);
    fill_ellipse(cr, -66, 0, 10, 18);
    fill_ellipse(cr, 66, 0, 10, 18);
    cairo_pattern_t *skin = cairo_pattern_create_radial(-22, -36, 8, 0, 0, 118);
    cairo_pattern_add_color_stop_rgb(skin, 0.0, 1.00, 0.86, 0.72);
    cairo_pattern_add_color_stop_rgb(skin, 0.55, 0.93, 0.71, 0.56);
    cairo_pattern_add_color_stop_rgb(skin, 1.0, 0.62, 0.38, 0.30);
    cairo_move_to(cr, -66, -30);
    cairo_curve_to(cr, -66, -112, 66, -112, 66, -30);
    cairo_curve_to(cr, 68, 26, 44, 84, 0, 88);
    cairo_curve_to(cr, -44, 84, -68, 26, -66, -30);
    cairo_close_path(cr);
    cairo_set_source(cr, skin);
    cairo_fill(cr);
    cairo_pattern_destroy(skin);
    cairo_set_source_rgba(cr, 0.92, 0.40, 0.34, 0.28);
    fill_ellipse(cr, -38, 26, 17, 12);
    fill_ellipse(cr, 38, 26, 17, 12);
    cairo_set_source_rgba(cr, 0.48, 0.26, 0.20, 0.25); /* eye sockets */
    fill_ellipse(cr, -28, -13, 21, 13);
    fill_ellipse(cr, 28, -13, 21, 13);

    double blink = fmod(time, 2.6) > 2.44 ? 0.12 : 1;
    double gaze = 3.5 * sin(0.8 * time);
    draw_eye(cr, -28, -10, blink, gaze);
    draw_eye(cr, 28, -10, blink, gaze);

    cairo_set_source_rgb(cr, 0.26, 0.13, 0.08); /* brows */
    cairo_set_line_width(cr, 5);
    cairo_move_to(cr, -46, -27);
    cairo_curve_to(cr, -38, -36, -24, -36, -12, -29);
    cairo_move_to(cr, 46, -27);
    cairo_curve_to(cr, 38, -36, 24, -36, 12, -29);
    cairo_stroke(cr);

    cairo_set_source_rgba(cr, 0.55, 0.30, 0.22, 0.45); /* nose: shaded side, tip, nostrils */
    fill_polygon(cr, (const double[][2]){{3, -18}, {12, 22}, {2, 28}, {6, 10}}, 4);
    cairo_set_source_rgba(cr, 1, 0.92, 0.82, 0.7);
    fill_ellipse(cr, -2, 18, 4.5, 4);
    cairo_set_source_rgb(cr, 0.50, 0.24, 0.18);
    fill_ellipse(cr, -7, 27, 3, 1.8);
    fill_ellipse(cr, 8, 27, 3, 1.8);

    double smile = 4 + 3 * sin(0.7 * time);
    cairo_set_source_rgb(cr, 0.98, 0.96, 0.92); /* teeth, then the lips around them */
    cairo_move_to(cr, -22, 46);
    cairo_curve_to(cr, -10, 52, 10, 52, 22, 46);
    cairo_curve_to(cr, 10, 58 + smile, -10, 58 + smile, -22, 46);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.72, 0.20, 0.22);
    cairo_set_line_width(cr, 4.5);
    cairo_stroke(cr);

    draw_strands(cr, time, TRUE);

    /* a hat, so that the head has hard edges too */
    cairo_set_source_rgb(cr, 0.93, 0.80, 0.48);
    fill_ellipse(cr, 0, -66, 112, 22);
    cairo_set_source_rgb(cr, 0.80, 0.64, 0.32);
    cairo_move_to(cr, -62, -70);
    cairo_curve_to(cr, -60, -146, 60, -146, 62, -70);
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.14, 0.24, 0.46);
    fill_polygon(cr, (const double[][2]){{-62, -84}, {62, -84}, {63, -68}, {-63, -68}}, 4);
    cairo_set_line_width(cr, 1.2);
    cairo_set_source_rgba(cr, 0.42, 0.28, 0.10, 0.8);
    for (int i = -5; i <= 5; i++) {
        cairo_move_to(cr, 11.5 * i, -86);
        cairo_curve_to(cr, 11 * i, -104, 8 * i, -120, 4 * i, -126);
    }
    cairo_stroke(cr);
    cairo_restore(cr);
}

/* --- the clip ------------------------------------------------------------------------------------- */

static void draw_frame(cairo_t *cr, double time, double duration)
{
    double t = CLAMP((time - 0.8) / MAX(duration - 2.3, 0.1), 0, 1);
    double pan = PAN * t * t * (3 - 2 * t);
    draw_sky(cr, time, pan);
    draw_hills(cr, pan);
    draw_water(cr, time, pan);
    draw_boat(cr, time, pan);
    draw_quay(cr, pan);
    draw_person(cr, time, pan);

    cairo_set_source_rgba(cr, 0, 0, 0, 0.75);
    fill_rectangle(cr, 150, 322, 340, 28);
    cairo_set_source_rgb(cr, 1, 1, 1);
    draw_text(cr, 320, 343, 19, "Every painter has an idiom.");
}

/* One frame as a buffer of cairo's own layout (BGRx in memory on little-endian machines). */
static GstBuffer *make_buffer(int width, int height, int stride, guint index, guint count)
{
    gsize size = (gsize)stride * (gsize)height;
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_WRITE)) {
        gst_buffer_unref(buffer);
        return NULL;
    }
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(map.data, CAIRO_FORMAT_RGB24, width, height, stride);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, width / (double)VIEW_WIDTH, height / (double)VIEW_HEIGHT);
    draw_frame(cr, index / (double)FPS, count / (double)FPS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(index, GST_SECOND, FPS);
    GST_BUFFER_DURATION(buffer) = GST_SECOND / FPS;
    return buffer;
}

static gboolean encode(const char *path, int width, int height, guint count, GError **error)
{
    g_autoptr(GstElement) pipeline = gst_parse_launch_full(
        "appsrc name=source format=time block=true ! videoconvert ! video/x-raw,format=I420 ! "
        "x264enc bitrate=3000 key-int-max=25 ! mp4mux ! filesink name=sink",
        NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (!pipeline)
        return FALSE;
    g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_object_set(sink, "location", path, NULL);
    GstVideoInfo info;
    gst_video_info_set_format(&info,
                              G_BYTE_ORDER == G_LITTLE_ENDIAN ? GST_VIDEO_FORMAT_BGRx : GST_VIDEO_FORMAT_xRGB,
                              (guint)width, (guint)height);
    info.fps_n = FPS;
    info.fps_d = 1;
    g_autoptr(GstCaps) caps = gst_video_info_to_caps(&info);
    gst_app_src_set_caps(GST_APP_SRC(source), caps);

    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    int stride = GST_VIDEO_INFO_PLANE_STRIDE(&info, 0);
    for (guint i = 0; i < count; i++) {
        GstBuffer *buffer = make_buffer(width, height, stride, i, count);
        if (!buffer || gst_app_src_push_buffer(GST_APP_SRC(source), buffer) != GST_FLOW_OK)
            break;
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source));

    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    gboolean ok = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (!ok)
        gst_message_parse_error(message, error, NULL);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return ok;
}

int main(int argc, char **argv)
{
    g_autofree char *size = NULL;
    double seconds = 6;
    const GOptionEntry entries[] = {
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the picture, even numbers (default 640x360)",
         "WxH"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "Length of the clip (default 6)", "N"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("OUT.mp4");
    g_autoptr(GError) error = NULL;
    g_option_context_set_summary(context, "Draws a harbour with a person and encodes it as H.264.");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-demo-scene: %s\n", error->message);
        return 2;
    }
    int width = VIEW_WIDTH, height = VIEW_HEIGHT;
    if (argc != 2 || (size && sscanf(size, "%dx%d", &width, &height) != 2) || width < 2 || height < 2 ||
        width > 8192 || height > 8192 || width % 2 || height % 2 || !(seconds > 0 && seconds <= 3600)) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    if (!encode(argv[1], width, height, (guint)ceil(seconds * FPS), &error)) {
        g_printerr("idiom-demo-scene: %s: %s\n", argv[1], error->message);
        return 1;
    }
    return 0;
}
