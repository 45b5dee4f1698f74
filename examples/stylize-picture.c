/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stylize-picture IN.png OUT.png [STYLE]: the library in a program of one's own, without GStreamer.
 *
 *   cc stylize-picture.c $(pkg-config --cflags --libs idiom cairo)
 */
#include <cairo.h>
#include <idiom/filter.h>

static gboolean stylize(cairo_surface_t *surface, const char *style_name, GError **error)
{
    g_autofree char *path = idiom_style_find(style_name, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    g_autoptr(IdiomDevice) device = style ? idiom_device_open(NULL, error) : NULL;
    if (!device)
        return FALSE;

    /* one filter for all pictures of a size; cairo's pixels are BGRA in memory on little-endian machines */
    IdiomFrame frame = {.format = IDIOM_VIDEO_BGRA,
                        .width = (guint)cairo_image_surface_get_width(surface),
                        .height = (guint)cairo_image_surface_get_height(surface)};
    IdiomPrecision precision = idiom_device_info(device)->fastest;
    g_autoptr(IdiomFilter) filter = idiom_filter_new(device, style, &frame, precision, error);
    if (!filter)
        return FALSE;

    guint8 *pixels = cairo_image_surface_get_data(surface);
    gssize stride = cairo_image_surface_get_stride(surface);
    return idiom_filter_process(filter, (const guint8 *const[]){pixels}, &stride, (guint8 *const[]){pixels},
                                &stride, &(IdiomFilterControls){.strength = 1}, error);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        g_printerr("usage: %s IN.png OUT.png [STYLE]\n", argv[0]);
        return 2;
    }
    cairo_surface_t *surface = cairo_image_surface_create_from_png(argv[1]);
    g_autoptr(GError) error = NULL;
    int status = 1;
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        g_printerr("%s: %s\n", argv[1], cairo_status_to_string(cairo_surface_status(surface)));
    } else if (!stylize(surface, argv[3], &error)) {
        g_printerr("%s\n", error->message);
    } else {
        cairo_surface_mark_dirty(surface);
        cairo_status_t written = cairo_surface_write_to_png(surface, argv[2]);
        if (written == CAIRO_STATUS_SUCCESS)
            status = 0;
        else
            g_printerr("%s: %s\n", argv[2], cairo_status_to_string(written));
    }
    cairo_surface_destroy(surface);
    return status;
}
