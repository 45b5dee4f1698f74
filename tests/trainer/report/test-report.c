/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The report of a training: whatever names and numbers are in it, it is well-formed, complete in itself, and written
 * whole or not at all.
 */
#include "report/report.h"
#include "trainer-files.h"

#include <math.h>
#include <string.h>

#define ODD                                                                                                  \
    "<script>alert(\"&amp;'1'\")</script> \x01\x7f ]]> \xc3\x28 \xe2\x98\x83 https://example.org/?a=1&b=2"

/* What a walk through the page has found. */
typedef struct {
    guint pictures, curves, rows;
    gboolean title; /* said, with all its odd characters in place */
} Found;

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer data, GError **error)
{
    (void)context;
    (void)error;
    Found *found = data;
    static const char *const banned[] = {"script", "link", "iframe", "object", "embed", "base", "a", NULL};
    g_assert_false(g_strv_contains(banned, element));
    found->rows += g_str_equal(element, "tr");
    found->curves += g_str_equal(element, "svg");
    for (guint i = 0; names[i]; i++) {
        g_assert_cmpstr(names[i], !=, "href");
        g_assert_false(g_str_has_prefix(names[i], "on"));
        if (g_str_equal(names[i], "src")) {
            g_assert_true(g_str_has_prefix(values[i], "data:image/png;base64,"));
            found->pictures++;
        }
        if (g_str_equal(names[i], "d") || g_str_equal(names[i], "cy")) { /* shapes are made of numbers */
            g_assert_null(strstr(values[i], "nan"));
            g_assert_null(strstr(values[i], "inf"));
        }
    }
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                    GError **error)
{
    (void)error;
    g_autofree char *said = g_strndup(text, length);
    const char *element = g_markup_parse_context_get_element(context);
    if (g_str_equal(element, "style")) {
        g_assert_null(strstr(said, "url("));
        g_assert_null(strstr(said, "@import"));
    }
    if (g_str_equal(element, "h1"))
        ((Found *)data)->title =
            strstr(said, "<script>alert(\"&amp;'1'\")</script>") && strstr(said, "\xe2\x98\x83");
}

static Found read_page(const char *path)
{
    static const GMarkupParser parser = {.start_element = on_start, .text = on_text};
    Found found = {0};
    g_autofree char *page = NULL;
    gsize length;
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_get_contents(path, &page, &length, &error));
    g_assert_true(g_utf8_validate(page, (gssize)length, NULL));
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &found, NULL);
    g_markup_parse_context_parse(context, page, (gssize)length, &error);
    g_assert_no_error(error);
    g_markup_parse_context_end_parse(context, &error);
    g_assert_no_error(error);
    g_markup_parse_context_free(context);
    return found;
}

static GHashTable *map_of(const char *first, ...) G_GNUC_NULL_TERMINATED;

static GHashTable *map_of(const char *first, ...)
{
    GHashTable *map = g_hash_table_new(g_str_hash, g_str_equal);
    va_list args;
    va_start(args, first);
    for (const char *key = first; key; key = va_arg(args, const char *))
        g_hash_table_insert(map, (gpointer)key, va_arg(args, char *));
    va_end(args);
    return map;
}

static void move(const char *from, const char *folder, const char *name)
{
    g_autofree char *to = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_rename(from, to), ==, 0);
}

static void test_full(void)
{
    char *folder = test_folder_new();
    g_autofree char *out = g_build_filename(folder, "report.html", NULL);
    g_autofree char *log = g_build_filename(folder, "log.csv", NULL);
    g_autofree char *preview = g_build_filename(folder, "preview", NULL);
    g_autofree char *odd_name = g_build_filename(folder, "\"><b onclick='x'>&.png", NULL);

    g_autoptr(GString) rows = g_string_new("step,seconds,rate,total,unused,late,wild,\"odd\"<name>&\n");
    for (guint i = 0; i < 700;
         i++) /* resumed in the middle; one curve begins late, one has everything in it */
        g_string_append_printf(rows, "%u,%u,0.002,%g,0,%s,%s,-1e-9\n", i, i % 400, 1000 * exp(-0.01 * i),
                               i < 300 ? "" : "0.5",
                               i % 3 == 0   ? "nan"
                               : i % 3 == 1 ? "inf"
                                            : (i & 4 ? "-1e30" : "1e30"));
    g_string_append(rows, "700,3,0.0"); /* killed while writing */
    test_write_file(folder, "log.csv", rows->str, (gssize)rows->len);

    g_assert_cmpint(g_mkdir(preview, 0700), ==, 0);
    static const char *const samples[] = {"photo-1.png",          "step-000100-1.png", "step-000200-1.png",
                                          "step-000200-2.png",    "step-000100-2.png", "ignored-1.png",
                                          "step-000300-1.png.txt"};
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *picture = test_write_picture(preview, i, 60, 40);
        move(picture, preview, samples[i]);
    }
    test_write_file(preview, "photo-2.png", "broken", -1);
    g_autofree char *picture = test_write_picture(folder, 90, 50, 70);
    g_assert_cmpint(g_rename(picture, odd_name), ==, 0);

    g_autoptr(GHashTable) metadata = map_of("command", ODD, "device", ODD, "attribution", ODD, "licence", ODD,
                                            "losses", ODD, ODD, ODD, "empty", "", NULL);
    g_autoptr(GHashTable) figures = map_of("ssim", "0.473", ODD, ODD, NULL);
    const ReportReference references[] = {
        {odd_name, ODD, 0.7}, {"no such <file>.jpg", NULL, 0.2}, {out, NULL, NAN}};
    const Report report = {ODD, metadata, figures, references, G_N_ELEMENTS(references), log, preview};
    g_autoptr(GError) error = NULL;
    report_write(out, &report, &error);
    g_assert_no_error(error);
    Found found = read_page(out);
    g_assert_true(found.title);
    g_assert_cmpuint(found.curves, ==, 5); /* rate, total, late, wild, odd */
    /* result: a photo, two painted; strip: a photo and four painted; and a reference */
    g_assert_cmpuint(found.pictures, ==, 3 + 5 + 1);
    g_assert_cmpuint(found.rows, ==, 3 + 3 + 2); /* strip, figures, configuration */

    g_autofree char *page = NULL;
    g_assert_true(g_file_get_contents(out, &page, NULL, &error));
    g_assert_nonnull(strstr(page, "700 steps in 11 min 38 s")); /* 399 s, then 299 s */
    test_folder_remove(folder);
}

/* Nothing but a title. */
static void test_empty(void)
{
    char *folder = test_folder_new();
    g_autofree char *out = g_build_filename(folder, "report.html", NULL);
    g_autofree char *log = g_build_filename(folder, "log.csv", NULL);
    g_autoptr(GError) error = NULL;
    test_write_file(folder, "log.csv", "step,total\n", -1);
    Report report = {.title = "nothing yet", .log = log, .preview = folder};
    report_write(out, &report, &error);
    g_assert_no_error(error);
    Found found = read_page(out);
    g_assert_cmpuint(found.curves + found.pictures + found.rows, ==, 0);

    static const char *const short_logs[] = {"step,total\n0,1\n", "step,total\n0,1\n1,1\n", "total\n1\n2\n",
                                             "step,total\n5,1\n5,2\n"};
    for (guint i = 0; i < G_N_ELEMENTS(short_logs); i++) {
        test_write_file(folder, "log.csv", short_logs[i], -1);
        report_write(out, &report, &error);
        g_assert_no_error(error);
        read_page(out);
    }
    test_folder_remove(folder);
}

/* An error leaves what was there, and nothing beside it. */
static void test_errors(void)
{
    char *folder = test_folder_new();
    g_autofree char *out = g_build_filename(folder, "report.html", NULL);
    g_autofree char *sub = g_build_filename(folder, "sub", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "nowhere", "report.html", NULL);
    g_autofree char *no_log = g_build_filename(folder, "no.csv", NULL);
    g_autofree char *bad_log = g_build_filename(folder, "bad.csv", NULL);
    test_write_file(folder, "report.html", "old", -1);
    test_write_file(folder, "bad.csv", "", 0);
    g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
    const struct {
        const char *out;
        Report report;
        const char *expect;
    } cases[] = {
        {nowhere, {.title = "x"}, "nowhere"},
        {sub, {.title = "x"}, "sub"},
        {out, {.title = "x", .log = no_log}, "no.csv"},
        {out, {.title = "x", .log = bad_log}, "bad.csv"},
        {out, {.title = "x", .preview = nowhere}, "nowhere"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(report_write(cases[i].out, &cases[i].report, &error));
        g_assert_nonnull(strstr(error->message, cases[i].expect));
    }
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(out, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "old");
    guint files = 0;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (g_dir_read_name(dir))
        files++;
    g_assert_cmpuint(files, ==, 3);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/full", test_full);
    g_test_add_func("/report/empty", test_empty);
    g_test_add_func("/report/errors", test_errors);
    return g_test_run();
}
