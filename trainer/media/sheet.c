/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/sheet.h"

#include <idiom/error.h>
#include <pango/pangocairo.h>

#define GAP 8
#define FONT "Sans 14px"

struct Sheet {
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *layout;
    guint columns, w, h, added;
};

Sheet *sheet_new(guint count, guint columns, guint w, guint h, GError **error)
{
    columns = CLAMP(columns, 1, MAX(count, 1));
    const guint rows = (count + columns - 1) / columns;
    const guint64 full_w = (guint64)columns * (w + GAP) + GAP;
    const guint64 full_h = (guint64)rows * (h + SHEET_LINE + GAP) + GAP;
    if (full_w > PICTURE_MAX_SIDE || full_h > PICTURE_MAX_SIDE || full_w * full_h > PICTURE_MAX_PIXELS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "a sheet of %" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT
                    " is too large: at most %d pixels a side and %d million pixels",
                    full_w, full_h, PICTURE_MAX_SIDE, PICTURE_MAX_PIXELS / 1000000);
        return NULL;
    }
    Sheet *sheet = g_new0(Sheet, 1);
    *sheet = (Sheet){.columns = columns, .w = w, .h = h};
    sheet->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)full_w, (int)full_h);
    sheet->cr = cairo_create(sheet->surface);
    cairo_set_source_rgb(sheet->cr, 1, 1, 1);
    cairo_paint(sheet->cr);
    sheet->layout = pango_cairo_create_layout(sheet->cr);
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_layout_set_font_description(sheet->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(sheet->layout, (int)w * PANGO_SCALE);
    pango_layout_set_ellipsize(sheet->layout, PANGO_ELLIPSIZE_END);
    return sheet;
}

void sheet_free(Sheet *sheet)
{
    if (!sheet)
        return;
    g_object_unref(sheet->layout);
    cairo_destroy(sheet->cr);
    cairo_surface_destroy(sheet->surface);
    g_free(sheet);
}

static void copy(Sheet *sheet, const Picture *picture, guint left, guint top)
{
    cairo_surface_flush(sheet->surface);
    guint8 *data = cairo_image_surface_get_data(sheet->surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(sheet->surface);
    const guint8 *rgb = picture->rgb;
    for (guint y = 0; y < picture->h; y++) {
        guint32 *row = (guint32 *)(data + (top + y) * stride) + left;
        for (guint x = 0; x < picture->w; x++, rgb += 3)
            row[x] = (guint32)rgb[0] << 16 | (guint32)rgb[1] << 8 | rgb[2];
    }
    cairo_surface_mark_dirty(sheet->surface);
}

void sheet_add(Sheet *sheet, const Picture *picture, const char *name)
{
    const guint column = sheet->added % sheet->columns, row = sheet->added / sheet->columns;
    const guint left = GAP + column * (sheet->w + GAP), top = GAP + row * (sheet->h + SHEET_LINE + GAP);
    copy(sheet, picture, left, top);
    pango_layout_set_text(sheet->layout, name, -1);
    cairo_set_source_rgb(sheet->cr, 0, 0, 0);
    cairo_move_to(sheet->cr, left, top + sheet->h + 2);
    pango_cairo_show_layout(sheet->cr, sheet->layout);
    sheet->added++;
}

Picture *sheet_picture(const Sheet *sheet)
{
    cairo_surface_flush(sheet->surface);
    Picture *picture = picture_new((guint)cairo_image_surface_get_width(sheet->surface),
                                   (guint)cairo_image_surface_get_height(sheet->surface));
    const guint8 *data = cairo_image_surface_get_data(sheet->surface);
    const gsize stride = (gsize)cairo_image_surface_get_stride(sheet->surface);
    guint8 *rgb = picture->rgb;
    for (guint y = 0; y < picture->h; y++) {
        const guint32 *row = (const guint32 *)(data + y * stride);
        for (guint x = 0; x < picture->w; x++, rgb += 3) {
            rgb[0] = (guint8)(row[x] >> 16);
            rgb[1] = (guint8)(row[x] >> 8);
            rgb[2] = (guint8)row[x];
        }
    }
    return picture;
}
