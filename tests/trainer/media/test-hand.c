/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `idiom-train expression` as its users meet it: it shows, sets and takes from pictures, and keeps the rest of the file. */
#include "media/picture.h"
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom/style.h>
#include <idiom-unstable/tensorfile.h>
#include <string.h>

/* Runs "idiom-train expression ..."; @out and @err receive what it printed. */
static gboolean run(const char *const *words, char **out, char **err)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    g_strv_builder_add_many(all, g_getenv("IDIOM_TRAIN"), "expression", NULL);
    g_strv_builder_addv(all, (const char **)words);
    g_auto(GStrv) argv = g_strv_builder_end(all);
    g_autoptr(GSubprocess) process = g_subprocess_newv(
        (const char *const *)argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, out, err, &error);
    g_assert_no_error(error);
    g_test_message("%s%s", *out, *err);
    return g_subprocess_get_successful(process);
}

#define RUN(out, err, ...) run((const char *const[]){__VA_ARGS__, NULL}, out, err)

static char *field_of(const char *style)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idiom_style_find(style, &error);
    g_autoptr(IdiomStyle) file = idiom_style_load(path, &error);
    g_assert_no_error(error);
    return g_strdup(g_hash_table_lookup(idiom_style_metadata(file), "expression"));
}

/* The bytes of a tensor that every style has. */
static float *weights_of(const char *style, gsize *count)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idiom_style_find(style, &error);
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, &error);
    g_assert_no_error(error);
    const IdiomTensorInfo *info = idiom_tensor_file_info(file, 0);
    *count = 1;
    for (guint i = 0; i < info->n_dims; i++)
        *count *= info->dims[i];
    float *values = idiom_tensor_file_read(file, info->name, NULL, 0, &error);
    g_assert_no_error(error);
    return values;
}

/* What is set is in the file and is shown; what is not set stays, and so do the weights. */
static void test_set(void)
{
    g_autofree char *out = NULL, *err = NULL, *again = NULL, *more = NULL;
    gsize count, same;
    g_autofree float *before = weights_of("tiny", &count);
    g_assert_true(RUN(&out, &err, "tiny"));
    g_assert_nonnull(strstr(out, "no expression field"));
    g_assert_null(field_of("tiny"));
    g_clear_pointer(&out, g_free);
    g_clear_pointer(&err, g_free);
    g_assert_true(RUN(&out, &err, "--set", "ink=#102030", "--set", "aliases=van gogh, 星空", "tiny"));
    g_assert_true(RUN(&again, &more, "--set", "wobble=0.25", "tiny"));
    g_autofree char *field = field_of("tiny");
    static const char *const kept[] = {"\"#102030\"", "\"van gogh\"", "星空", "\"0.25\"", "palette"};
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        g_assert_nonnull(strstr(field, kept[i]));
    g_autofree float *after = weights_of("tiny", &same);
    g_assert_cmpmem(after, same * sizeof *after, before, count * sizeof *before);
}

static void write_halves(const char *path, const guint8 *left, const guint8 *right)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) picture = picture_new(64, 48);
    for (guint i = 0; i < 64 * 48; i++)
        memcpy(picture->rgb + 3 * i, i % 64 < 32 ? left : right, 3);
    picture_write_png(picture, path, &error);
    g_assert_no_error(error);
}

/* Ink and paper are the picture's: half of it is dark blue, half pale yellow. */
static void test_from(gconstpointer folder)
{
    g_autofree char *path = g_build_filename(folder, "halves.png", NULL), *out = NULL, *err = NULL;
    write_halves(path, (guint8[]){10, 20, 90}, (guint8[]){250, 240, 180});
    g_assert_true(RUN(&out, &err, "--from", path, "--set", "weight=800", "tiny2"));
    g_autofree char *field = field_of("tiny2");
    const char *ink = strstr(field, "\"ink\":\"#"), *paper = strstr(field, "\"paper\":\"#");
    g_assert_true(ink && paper && strstr(field, "800"));
    const guint64 dark = g_ascii_strtoull(ink + 8, NULL, 16), light = g_ascii_strtoull(paper + 10, NULL, 16);
    g_assert_cmpuint(dark & 255, >, dark >> 16);   /* blue over red */
    g_assert_cmpuint(light >> 16, >, light & 255); /* yellow */
    g_assert_cmpuint(light >> 16 & 255, >, 220);
}

/* Settings from a file, in the style's own group. */
static void test_file(gconstpointer folder)
{
    static const char text[] = "[small]\nink=#221100\nmoods=happy,欢快\n[tiny]\nink=#ffffff\n";
    g_autofree char *path = g_build_filename(folder, "hands.ini", NULL), *out = NULL, *err = NULL;
    test_write_file(folder, "hands.ini", text, -1);
    g_assert_true(RUN(&out, &err, "--again", "--file", path, "small"));
    g_autofree char *field = field_of("small");
    g_assert_nonnull(strstr(field, "#221100"));
    g_assert_nonnull(strstr(field, "欢快"));
}

/* One sentence that names what is wrong; the file stays as it was. */
static void test_refused(gconstpointer folder)
{
    static const char *const wrong[][3] = {{"ink=blue", "#rrggbb", "ink"},
                                           {"weight=5000", "100 to 900", "weight"},
                                           {"wobble=2", "0 to 1", "wobble"},
                                           {"colour=#000000", "one of ink", "colour"},
                                           {"ink", "NAME=VALUE", "--set"}};
    g_autofree char *was = field_of("moods"), *nowhere = g_build_filename(folder, "nowhere.png", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *out = NULL, *err = NULL;
        g_assert_false(RUN(&out, &err, "--set", wrong[i][0], "moods"));
        g_assert_nonnull(strstr(err, wrong[i][1]));
        g_assert_nonnull(strstr(err, wrong[i][2]));
    }
    g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;
    g_assert_false(RUN(&out, &err, "--from", nowhere, "moods"));
    g_assert_nonnull(strstr(err, "nowhere.png"));
    g_assert_false(RUN(&out2, &err2, "--set", "ink=#000000", "no-such-style"));
    g_assert_nonnull(strstr(err2, "no-such-style"));
    g_autofree char *is = field_of("moods");
    g_assert_cmpstr(is, ==, was);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_nonnull(g_getenv("IDIOM_TRAIN"));
    char *folder = test_folder_new(), *styles = test_styles_create();
    g_test_add_func("/hand/set", test_set);
    g_test_add_data_func("/hand/from", folder, test_from);
    g_test_add_data_func("/hand/file", folder, test_file);
    g_test_add_data_func("/hand/refused", folder, test_refused);
    const int result = g_test_run();
    test_styles_remove(styles);
    test_folder_remove(folder);
    return result;
}
