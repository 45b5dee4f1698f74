/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stylize-picture IN.png OUT.png [STYLE]: the library in a program of one's own, without GStreamer.
 *
 *   cc stylize-picture.c $(pkg-config --cflags --libs idiom cairo)
 */
#include <cairo.h>
#include <idiom/renderer.h>

static gboolean stylize(cairo_surface_t *surface, const char *style, GError **error)
{
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, error);
    g_autoptr(IdiomRenderer) renderer = device ? idiom_renderer_new(device, NULL, error) : NULL;
    if (!renderer || !idiom_renderer_show(renderer, style, NULL, error))
        return FALSE;

    /* cairo's pixels are BGRA in memory on little-endian machines */
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.format = IDIOM_VIDEO_BGRA;
    info.width = (guint)cairo_image_surface_get_width(surface);
    info.height = (guint)cairo_image_surface_get_height(surface);
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    cairo_surface_flush(surface); /* cairo forgets the PNG that it has kept beside the pixels */
    picture.planes[0] = cairo_image_surface_get_data(surface);
    picture.strides[0] = cairo_image_surface_get_stride(surface);
    return idiom_renderer_configure(renderer, &info, error) &&
           idiom_renderer_send(renderer, &picture, &picture, NULL, error) &&
           idiom_renderer_get(renderer, TRUE, NULL, error) == IDIOM_GET_FRAME;
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
