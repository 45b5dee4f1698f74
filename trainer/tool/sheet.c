/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train sheet: one picture in all installed styles, side by side. */
#include "judge/painter.h"
#include "media/sheet.h"
#include "tool/command.h"
#include "tool/console.h"

#include <math.h>

#define SIDE 320 /* shorter side of each picture */

/* A style of a file, where the file's own name says which it is if it has no other. */
typedef struct {
    char *name;
    IdiomStyle *file;
    guint row;
} Entry;

static void entry_clear(gpointer data)
{
    g_free(((Entry *)data)->name);
}

static void add_file(GArray *entries, GPtrArray *files, const char *name)
{
    g_autoptr(GError) error = NULL;
    IdiomStyle *file = command_load_style(name, &error);
    if (!file) {
        say("left out: %s", error->message);
        return;
    }
    g_ptr_array_add(files, file);
    if (idiom_style_reads(file)) /* what it shows depends on other pictures */
        return;
    const char *const *names = idiom_style_names(file);
    const gboolean single = !names[1];
    for (guint row = 0; names[row]; row++) {
        const Entry entry = {single ? g_strdup(name) : g_strdup_printf("%s: %s", name, names[row]), file,
                             row};
        g_array_append_val(entries, entry);
    }
}

static gboolean paint(Sheet *sheet, IdiomDevice *device, const Entry *entry, const Picture *photo,
                      GError **error)
{
    g_autoptr(IdiomParams) params = idiom_style_params(entry->file, device);
    g_autoptr(Painter) painter =
        painter_of_style(device, entry->file, params, entry->row, photo->w, photo->h, error);
    g_autoptr(Picture) picture = painter ? painter_run(painter, photo, error) : NULL;
    if (picture)
        sheet_add(sheet, picture, entry->name);
    return picture != NULL;
}

static Picture *paint_all(IdiomDevice *device, const GArray *entries, const Picture *photo, guint columns,
                          GError **error)
{
    if (!columns)
        columns = (guint)ceil(sqrt(entries->len + 1));
    g_autoptr(Sheet) sheet = sheet_new(entries->len + 1, columns, photo->w, photo->h, error);
    if (!sheet)
        return NULL;
    sheet_add(sheet, photo, "the picture");
    for (guint i = 0; i < entries->len; i++)
        if (!paint(sheet, device, &g_array_index(entries, Entry, i), photo, error))
            return NULL;
    return sheet_picture(sheet);
}

gboolean command_sheet(char **argv, GError **error)
{
    g_autofree char *device_name = NULL;
    g_auto(GStrv) words = NULL;
    int side = SIDE, columns = 0;
    const GOptionEntry options[] = {
        {"side", 0, 0, G_OPTION_ARG_INT, &side, "Shorter side of each picture (320)", "PIXELS"},
        {"columns", 0, 0, G_OPTION_ARG_INT, &columns, "Pictures in a row (as many as rows)", "N"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device_name, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv, "IN OUT.png - paint a picture in all installed styles, side by side", options, 2,
                       2, &words, error))
        return FALSE;
    if (side < 16 || side > PICTURE_MAX_SIDE || columns < 0 || columns > 1000) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--side %d, --columns %d: must be 16 to %d, and 0 (as many as rows) to 1000", side,
                    columns, PICTURE_MAX_SIDE);
        return FALSE;
    }
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_style_free);
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, entry_clear);
    g_auto(GStrv) names = idiom_style_list();
    for (char **name = names; *name; name++)
        add_file(entries, files, *name);
    if (!entries->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE,
                    "no style is installed; IDIOM_STYLE_PATH may name a folder of styles");
        return FALSE;
    }
    g_autoptr(Picture) photo = picture_load(words[0], 0.5, (guint)side, (guint)side, error);
    g_autoptr(IdiomDevice) device = photo ? idiom_device_open(device_name, error) : NULL;
    g_autoptr(Picture) sheet = device ? paint_all(device, entries, photo, (guint)columns, error) : NULL;
    return sheet && picture_write_png(sheet, words[1], error);
}
