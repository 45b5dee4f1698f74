/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measuring: the figures against plain C, and `idiom-train eval` as its users meet it: photos, videos, JSON, bad input.
 * IDIOM_TRAIN names the tool.
 */
#include "judge/evaluate.h"
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* --- the figures ---------------------------------------------------------------------------------- */

static double grey(const Picture *picture, guint x, guint y)
{
    const guint8 *p = picture->rgb + 3 * (y * picture->w + x);
    return (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]) / 255;
}

/* Structural similarity as it is defined, window by window. @sigma: of the weights, or 0 for equal ones */
static double plain_ssim(const Picture *a, const Picture *b, guint size, double sigma)
{
    double total = 0;
    guint windows = 0;
    for (guint top = 0; top + size <= a->h; top++)
        for (guint left = 0; left + size <= a->w; left++) {
            double w_sum = 0, s[5] = {0};
            for (guint y = 0; y < size; y++)
                for (guint x = 0; x < size; x++) {
                    double dx = x - (size - 1) / 2.0, dy = y - (size - 1) / 2.0;
                    double w = sigma > 0 ? exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) : 1;
                    double va = grey(a, left + x, top + y), vb = grey(b, left + x, top + y);
                    const double terms[5] = {va, vb, va * va, vb * vb, va * vb};
                    for (guint i = 0; i < 5; i++)
                        s[i] += w * terms[i];
                    w_sum += w;
                }
            for (guint i = 0; i < 5; i++)
                s[i] /= w_sum;
            double c1 = 1e-4, c2 = 9e-4;
            total += (2 * s[0] * s[1] + c1) * (2 * (s[4] - s[0] * s[1]) + c2) /
                     ((s[0] * s[0] + s[1] * s[1] + c1) * (s[2] - s[0] * s[0] + s[3] - s[1] * s[1] + c2));
            windows++;
        }
    return total / windows;
}

static Picture *picture_of(const char *folder, guint seed, guint w, guint h)
{
    g_autofree char *path = test_write_picture(folder, seed, w, h);
    g_autoptr(GError) error = NULL;
    Picture *picture = picture_load(path, 0, 0, 0, &error);
    g_assert_no_error(error);
    return picture;
}

static void test_ssim(void)
{
    static const guint sizes[][2] = {{16, 16}, {17, 19}, {40, 33}};
    char *folder = test_folder_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_autoptr(Evaluation) evaluation = evaluation_new(device, NULL, NULL, 0, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(Picture) a = picture_of(folder, 2 * i, sizes[i][0], sizes[i][1]);
        g_autoptr(Picture) b = picture_of(folder, 2 * i + 1, sizes[i][0], sizes[i][1]);
        Scores scores;
        g_assert_true(evaluation_run(evaluation, a, b, &scores, &error));
        g_assert_cmpfloat_with_epsilon(scores.value[METRIC_SSIM], plain_ssim(a, b, 7, 0), 1e-4);
        g_assert_cmpfloat_with_epsilon(scores.value[METRIC_SSIM_GAUSSIAN], plain_ssim(a, b, 11, 1.5), 1e-4);
        g_assert_true(isnan(scores.value[METRIC_CONTENT]));
        g_assert_true(isnan(scores.value[METRIC_VGG_OUTPUT]));
        g_assert_true(evaluation_run(evaluation, a, a, &scores, &error));
        g_assert_cmpfloat_with_epsilon(scores.value[METRIC_SSIM], 1, 1e-5);
        g_assert_cmpfloat_with_epsilon(scores.value[METRIC_SSIM_GAUSSIAN], 1, 1e-5);
    }

    g_autoptr(Picture) small = picture_of(folder, 50, 15, 16);
    g_autoptr(Picture) other = picture_of(folder, 51, 16, 16);
    Scores scores;
    g_assert_false(evaluation_run(evaluation, small, small, &scores, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    g_clear_error(&error);
    g_assert_false(evaluation_run(evaluation, small, other, &scores, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    test_folder_remove(folder);
}

/* A style's own picture has no distance to it, nor has a photo to itself; pooled references are what they say. */
static void test_features(void)
{
    char *folder = test_folder_new();
    g_autofree char *vgg = test_write_vgg(folder, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomFeatures) features = idiom_features_load((const char *[]){vgg}, 1, device, &error);
    g_assert_no_error(error);
    g_autoptr(Picture) a = picture_of(folder, 1, 32, 24);
    g_autoptr(Picture) b = picture_of(folder, 2, 32, 24);
    g_autofree float *va = g_new(float, 3 * 32 * 24);
    g_autofree float *vb = g_new(float, 3 * 32 * 24);
    picture_to_floats(a, va);
    picture_to_floats(b, vb);
    const struct {
        Reference references[2];
        guint n;
        gboolean own; /* only picture a */
    } cases[] = {
        {{{va, 32, 24, 1}}, 1, TRUE},
        {{{va, 32, 24, 0.3}, {va, 32, 24, 0.7}}, 2, TRUE},
        {{{va, 32, 24, 0.5}, {vb, 32, 24, 0.5}}, 2, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Scores scores;
        g_autoptr(Evaluation) evaluation =
            evaluation_new(device, features, cases[i].references, cases[i].n, &error);
        g_assert_no_error(error);
        g_assert_true(evaluation_run(evaluation, b, a, &scores, &error));
        double before = scores.value[METRIC_VGG_PHOTO], after = scores.value[METRIC_VGG_OUTPUT];
        g_assert_cmpfloat(before, >, 0.01);
        if (cases[i].own)
            g_assert_cmpfloat(after, <, 1e-3);
        else
            g_assert_cmpfloat(after, >, 0.01);
        g_assert_cmpfloat(scores.value[METRIC_CONTENT], >, 0.1);
        g_assert_true(isnan(scores.value[METRIC_SQUEEZENET_OUTPUT]));
        g_assert_true(evaluation_run(evaluation, b, b, &scores, &error));
        g_assert_cmpfloat_with_epsilon(scores.value[METRIC_VGG_OUTPUT], before, 1e-5);
        g_assert_cmpfloat(scores.value[METRIC_CONTENT], ==, 0);
    }
    test_folder_remove(folder);
}

/* --- the tool ------------------------------------------------------------------------------------- */

/* Runs `idiom-train` with @arguments (separated by spaces) in @folder; returns stdout, and stderr in @said. */
static char *run(const char *folder, const char *arguments, gboolean expect_success, char **said)
{
    g_autofree char *line = g_strconcat(g_getenv("IDIOM_TRAIN"), " ", arguments, NULL);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_cwd(launcher, folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &error);
    g_assert_no_error(error);
    char *out = NULL;
    g_autofree char *err = NULL;
    g_subprocess_communicate_utf8(process, NULL, NULL, &out, &err, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", arguments, err);
    g_assert_cmpint(g_subprocess_get_successful(process), ==, expect_success);
    if (said)
        *said = g_steal_pointer(&err);
    return out;
}

static double member(JsonObject *object, const char *name)
{
    g_assert_true(json_object_has_member(object, name));
    return json_object_get_double_member(object, name);
}

static void test_tool(void)
{
    char *folder = test_folder_new();
    g_free(test_write_picture(folder, 1, 100, 110));
    g_free(test_write_picture(folder, 2, 120, 100));
    g_free(test_write_vgg(folder, 1));
    test_write_video(folder, "clip.avi", 64, 48, 5);

    g_autofree char *table =
        run(folder,
            "eval --style-file moods --mix wild --style picture-2.png:2,picture-1.png "
            "--features vgg.safetensors --json out.json picture-1.png picture-2.png clip.avi",
            TRUE, NULL);
    g_assert_nonnull(strstr(table, "picture-2.png"));
    g_assert_nonnull(strstr(table, "mean"));
    g_assert_nonnull(strstr(table, "clip.avi"));

    g_autofree char *path = g_build_filename(folder, "out.json", NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    json_parser_load_from_file(parser, path, &error);
    g_assert_no_error(error);
    JsonObject *root = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(root, "style"), ==, "wild");
    JsonArray *photos = json_object_get_array_member(root, "photos");
    g_assert_cmpuint(json_array_get_length(photos), ==, 2);
    double sum = 0;
    for (guint i = 0; i < 2; i++)
        sum += member(json_array_get_object_element(photos, i), "ssim");
    JsonObject *mean = json_object_get_object_member(root, "mean");
    g_assert_cmpfloat_with_epsilon(member(mean, "ssim"), sum / 2, 1e-12);
    g_assert_cmpfloat(member(mean, "style-vgg"), >, 0);
    g_assert_cmpfloat(member(mean, "content"), >, 0);
    g_assert_false(json_object_has_member(mean, "style-squeezenet")); /* not measured */
    JsonObject *video = json_array_get_object_element(json_object_get_array_member(root, "videos"), 0);
    g_assert_cmpint(json_object_get_int_member(video, "frames"), ==, 5);

    /* what is already stylized is not stylized again: a photo is like itself */
    g_autofree char *json = run(folder, "eval --output picture-1.png --json - picture-1.png", TRUE, NULL);
    g_autoptr(JsonParser) same = json_parser_new();
    json_parser_load_from_data(same, json, -1, &error);
    g_assert_no_error(error);
    mean = json_object_get_object_member(json_node_get_object(json_parser_get_root(same)), "mean");
    g_assert_cmpfloat_with_epsilon(member(mean, "ssim"), 1, 1e-5);

    /* of the look, too; a picture has its own colours */
    g_autofree char *look =
        run(folder,
            "eval --look --side 100 --style picture-1.png --output picture-1.png --json - "
            "picture-1.png",
            TRUE, NULL);
    g_autoptr(JsonParser) looks = json_parser_new();
    json_parser_load_from_data(looks, look, -1, &error);
    g_assert_no_error(error);
    mean = json_object_get_object_member(json_node_get_object(json_parser_get_root(looks)), "mean");
    g_assert_cmpfloat(member(mean, "palette"), <, 3); /* it is measured in two sizes */
    g_assert_cmpfloat(member(mean, "hue"), <, 0.1);

    /* what was measured can stand in a report */
    g_autofree char *report = g_strdup_printf("report %s/moods.safetensors --out report.html --style "
                                              "picture-1.png,picture-2.png:3 --figures out.json",
                                              g_getenv("IDIOM_STYLE_PATH"));
    g_free(run(folder, report, TRUE, NULL));
    g_autofree char *page_path = g_build_filename(folder, "report.html", NULL);
    g_autofree char *page = NULL;
    g_assert_true(g_file_get_contents(page_path, &page, NULL, &error));
    g_assert_nonnull(strstr(page, "calm, wild, sad"));
    g_assert_nonnull(strstr(page, "warping error, clip.avi"));
    g_assert_nonnull(strstr(page, "picture-2.png, weight 0.75"));
    test_folder_remove(folder);
}

static void test_errors(void)
{
    static const struct {
        const char *arguments, *expect;
    } cases[] = {
        {"eval --style-file tiny none.png", "none.png"},
        {"eval --style-file tiny empty.png", "empty.png"},
        {"eval --style-file tiny text.png", "text.png"},
        {"eval --style-file tiny one.png", "1x1 is too small"},
        {"eval --style-file tiny half.avi", "half.avi"},
        {"eval --style-file tiny none.avi", "none.avi"},
        {"eval --style-file tiny .", "directory"},
        {"eval --style-file nobody picture-1.png", "nobody"},
        {"eval --style-file broken picture-1.png", "broken"},
        {"eval --style-file moods --mix angry picture-1.png", "calm, wild, sad"},
        {"eval --output picture-1.png picture-1.png picture-1.png", "--output"},
        {"eval --output picture-1.png clip.avi", "one size"},
        {"eval --style picture-1.png:0 --features vgg.safetensors --output picture-1.png picture-1.png",
         "weight"},
        {"eval --style none.jpg --features vgg.safetensors --output picture-1.png picture-1.png", "none.jpg"},
        {"eval --features text.png --output picture-1.png picture-1.png", "text.png"},
        {"eval --json nowhere/out.json --output picture-1.png picture-1.png", "nowhere"},
        {"report none.safetensors", "none.safetensors"},
        {"report text.png", "text.png"},
        {"eval --side 8 --output picture-1.png picture-1.png", "--side"},
        {"eval --separate 9 --output picture-1.png picture-1.png", "--separate"},
    };
    char *folder = test_folder_new();
    g_free(test_write_picture(folder, 1, 100, 110));
    g_free(test_write_vgg(folder, 1));
    test_write_video(folder, "clip.avi", 64, 48, 5);
    test_write_video(folder, "none.avi", 64, 48, 0);
    test_write_file(folder, "empty.png", "", 0);
    test_write_file(folder, "text.png", "not a picture", -1);
    g_autofree char *one = g_build_filename(folder, "one.png", NULL);
    g_autofree char *clip = g_build_filename(folder, "clip.avi", NULL);
    g_autofree char *bytes = NULL;
    g_autoptr(Picture) pixel = picture_new(1, 1);
    memset(pixel->rgb, 128, 3);
    g_autoptr(GError) error = NULL;
    g_assert_true(picture_write_png(pixel, one, &error));
    g_assert_true(g_file_get_contents(clip, &bytes, NULL, &error));
    test_write_file(folder, "half.avi", bytes, 4000);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = NULL;
        g_autofree char *out = run(folder, cases[i].arguments, FALSE, &said);
        g_assert_nonnull(strstr(said, cases[i].expect));
        g_assert_cmpstr(out, ==, "");
        char *end = strchr(said, '\n');
        g_assert_true(end && !end[1]); /* one line */
    }
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_nonnull(g_getenv("IDIOM_TRAIN"));
    char *styles = test_styles_create();
    g_test_add_func("/eval/ssim", test_ssim);
    g_test_add_func("/eval/features", test_features);
    g_test_add_func("/eval/tool", test_tool);
    g_test_add_func("/eval/errors", test_errors);
    int status = g_test_run();
    test_styles_remove(styles);
    return status;
}
