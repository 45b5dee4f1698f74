/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sheets of pictures, and `idiom-train sheet` as its users meet it. IDIOM_TRAIN names the tool. */
#include "media/sheet.h"
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom/error.h>
#include <string.h>

static Picture *flat(guint w, guint h, int value)
{
    Picture *picture = picture_new(w, h);
    memset(picture->rgb, value, 3 * w * h);
    return picture;
}

/* Pixels of the part that are darker than @value. */
static guint dark(const Picture *picture, guint x, guint y, guint w, guint h, int value)
{
    g_autoptr(Picture) part = picture_crop(picture, x, y, w, h);
    guint count = 0;
    for (guint i = 0; i < w * h; i++)
        count += part->rgb[3 * i] < value;
    return count;
}

/* Pictures in rows, in order, names below, white between. */
static void test_layout(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Sheet) sheet = sheet_new(3, 2, 50, 40, &error);
    g_assert_no_error(error);
    for (int i = 0; i < 3; i++) {
        g_autoptr(Picture) picture = flat(50, 40, 30 + 50 * i);
        sheet_add(sheet, picture, i == 1 ? "" : "a name that is far too long for this width");
    }
    g_autoptr(Picture) all = sheet_picture(sheet);
    const guint column = 50 + 8, row = 40 + SHEET_LINE + 8;
    g_assert_cmpuint(all->w, ==, 2 * column + 8);
    g_assert_cmpuint(all->h, ==, 2 * row + 8);
    for (guint i = 0; i < 3; i++) {
        const guint x = 8 + i % 2 * column, y = 8 + i / 2 * row;
        g_assert_cmpuint(dark(all, x, y, 50, 40, (int)(31 + 50 * i)), ==, 50 * 40);
        g_assert_cmpuint(dark(all, x, y, 50, 40, (int)(30 + 50 * i)), ==, 0);
        g_assert_cmpuint(dark(all, x, y + 40, 50, SHEET_LINE, 128) > 0, ==, i != 1);
        g_assert_cmpuint(dark(all, x + 50, y, 8, 40 + SHEET_LINE, 255), ==, 0);
    }
    g_assert_null(sheet_new(1000, 1, 100, 400, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
}

static gboolean run(const char *photo, const char *out, const char *columns, char **said)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, g_getenv("IDIOM_TRAIN"), "sheet", "--side",
                         "40", "--columns", columns, photo, out, NULL);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, NULL, said, &error);
    g_assert_no_error(error);
    return g_subprocess_get_successful(process);
}

/* The picture and all styles that load: seven of tiny, tiny2, noisy, moods (three) and small; broken is named and left out. */
static void test_tool(void)
{
    char *folder = test_folder_new(), *styles = test_styles_create();
    g_autofree char *photo = test_write_picture(folder, 1, 60, 40);
    g_autofree char *out = g_build_filename(folder, "sheet.png", NULL);
    g_autofree char *said = NULL, *refused = NULL;
    g_assert_true(run(photo, out, "3", &said));
    g_assert_nonnull(strstr(said, "broken"));
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) sheet = picture_load(out, 0, 0, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(sheet->w, ==, 3 * 68 + 8);
    g_assert_cmpuint(sheet->h, ==, 3 * (40 + SHEET_LINE + 8) + 8);
    g_autoptr(Picture) first = picture_crop(sheet, 8, 8, 60, 40),
                       source = picture_load(photo, 0, 0, 0, &error);
    g_assert_cmpmem(first->rgb, 3 * 60 * 40, source->rgb, 3 * 60 * 40);
    for (guint i = 1; i < 9; i++) {
        const guint x = 8 + i % 3 * 68, y = 8 + i / 3 * (40 + SHEET_LINE + 8);
        g_assert_cmpuint(dark(sheet, x, y, 60, 40, 250) > 0, ==, i < 8);
        g_assert_cmpuint(dark(sheet, x, y + 40, 60, SHEET_LINE, 128) > 0, ==, i < 8);
    }
    g_assert_false(run(photo, out, "-1", &refused));
    g_assert_nonnull(strstr(refused, "--columns"));
    test_styles_remove(styles);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_nonnull(g_getenv("IDIOM_TRAIN"));
    g_test_add_func("/sheet/layout", test_layout);
    g_test_add_func("/sheet/tool", test_tool);
    return g_test_run();
}
