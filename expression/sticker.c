/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sticker.h"

#include "emoji.h"
#include "lettering.h"
#include "sheet.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>
#ifdef HAVE_RSVG
#include <librsvg/rsvg.h>
#endif

#define DROPS 26

void stickers_clear(Stickers *stickers)
{
    for (guint i = 0; i < stickers->n; i++)
        idiom_drawing_unref(stickers->drawings[i]);
    stickers->n = 0;
}

/* --- drawing --------------------------------------------------------------------------------------- */

/* One emoji, as large as the sheet. NULL if no font has it. */
static IdiomDrawing *draw_emoji(const Hand *hand, const char *emoji, double side)
{
    double x, y, w, h;
    Hand own = *hand;
    own.family = (char *)"Noto Color Emoji, Emoji";
    own.weight = 400;
    g_autofree char *clean = g_markup_escape_text(emoji, -1);
    g_autoptr(GObject) owned = NULL;
    PangoLayout *layout = lettering_layout(&own, clean, side * 0.8, side * 4, side * 4);
    owned = G_OBJECT(layout);
    if (lettering_lacks_font(layout))
        return NULL;
    lettering_extents(layout, &x, &y, &w, &h);
    cairo_t *cr = sheet_new((guint)side, (guint)side);
    const double scale = fmin((side - 2) / w, (side - 2) / h);
    cairo_translate(cr, side / 2, side / 2);
    cairo_scale(cr, scale, scale);
    cairo_move_to(cr, -w / 2 - x, -h / 2 - y);
    set_colour(cr, hand->ink, 1);
    pango_cairo_show_layout(cr, layout);
    return sheet_finish(cr);
}

static IdiomDrawing *draw_png(const char *path, double side, GError **error)
{
    cairo_surface_t *picture = cairo_image_surface_create_from_png(path);
    const cairo_status_t status = cairo_surface_status(picture);
    IdiomDrawing *drawing = NULL;
    const int w = status ? 0 : cairo_image_surface_get_width(picture);
    const int h = status ? 0 : cairo_image_surface_get_height(picture);
    if (status || w < 1 || h < 1) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, cairo_status_to_string(status));
    } else {
        cairo_t *cr = sheet_new((guint)side, (guint)side);
        const double scale = fmin((side - 2) / w, (side - 2) / h);
        cairo_translate(cr, side / 2, side / 2);
        cairo_scale(cr, scale, scale);
        cairo_set_source_surface(cr, picture, -w / 2.0, -h / 2.0);
        cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
        cairo_paint(cr);
        drawing = sheet_finish(cr);
    }
    cairo_surface_destroy(picture);
    return drawing;
}

static IdiomDrawing *draw_svg(const char *path, double side, GError **error)
{
#ifdef HAVE_RSVG
    RsvgHandle *svg = rsvg_handle_new_from_file(path, error);
    g_autoptr(GObject) owned = svg ? G_OBJECT(svg) : NULL;
    if (!svg)
        return NULL;
    const RsvgRectangle all = {1, 1, side - 2, side - 2};
    cairo_t *cr = sheet_new((guint)side, (guint)side);
    if (!rsvg_handle_render_document(svg, cr, &all, error)) {
        cairo_destroy(cr);
        return NULL;
    }
    return sheet_finish(cr);
#else
    (void)side;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: this build has no librsvg for SVG", path);
    return NULL;
#endif
}

static gboolean has_suffix(const char *path, const char *suffix)
{
    g_autofree char *lower = g_ascii_strdown(path, -1);
    return g_str_has_suffix(lower, suffix);
}

/* Words of a text that are no emoji are names of some, or unknown. */
static gboolean draw_words(Stickers *to, const Hand *hand, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, " ,", -1);
    for (guint i = 0; words[i]; i++) {
        const char *named = *words[i] ? emoji_find(words[i]) : NULL;
        g_auto(GStrv) parts = emoji_split(named ? named : words[i]);
        for (guint k = 0; parts[k] && to->n < STICKER_MAX; k++)
            if (emoji_is_one(parts[k]) && (to->drawings[to->n] = draw_emoji(hand, parts[k], to->side)))
                to->n++;
            else {
                g_autofree char *names = emoji_some_names();
                g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                            emoji_is_one(parts[k])
                                ? "emoji '%.40s': no font has it; names are %s"
                                : "unknown emoji '%.40s': give an emoji, a file, or a name such as %s",
                            words[i], names);
                return FALSE;
            }
    }
    if (to->n == 0)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "'%.40s' names no emoji", text);
    return to->n > 0;
}

static gboolean draw_all(Stickers *to, const Hand *hand, const char *text, GError **error)
{
    if (!has_suffix(text, ".png") && !has_suffix(text, ".svg"))
        return draw_words(to, hand, text, error);
    to->drawings[0] =
        has_suffix(text, ".png") ? draw_png(text, to->side, error) : draw_svg(text, to->side, error);
    if (!to->drawings[0] && error && !*error)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s cannot be drawn", text);
    to->n = to->drawings[0] != NULL;
    return to->n > 0;
}

gboolean stickers_draw(Stickers *stickers, const Hand *hand, const char *text, double size, guint height,
                       GError **error)
{
    Stickers drawn = {.side = fmax(ceil(size * height / 100), 8)};
    if (!g_utf8_validate(text, -1, NULL) || strlen(text) > LETTERING_MAX_BYTES) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "emoji: not UTF-8, or more than %d bytes",
                    LETTERING_MAX_BYTES);
        return FALSE;
    }
    if (!draw_all(&drawn, hand, text, error)) {
        stickers_clear(&drawn);
        return FALSE;
    }
    stickers_clear(stickers);
    memcpy(stickers->drawings, drawn.drawings, sizeof drawn.drawings);
    stickers->n = drawn.n;
    stickers->side = drawn.side;
    stickers->wobble = hand->wobble;
    return TRUE;
}

/* --- placing --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double x, y;
} places[] = {{"top-left", 0.1, 0.16},    {"top", 0.5, 0.14},    {"top-right", 0.9, 0.16},
              {"left", 0.1, 0.5},         {"middle", 0.5, 0.5},  {"right", 0.9, 0.5},
              {"bottom-left", 0.1, 0.84}, {"bottom", 0.5, 0.84}, {"bottom-right", 0.9, 0.84},
              {"center", 0.5, 0.5}};

gboolean stickers_set_place(Stickers *stickers, const char *text, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_str_equal(text ? text : "top-right", places[i].name)) {
            stickers->mode = STICKER_FIXED;
            stickers->share_x = places[i].x;
            stickers->share_y = places[i].y;
            return TRUE;
        }
    if (g_str_equal(text, "rain")) {
        stickers->mode = STICKER_RAIN;
        return TRUE;
    }
    if (!anchor_parse(&stickers->anchor, text, 0, error)) {
        g_prefix_error(error, "emoji-place is none of top-left, top, top-right, ..., rain: ");
        return FALSE;
    }
    stickers->mode = STICKER_ANCHORED;
    return TRUE;
}

static void turn(IdiomSprite *s, double angle, double scale)
{
    s->xx = s->yy = scale * cos(angle);
    s->yx = scale * sin(angle);
    s->xy = -s->yx;
}

/* Each falls at its own pace, in its own column, and begins anew at the top. */
static void rain(const Stickers *stickers, const Stage *stage, Scene *scene)
{
    for (guint i = 0; i < DROPS; i++) {
        const double pace = 0.13 + 0.14 * chance(5, i), fallen = pace * stage->time + chance(6, i);
        const double share = fallen - floor(fallen), scale = 0.4 + 0.5 * chance(7, i);
        const guint32 round = (guint32)floor(fallen);
        const double sway = 0.02 * sin(2 * stage->time * (0.6 + chance(8, i)) + i);
        const double x = (chance(9 + round, i) * 1.04 - 0.02 + sway) * stage->width;
        const double y = (share * 1.3 - 0.15) * stage->height;
        IdiomSprite *s = scene_add(scene, stickers->drawings[i % stickers->n], x, y);
        turn(s, 0.5 * sin(1.3 * stage->time + 7 * i), scale);
    }
}

void stickers_place(Stickers *stickers, const Stage *stage, Scene *scene)
{
    if (stickers->mode == STICKER_RAIN) {
        rain(stickers, stage, scene);
        return;
    }
    double x = stickers->share_x * stage->width, y = stickers->share_y * stage->height;
    const double step = stickers->side * 1.08, row = step * (stickers->n - 1);
    if (stickers->mode == STICKER_ANCHORED) {
        const Anchor *a = &stickers->anchor;
        x = a->x;
        y = a->found ? a->y - a->height / 2 - stickers->side * 0.45 : a->y;
    }
    const double half = stickers->side / 2;
    x = CLAMP(x, half + row / 2, fmax(stage->width - half - row / 2, half + row / 2));
    y = CLAMP(y, half, fmax(stage->height - half, half));
    for (guint i = 0; i < stickers->n; i++) {
        IdiomSprite *s = scene_add(scene, stickers->drawings[i], x - row / 2 + i * step, y);
        const double beat = stage->time * 2.2 + 0.9 * i;
        turn(s, 0.09 * stickers->wobble * sin(beat), 1 + 0.03 * stickers->wobble * sin(1.7 * beat));
    }
    scene_take(scene, (IdiomArea){x - row / 2 - half, y - half, row + 2 * half, 2 * half});
}
