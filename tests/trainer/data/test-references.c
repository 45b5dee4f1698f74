/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pictures of a style: lists and folders of them, poor ones, and files that are none. */
#include "data/reference.h"
#include "data/references.h"
#include "trainer-files.h"

#include <idiom/error.h>
#include <libavutil/log.h>
#include <math.h>
#include <string.h>

#define SIDE 160

typedef struct {
    char *folder;
} Fixture;

static void setup(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = test_folder_new();
}

static void teardown(Fixture *f, gconstpointer data)
{
    (void)data;
    test_folder_remove(f->folder);
}

/* --- lists ---------------------------------------------------------------------------------------- */

static void test_list(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *domain = g_build_filename(f->folder, "domain", NULL);
    g_mkdir(domain, 0700);
    for (guint i = 0; i < 70; i++)
        g_free(test_write_picture(domain, i, 8, 8));
    test_write_file(domain, "notes.txt", "no picture\n", -1);
    test_write_file(domain, "empty.png", "", 0);
    test_write_video(domain, "video.avi", 32, 32, 5);
    g_autofree char *one = test_write_picture(f->folder, 99, 8, 8);
    {
        g_autofree char *list = g_strdup_printf("%s:3,%s", domain, one);
        g_auto(GStrv) files = NULL;
        g_autofree double *weights = NULL;
        g_assert_true(parse_references(list, &files, &weights, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(g_strv_length(files), ==, 65);
        double sum = 0;
        for (guint i = 0; i < 64; i++) {
            sum += weights[i];
            g_assert_cmpfloat(fabs(weights[i] - 0.75 / 64), <, 1e-12);
            g_assert_true(g_str_has_prefix(files[i], domain));
            for (guint k = 0; k < i; k++)
                g_assert_cmpstr(files[i], !=, files[k]);
        }
        g_assert_cmpstr(files[64], ==, one);
        g_assert_cmpfloat(fabs(sum + weights[64] - 1), <, 1e-12);
    }
    const struct {
        const char *suffix, *message;
    } bad[] = {{"/none.png", "no such file"},
               {"/domain:0", "above 0"},
               {"/domain:-1", "above 0"},
               {":1", "no picture in this folder"}};
    g_assert_cmpint(g_unlink(one), ==, 0); /* so that there is none beside the folder */
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *list = g_strconcat(f->folder, bad[i].suffix, NULL);
        g_auto(GStrv) files = NULL;
        g_autofree double *weights = NULL;
        g_assert_false(parse_references(list, &files, &weights, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, bad[i].message));
        g_clear_error(&error);
    }
}

/* --- flaws ---------------------------------------------------------------------------------------- */

/* Strokes: soft waves of two widths in some colours. */
static Picture *strokes_new(guint w, guint h)
{
    Picture *picture = picture_new(w, h);
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++)
            for (guint c = 0; c < 3; c++)
                picture->rgb[3 * (y * w + x) + c] = (guint8)lrint(128 + 45 * sin(0.25 * x + 0.15 * y) +
                                                                  40 * sin(0.05 * (x + 20.0 * c) - 0.1 * y));
    return picture;
}

static double distance(const Picture *a, const Picture *b)
{
    double sum = 0;
    for (guint i = 0; i < 3 * a->w * a->h; i++)
        sum += pow(a->rgb[i] - b->rgb[i], 2);
    return sqrt(sum / (3 * a->w * a->h));
}

static char *write_png(const Fixture *f, const char *name, const Picture *picture)
{
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(picture_write_png(picture, path, &error));
    return path;
}

static guint8 disturbed(int value, double by)
{
    return (guint8)CLAMP(lrint(value + by), 0, 255);
}

static void test_flaws(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    g_autoptr(Picture) good = strokes_new(SIDE + 20, SIDE);
    g_autoptr(Picture) noisy = strokes_new(SIDE + 20, SIDE);
    g_autoptr(Picture) blocky = strokes_new(SIDE + 20, SIDE);
    for (guint i = 0; i < 3 * good->w * good->h; i++)
        noisy->rgb[i] = disturbed(good->rgb[i], g_rand_double_range(rand, -12, 12) * G_SQRT2 * 1.2247);
    for (guint top = 0; top < SIDE; top += 8)
        for (guint left = 0; left < good->w; left += 8) {
            const double step = g_rand_double_range(rand, -25, 25);
            for (guint y = top; y < top + 8; y++)
                for (guint i = 3 * left; i < 3 * MIN(left + 8, good->w); i++)
                    blocky->rgb[3 * y * good->w + i] = disturbed(good->rgb[3 * y * good->w + i], step);
        }
    g_assert_cmpfloat(picture_flaws(good).noise, <, 1);
    g_assert_cmpfloat(picture_flaws(good).blocks, <, 1);
    g_assert_cmpfloat(fabs(picture_flaws(noisy).noise - 12), <, 2.5);
    g_assert_cmpfloat(picture_flaws(noisy).blocks, <, 3);
    g_assert_cmpfloat(picture_flaws(blocky).noise, <, 1);
    g_assert_cmpfloat(picture_flaws(blocky).blocks, >, 5);

    const struct {
        const char *name;
        const Picture *picture;
        double low, high; /* quality */
    } cases[] = {{"good.png", good, 1, 1}, {"noisy.png", noisy, 0.3, 0.6}, {"blocky.png", blocky, 0.2, 0.7}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = write_png(f, cases[i].name, cases[i].picture);
        g_autoptr(Picture) loaded = NULL;
        double quality;
        g_assert_true(reference_load(path, SIDE, &loaded, &quality, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(loaded->w, ==, SIDE + 20);
        g_assert_cmpuint(loaded->h, ==, SIDE);
        g_assert_cmpfloat(quality, >=, cases[i].low);
        g_assert_cmpfloat(quality, <=, cases[i].high);
        g_assert_cmpfloat(distance(loaded, good), <=, 0.95 * distance(cases[i].picture, good));
        const Flaws before = picture_flaws(cases[i].picture), after = picture_flaws(loaded);
        g_test_message("noise %.2f -> %.2f, blocks %.2f -> %.2f, distance %.2f -> %.2f", before.noise,
                       after.noise, before.blocks, after.blocks, distance(cases[i].picture, good),
                       distance(loaded, good));
        g_assert_cmpfloat(after.noise, <, MAX(0.4 * before.noise, 1));
        g_assert_cmpfloat(after.blocks, <, MAX(0.6 * before.blocks, 1));
    }

    /* a small one is enlarged, and counts less */
    g_autoptr(Picture) small = strokes_new(SIDE / 2, SIDE / 2 + 4);
    g_autofree char *path = write_png(f, "small.png", small);
    g_autoptr(Picture) loaded = NULL;
    double quality;
    g_assert_true(reference_load(path, SIDE, &loaded, &quality, &error));
    g_assert_cmpuint(loaded->w, ==, SIDE);
    g_assert_cmpuint(loaded->h, ==, SIDE + 8);
    g_assert_cmpfloat(fabs(quality - 0.5), <, 1e-6);
}

/* --- files that are none -------------------------------------------------------------------------- */

static void put_32(guint8 *bytes, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(bytes, &value, 4);
}

/* The beginning of a PNG file that claims to be of this size. */
static void write_claim(const char *folder, const char *name, guint w, guint h)
{
    guint8 bytes[45] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    put_32(bytes + 16, w);
    put_32(bytes + 20, h);
    bytes[24] = 8;
    bytes[25] = 2;
    guint32 crc = 0xffffffff;
    for (guint i = 12; i < 29; i++) {
        crc ^= bytes[i];
        for (guint k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    put_32(bytes + 29, ~crc);
    memcpy(bytes + 33 + 4, "IDAT\x35\xaf\x06\x1e", 8); /* no pixels at all, and a right checksum */
    test_write_file(folder, name, (const char *)bytes, sizeof bytes);
}

static void test_bad(Fixture *f, gconstpointer data)
{
    (void)data;
    test_write_file(f->folder, "empty.jpg", "", 0);
    test_write_file(f->folder, "text.png", "this is no picture", -1);
    write_claim(f->folder, "huge.png", 20000, 20000);
    write_claim(f->folder, "long.png", 3, 20000);
    write_claim(f->folder, "cut.png", 200, 200);
    g_free(test_write_picture(f->folder, 1, 1, 1));
    test_write_video(f->folder, "frameless.avi", 32, 32, 0);
    const struct {
        const char *name, *message;
    } cases[] = {{"empty.jpg", ""},
                 {"text.png", "cannot be decoded"},
                 {"huge.png", "larger than 16384 pixels"},
                 {"long.png", "3x20000 is too large: at most 16384 pixels a side"},
                 {"cut.png", "cannot be decoded"},
                 {"picture-1.png", "1x1 is too small"},
                 {"frameless.avi", "no frame in it"},
                 {"missing.png", "No such file"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = g_build_filename(f->folder, cases[i].name, NULL);
        Picture *picture = NULL;
        double quality;
        g_assert_false(reference_load(path, SIDE, &picture, &quality, &error));
        g_assert_null(picture);
        g_test_message("%s", error->message);
        g_assert_true(g_str_has_prefix(error->message, path));
        g_assert_nonnull(strstr(error->message, cases[i].message));
        g_assert_null(strchr(error->message, '\n'));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add("/references/list", Fixture, NULL, setup, test_list, teardown);
    g_test_add("/references/flaws", Fixture, NULL, setup, test_flaws, teardown);
    g_test_add("/references/bad", Fixture, NULL, setup, test_bad, teardown);
    return g_test_run();
}
