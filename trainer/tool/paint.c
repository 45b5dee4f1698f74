/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train paint: photos in a drawn look, for a network to learn from. */
#include "paint/paint.h"
#include "tool/command.h"
#include "tool/console.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <idiom-unstable/noise.h>
#include <string.h>

#define SIDE 320 /* shorter side that the looks are drawn for */

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

static gboolean paint_file(const char *look, const char *folder, const char *file, guint side, GError **error)
{
    int x, y;
    idiom_noise_offset(file, &x, &y);
    g_autoptr(Picture) photo = picture_load(file, 0.5, side, side, error);
    g_autoptr(Picture) picture = photo ? paint_picture(look, photo, x, y, error) : NULL;
    g_autofree char *path = path_of(folder, file);
    return picture && picture_write_png(picture, path, error);
}

/* The line of usage, and below it the looks. */
static char *usage(void)
{
    GString *text =
        g_string_new("LOOK FOLDER PHOTO... - draw photos in a look, for distill to learn from\n\nLooks:");
    for (const PaintLook *look = paint_looks(); look->name; look++)
        g_string_append_printf(text, "\n  %-12s %s", look->name, look->help);
    return g_string_free(text, FALSE);
}

gboolean command_paint(char **argv, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *help = usage();
    int side = SIDE;
    const GOptionEntry options[] = {
        {"side", 0, 0, G_OPTION_ARG_INT, &side,
         "Shorter side that photos are scaled to; 0: as they are (320)", "PIXELS"},
        {NULL},
    };
    if (!command_parse(argv, help, options, 3, G_MAXUINT, &words, error))
        return FALSE;
    if (side < 0 || side > PICTURE_MAX_SIDE) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--side: %d is not between 0 (as it is) and %d",
                    side, PICTURE_MAX_SIDE);
        return FALSE;
    }
    if (g_mkdir_with_parents(words[1], 0777) < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s", words[1], g_strerror(errno));
        return FALSE;
    }
    const guint count = g_strv_length(words) - 2;
    for (guint i = 0; i < count; i++) {
        say_progress("painting photo %u/%u", i + 1, count);
        if (!paint_file(words[0], words[1], words[2 + i], (guint)side, error))
            return FALSE;
    }
    return TRUE;
}
