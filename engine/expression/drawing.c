/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drawing.h"

#include <string.h>

IdiomDrawing *idiom_drawing_new(const guint8 *pixels, guint width, guint height, gsize stride, GError **error)
{
    if (width < 1 || width > IDIOM_DRAWING_MAX_SIDE || height < 1 || height > IDIOM_DRAWING_MAX_SIDE ||
        stride < 4 * (gsize)width) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "a drawing of %ux%u with %zu bytes a row: sides must be 1 to %d, rows whole", width,
                    height, stride, IDIOM_DRAWING_MAX_SIDE);
        return NULL;
    }
    IdiomDrawing *drawing = g_atomic_rc_box_new0(IdiomDrawing);
    drawing->width = width;
    drawing->height = height;
    drawing->pixels = g_malloc(idiom_drawing_bytes(drawing));
    for (guint y = 0; y < height; y++)
        memcpy(drawing->pixels + y * 4 * (gsize)width, pixels + y * stride, 4 * (gsize)width);
    return drawing;
}

IdiomDrawing *idiom_drawing_ref(IdiomDrawing *drawing)
{
    return g_atomic_rc_box_acquire(drawing);
}

static void clear(gpointer data)
{
    IdiomDrawing *drawing = data;
    g_free(drawing->pixels);
}

void idiom_drawing_unref(IdiomDrawing *drawing)
{
    if (drawing)
        g_atomic_rc_box_release_full(drawing, clear);
}

void idiom_drawing_size(const IdiomDrawing *drawing, guint *width, guint *height)
{
    *width = drawing->width;
    *height = drawing->height;
}
