/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lettering.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

/* --- text ------------------------------------------------------------------------------------------ */

/* Without control characters but line breaks. */
static char *without_controls(const char *text, gboolean *changed)
{
    GString *clean = g_string_sized_new(strlen(text));
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        if (c == '\t')
            g_string_append_c(clean, ' ');
        else if (c == '\n' || !g_unichar_iscntrl(c))
            g_string_append_unichar(clean, c);
        else if (c != '\r')
            *changed = TRUE;
    }
    return g_string_free(clean, FALSE);
}

/* At most so much of it, whole characters. */
static char *cut(const char *text, gboolean *changed)
{
    if (strlen(text) <= LETTERING_MAX_BYTES)
        return g_strdup(text);
    *changed = TRUE;
    const char *end = g_utf8_find_prev_char(text, text + LETTERING_MAX_BYTES);
    g_autofree char *start = g_strndup(text, (gsize)(end - text));
    return g_strconcat(start, "…", NULL);
}

/* Markup that is too long is shown as plain text: cut anywhere it would be none. */
static char *plain_of(const char *text, GError **error)
{
    char *plain = NULL;
    return pango_parse_markup(text, -1, 0, NULL, &plain, NULL, error) ? plain : NULL;
}

char *lettering_clean(const char *text, gboolean markup, char **note, GError **error)
{
    gboolean controls = FALSE, too_long = FALSE;
    *note = NULL;
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "text that is not UTF-8");
        return NULL;
    }
    g_autofree char *seen = without_controls(text, &controls);
    g_autofree char *plain = markup ? plain_of(seen, error) : g_strdup(seen);
    if (!plain)
        return NULL;
    g_autofree char *shown = cut(plain, &too_long);
    if (controls)
        *note = g_strdup("control characters in the text are left out");
    if (too_long) {
        g_free(*note);
        *note = g_strdup_printf("a text of %zu bytes is cut: the limit is %d", strlen(plain),
                                LETTERING_MAX_BYTES);
    }
    return markup && !too_long ? g_steal_pointer(&seen) : g_markup_escape_text(shown, -1);
}

/* --- layout ---------------------------------------------------------------------------------------- */

static PangoLayout *new_layout(const Hand *hand, double size)
{
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, hand->family);
    pango_font_description_set_weight(font, (PangoWeight)hand->weight);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    pango_font_description_free(font);
    g_object_unref(context);
    return layout;
}

/* Lines of about the same length read better than a long one and a rest. */
static void balance(PangoLayout *layout, double max_width)
{
    const int lines = pango_layout_get_line_count(layout);
    double low = max_width / MAX(lines, 1) * 0.8, high = max_width;
    for (guint i = 0; lines > 1 && lines < 12 && i < 6; i++) {
        const double middle = (low + high) / 2;
        pango_layout_set_width(layout, (int)(middle * PANGO_SCALE));
        if (pango_layout_get_line_count(layout) > lines)
            low = middle;
        else
            high = middle;
    }
    pango_layout_set_width(layout, (int)(high * PANGO_SCALE));
}

PangoLayout *lettering_layout(const Hand *hand, const char *clean, double size, double max_width,
                              double max_height)
{
    for (guint tries = 0;; tries++, size *= 0.8) {
        int width, height;
        PangoLayout *layout = new_layout(hand, fmax(size, 6));
        pango_layout_set_markup(layout, clean, -1);
        pango_layout_set_width(layout, (int)(max_width * PANGO_SCALE));
        pango_layout_get_pixel_size(layout, &width, &height);
        if ((height <= max_height && width <= max_width + 1) || tries == 12) {
            pango_layout_set_height(layout, (int)(max_height * PANGO_SCALE));
            pango_layout_set_ellipsize(layout, tries == 12 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
            balance(layout, max_width);
            return layout;
        }
        g_object_unref(layout);
    }
}

gboolean lettering_lacks_font(PangoLayout *layout)
{
    return pango_layout_get_unknown_glyphs_count(layout) > 0;
}

void lettering_extents(PangoLayout *layout, double *x, double *y, double *width, double *height)
{
    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(layout, &ink, &logical);
    const int left = MIN(ink.x, logical.x), right = MAX(ink.x + ink.width, logical.x + logical.width);
    const int top = MIN(ink.y, logical.y), bottom = MAX(ink.y + ink.height, logical.y + logical.height);
    *x = left;
    *y = top;
    *width = MAX(right - left, 1);
    *height = MAX(bottom - top, 1);
}

void lettering_draw(cairo_t *cr, PangoLayout *layout, double x, double y, Colour ink, Colour paper,
                    double outline)
{
    if (outline > 0) {
        cairo_move_to(cr, x, y);
        pango_cairo_layout_path(cr, layout);
        cairo_set_source_rgba(cr, paper.r, paper.g, paper.b, 1);
        cairo_set_line_width(cr, 2 * outline);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke(cr);
    }
    cairo_move_to(cr, x, y);
    cairo_set_source_rgba(cr, ink.r, ink.g, ink.b, 1);
    pango_cairo_show_layout(cr, layout);
}
