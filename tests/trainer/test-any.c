/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tells styles apart, and `idiom-train any` as its users meet it. IDIOM_TRAIN names the tool. */
#include "media/picture.h"
#include "reader/learn.h"
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom-unstable/stylefile.h>
#include <math.h>
#include <string.h>

/* Three clouds of points, of which the second has a twin that is never there. */
static void test_learn(void)
{
    g_auto(Examples) examples;
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autofree float *weight = g_new(float, 4 * IDIOM_READER_FEATURES);
    float bias[4], x[IDIOM_READER_FEATURES];
    examples_init(&examples);
    for (guint i = 0; i < 80; i++) {
        const guint style = i % 3;
        for (guint f = 0; f < IDIOM_READER_FEATURES; f++)
            x[f] = (float)(g_rand_double_range(rand, -0.5, 0.5) + (f % 3 == style ? 0.4 : 0) + 3);
        examples_add(&examples, x, style);
    }
    g_assert_cmpfloat(examples_learn(&examples, 4, weight, bias), ==, 1);
    /* the last example once more: its own style has the largest score, and the fourth hardly any */
    double best[4];
    for (guint s = 0; s < 4; s++) {
        best[s] = (double)bias[s];
        for (guint f = 0; f < IDIOM_READER_FEATURES; f++)
            best[s] += (double)weight[s * IDIOM_READER_FEATURES + f] * (double)x[f];
    }
    for (guint s = 0; s < 4; s++)
        g_assert_true(s == 79 % 3 || best[s] < best[79 % 3]);
    g_assert_cmpfloat(best[3], <, best[79 % 3] - 100);
}

static gboolean run(char **said, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_add(all, (gpointer)g_getenv("IDIOM_TRAIN"));
    g_ptr_array_add(all, (gpointer) "any");
    for (; *words; words++)
        g_ptr_array_add(all, (gpointer)*words);
    g_ptr_array_add(all, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)all->pdata, G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, NULL, said, &error);
    g_assert_no_error(error);
    return g_subprocess_get_successful(process);
}

/* Stripes of a period of its own for each style, two pictures of each. */
static void draw_looks(const char *looks, const char *const *names)
{
    for (guint style = 0; names[style]; style++) {
        g_autofree char *folder = g_build_filename(looks, names[style], NULL);
        g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
        for (guint i = 0; i < 2; i++) {
            g_autoptr(GError) error = NULL;
            g_autofree char *name = g_strdup_printf("%s/%u.png", folder, i);
            g_autoptr(Picture) picture = picture_new(96, 64);
            for (guint p = 0; p < 96 * 64; p++)
                memset(picture->rgb + 3 * p,
                       (int)(128 + (40 + 20 * i) * sin((p % 96 + i) * (style ? 2.1 : 0.5))), 3);
            g_assert_true(picture_write_png(picture, name, &error));
            g_assert_no_error(error);
        }
    }
}

static void remove_looks(const char *looks, const char *const *names)
{
    for (guint style = 0; names[style]; style++) {
        g_autofree char *folder = g_build_filename(looks, names[style], NULL);
        test_folder_remove(g_steal_pointer(&folder));
    }
}

/* Learns to read, says what cannot be read, and makes a style of a picture that is nearly one of those seen. */
static void test_tool(void)
{
    char *folder = test_folder_new(), *styles = test_styles_create();
    g_autofree char *looks = g_build_filename(folder, "looks", NULL);
    g_autofree char *photo = test_write_picture(folder, 1, 60, 40);
    g_autofree char *any = g_build_filename(styles, "any.safetensors", NULL);
    g_autofree char *out = g_build_filename(folder, "out.safetensors", NULL);
    const char *const names[] = {"calm", "sad", NULL};
    g_autofree char *said = NULL, *told = NULL, *picture = g_build_filename(looks, "sad", "1.png", NULL);
    g_autoptr(GError) error = NULL;
    draw_looks(looks, names);
    const gboolean learned = run(&said, (const char *[]){"--style", "moods", "--looks", looks, "--content",
                                                         photo, "--out", any, NULL});
    g_test_message("%s", said);
    g_assert_true(learned);
    g_assert_nonnull(strstr(said, "wild is not read"));
    g_assert_true(run(&told, (const char *[]){"--freeze", picture, "--out", out, NULL}));
    g_autoptr(IdiomStyle) style = idiom_style_load(out, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(idiom_style_names(style)[0], ==, "1");
    remove_looks(looks, names);
    g_assert_cmpint(g_rmdir(looks), ==, 0);
    test_styles_remove(styles);
    test_folder_remove(folder);
}

static void test_bad(void)
{
    char *folder = test_folder_new(), *styles = test_styles_create();
    g_autofree char *photo = test_write_picture(folder, 1, 60, 40);
    g_autofree char *out = g_build_filename(folder, "out.safetensors", NULL);
    const struct {
        const char *words[8], *reason;
    } cases[] = {
        {{"--freeze", photo, NULL}, "--out"},
        {{"--out", out, NULL}, "--looks"},
        {{"--out", out, "--freeze", photo, "--looks", folder, NULL}, "--freeze"},
        {{"--out", out, "--freeze", photo, "--style", "tiny", NULL}, "does not read"},
        {{"--out", out, "--freeze", "/nowhere.png", "--style", "tiny", NULL}, "/nowhere.png"},
        {{"--out", out, "--freeze", photo, NULL}, "any"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = NULL;
        g_assert_false(run(&said, cases[i].words));
        g_test_message("%s", said);
        g_assert_nonnull(strstr(said, cases[i].reason));
        g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    }
    test_styles_remove(styles);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/any/learn", test_learn);
    g_test_add_func("/any/tool", test_tool);
    g_test_add_func("/any/bad", test_bad);
    return g_test_run();
}
