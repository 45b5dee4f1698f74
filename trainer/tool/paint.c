/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train paint: photos in a drawn look, or in the look of a network on a ground of noise, for a network to learn
 * from. */
#include "paint/paint.h"
#include "judge/painter.h"
#include "tool/command.h"
#include "tool/console.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <idiom-unstable/noise.h>
#include <string.h>

#define SIDE 320 /* shorter side that the looks are drawn for */
#define MAX_LIGHT 50

typedef struct {
    const char *look; /* or: */
    IdiomStyle *style;
    IdiomDevice *device;
    IdiomParams *params;
    Painter *painter; /* for pictures of @w x @h */
    guint w, h;
    double hills, strokes;
    int side;
} Artist;

static void artist_clear(Artist *a)
{
    painter_free(a->painter);
    g_clear_pointer(&a->params, idiom_params_unref);
    g_clear_pointer(&a->device, idiom_device_unref);
    g_clear_pointer(&a->style, idiom_style_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Artist, artist_clear)

/* @look: one of paint_looks(), or a file that holds a network. */
static gboolean artist_open(Artist *a, const char *look, const char *device, GError **error)
{
    a->look = look;
    if (!g_str_has_suffix(look, ".onnx") && !g_str_has_suffix(look, ".safetensors"))
        return TRUE;
    a->style = command_load_style(look, error);
    a->device = a->style ? idiom_device_open(device, error) : NULL;
    a->params = a->device ? idiom_style_params(a->style, a->device) : NULL;
    return a->params != NULL;
}

/* @photo, painted by the network on its ground. */
static Picture *painted(Artist *a, const Picture *photo, int x, int y, GError **error)
{
    g_autoptr(Picture) ground = paint_ground(photo, x, y, (float)a->hills, (float)a->strokes);
    if (!a->painter || a->w != photo->w || a->h != photo->h) {
        g_clear_pointer(&a->painter, painter_free);
        a->painter = painter_of_style(a->device, a->style, a->params, 0, photo->w, photo->h, error);
        a->w = photo->w;
        a->h = photo->h;
    }
    if (!a->painter)
        return NULL;
    painter_set_place(a->painter, x, y);
    return painter_run(a->painter, ground, error);
}

/* FOLDER/NAME.png for the photo NAME.jpg, as distill looks for it. */
static char *path_of(const char *folder, const char *photo)
{
    g_autofree char *name = g_path_get_basename(photo);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    g_autofree char *file = g_strconcat(name, ".png", NULL);
    return g_build_filename(folder, file, NULL);
}

static gboolean paint_file(Artist *a, const char *folder, const char *file, GError **error)
{
    int x, y;
    idiom_noise_offset(file, &x, &y);
    g_autoptr(Picture) photo = picture_load(file, 0.5, (guint)a->side, (guint)a->side, error);
    if (!photo)
        return FALSE;
    g_autoptr(Picture) picture =
        a->style ? painted(a, photo, x, y, error) : paint_picture(a->look, photo, x, y, error);
    g_autofree char *path = path_of(folder, file);
    return picture && picture_write_png(picture, path, error);
}

/* The line of usage, and below it the looks. */
static char *usage(void)
{
    GString *text =
        g_string_new("LOOK|NETWORK FOLDER PHOTO... - draw photos in a look, or have a network (FILE.onnx or "
                     "FILE.safetensors) "
                     "paint them, with noise where they are flat, for distill to learn from\n\nLooks:");
    for (const PaintLook *look = paint_looks(); look->name; look++)
        g_string_append_printf(text, "\n  %-12s %s", look->name, look->help);
    return g_string_free(text, FALSE);
}

/* What the options may not be. */
static gboolean check(const Artist *a, GError **error)
{
    if (a->side < 0 || a->side > PICTURE_MAX_SIDE)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--side: %d is not between 0 (as it is) and %d",
                    a->side, PICTURE_MAX_SIDE);
    else if (!(a->hills >= 0 && a->hills <= MAX_LIGHT))
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--hills: %g is not between 0 and %d", a->hills,
                    MAX_LIGHT);
    else if (!(a->strokes >= 0 && a->strokes <= MAX_LIGHT))
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--strokes: %g is not between 0 and %d",
                    a->strokes, MAX_LIGHT);
    else
        return TRUE;
    return FALSE;
}

gboolean command_paint(char **argv, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_auto(Artist) artist = {.hills = 8, .strokes = 8, .side = SIDE};
    g_autofree char *help = usage(), *device = NULL;
    const GOptionEntry options[] = {
        {"side", 0, 0, G_OPTION_ARG_INT, &artist.side,
         "Shorter side that photos are scaled to; 0: as they are (320)", "PIXELS"},
        {"hills", 0, 0, G_OPTION_ARG_DOUBLE, &artist.hills,
         "For a network: how much light and colour the noise's hills bring, 0..50 (8)", "LIGHT"},
        {"strokes", 0, 0, G_OPTION_ARG_DOUBLE, &artist.strokes,
         "For a network: how much light the noise's strokes bring, 0..50 (8)", "LIGHT"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device,
         "For a network: Vulkan device, by number or part of its name", "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv, help, options, 3, G_MAXUINT, &words, error) || !check(&artist, error) ||
        !artist_open(&artist, words[0], device, error))
        return FALSE;
    if (g_mkdir_with_parents(words[1], 0777) < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s", words[1], g_strerror(errno));
        return FALSE;
    }
    const guint count = g_strv_length(words) - 2;
    for (guint i = 0; i < count; i++) {
        say_progress("painting photo %u/%u", i + 1, count);
        if (!paint_file(&artist, words[1], words[2 + i], error))
            return FALSE;
    }
    return TRUE;
}
