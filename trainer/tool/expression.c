/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train expression: the hand in which a style writes and draws, kept in its file. */
#include "tool/command.h"
#include "judge/painter.h"
#include "palette.h"
#include "tool/rewrite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIELD "expression"

/* --- where colours come from ----------------------------------------------------------------------- */

/* A scene with something of everything: sky, sun, hills, water, a dark tree, a red house. */
static Picture *draw_scene(void)
{
    Picture *p = picture_new(320, 240);
    for (guint y = 0; y < p->h; y++)
        for (guint x = 0; x < p->w; x++) {
            const double hill = 120 + 22 * sin(x * 0.021) + 9 * sin(x * 0.067 + 1), light = y / 240.0;
            const double grain = 12 * sin(x * 0.9 + 0.13 * y) * cos(y * 0.7);
            const gboolean sun = hypot(x - 245.0, y - 48.0) < 24,
                           tree = fabs(x - 60.0) < 16 + 8 * sin(y * 0.2) && y > 60 && y < 190;
            const gboolean house = x > 150 && x < 210 && y > 130 && y < 180;
            const double c[3] = {sun        ? 250
                                 : house    ? 190
                                 : tree     ? 40
                                 : y < hill ? 90 + 90 * light
                                 : y > 195  ? 60
                                            : 110,
                                 sun        ? 220
                                 : house    ? 60
                                 : tree     ? 55
                                 : y < hill ? 140 + 70 * light
                                 : y > 195  ? 100
                                            : 150,
                                 sun        ? 120
                                 : house    ? 50
                                 : tree     ? 35
                                 : y < hill ? 210
                                 : y > 195  ? 150
                                            : 70};
            for (guint k = 0; k < 3; k++)
                p->rgb[3 * (y * p->w + x) + k] = (guint8)CLAMP(c[k] + grain, 0, 255);
        }
    return p;
}

/* What the first style of @path makes of the scene. */
static Picture *paint_scene(const char *path, GError **error)
{
    g_autoptr(Picture) scene = draw_scene();
    g_autoptr(IdiomStyle) style = idiom_style_load(path, error);
    g_autoptr(IdiomDevice) device = style ? idiom_device_open(NULL, error) : NULL;
    g_autoptr(IdiomParams) params = device ? idiom_style_params(style, device) : NULL;
    g_autoptr(Painter) painter =
        params ? painter_new(device, idiom_style_config(style), params, 0, scene->w, scene->h, error) : NULL;
    return painter ? painter_run(painter, scene, error) : NULL;
}

static gboolean take_colours(Hand *hand, const char *path, char **pictures, GError **error)
{
    g_autoptr(GByteArray) pixels = g_byte_array_new();
    for (guint i = 0; pictures ? pictures[i] != NULL : i == 0; i++) {
        g_autoptr(Picture) p =
            pictures ? picture_load(pictures[i], 0.5, 0, 512, error) : paint_scene(path, error);
        if (!p)
            return FALSE;
        g_byte_array_append(pixels, p->rgb, 3 * p->w * p->h);
    }
    const Palette palette = palette_of(pixels->data, pixels->len / 3);
    hand_take_palette(hand, &palette);
    return TRUE;
}

/* --- files ----------------------------------------------------------------------------------------- */

/* What @file says of the style at @path: a group of its name, with a key for each member. */
static gboolean read_group(Hand *hand, GKeyFile *file, const char *path, GError **error)
{
    g_autofree char *base = g_path_get_basename(path);
    base[strcspn(base, ".")] = '\0';
    g_auto(GStrv) keys = g_key_file_get_keys(file, base, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *value = g_key_file_get_string(file, base, keys[i], NULL);
        if (!hand_set(hand, keys[i], value ? value : "", error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_settings(Hand *hand, char **settings, GError **error)
{
    for (guint i = 0; settings && settings[i]; i++) {
        char *equals = strchr(settings[i], '=');
        if (!equals) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--set: '%s': expected NAME=VALUE",
                        settings[i]);
            return FALSE;
        }
        g_autofree char *name = g_strndup(settings[i], (gsize)(equals - settings[i]));
        if (!hand_set(hand, name, equals + 1, error))
            return FALSE;
    }
    return TRUE;
}

/* --- command --------------------------------------------------------------------------------------- */

typedef struct {
    char **from, **settings;
    char *file;
    gboolean again;
} Wishes;

static gboolean change(const char *name, const Wishes *w, GKeyFile *file, GError **error)
{
    g_auto(Hand) hand = {0};
    g_autofree char *path = idiom_style_find(name, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    if (!style)
        return FALSE;
    const char *old = w->again ? NULL : g_hash_table_lookup(idiom_style_metadata(style), FIELD);
    const gboolean changes = w->from || w->settings || file || w->again;
    hand_init(&hand);
    if (!hand_read(&hand, old, error) ||
        ((w->from || (!old && changes)) && !take_colours(&hand, path, w->from, error)) ||
        (file && !read_group(&hand, file, path, error)) || !read_settings(&hand, w->settings, error))
        return FALSE;
    g_autofree char *json = hand_write(&hand);
    if (!changes) {
        printf("%s\n", old ? json : "no expression field: an ordinary hand is taken");
        return TRUE;
    }
    if (!rewrite_style(path, path, NULL, 0, (const char *const[]){FIELD, json, NULL}, error))
        return FALSE;
    printf("%s: %s\n", path, json);
    return TRUE;
}

gboolean command_expression(char **argv, GError **error)
{
    g_auto(GStrv) words = NULL, from = NULL, settings = NULL;
    g_autofree char *file_name = NULL;
    gboolean again = FALSE;
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &from,
         "Take ink, paper, accent and palette from this picture; may be repeated", "PICTURE"},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
         "ink, paper, accent (#rrggbb), palette, family, weight (100 to 900), wobble (0 to 1), aliases or "
         "moods "
         "(words with commas between); may be repeated",
         "NAME=VALUE"},
        {"file", 0, 0, G_OPTION_ARG_FILENAME, &file_name, "Such settings, in a group for each style",
         "FILE.ini"},
        {"again", 0, 0, G_OPTION_ARG_NONE, &again, "Begin anew: colours as the style paints a scene", NULL},
        {NULL},
    };
    if (!command_parse(argv, "STYLE... - show or change the hand in which a style writes and draws", entries,
                       1, 1000, &words, error))
        return FALSE;
    g_autoptr(GKeyFile) file = file_name ? g_key_file_new() : NULL;
    if (file && !g_key_file_load_from_file(file, file_name, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", file_name);
        return FALSE;
    }
    const Wishes wishes = {from, settings, file_name, again};
    for (guint i = 0; words[i]; i++)
        if (!change(words[i], &wishes, file, error))
            return FALSE;
    return TRUE;
}
