/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks drawn by rule, and `idiom-train paint` as its users meet it. IDIOM_TRAIN names the tool. */
#include "judge/look.h"
#include "paint/flow.h"
#include "paint/motif.h"
#include "paint/paint.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom-unstable/noise.h>
#include <idiom/error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 64

/* Dark (value 40) left of the middle and light (200) from there on, with noise of +-@noise. */
static Picture *halves(guint noise)
{
    Picture *picture = picture_new(SIDE, SIDE);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (guint i = 0; i < SIDE * SIDE; i++) {
        const int value = i % SIDE < SIDE / 2 ? 40 : 200;
        const int grain = noise ? g_rand_int_range(rand, -(gint)noise, (gint)noise + 1) : 0;
        memset(picture->rgb + 3 * i, value + grain, 3);
    }
    return picture;
}

static void test_colour(void)
{
    g_autoptr(Picture) picture = picture_new(16, 16);
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    for (guint i = 0; i < 3 * 16 * 16; i++)
        picture->rgb[i] = (guint8)g_rand_int_range(rand, 0, 256);
    g_autoptr(Field) lab = field_lab(picture);
    for (guint i = 0; i < 16 * 16; i++) {
        float rgb[3];
        field_rgb_of_lab((const float[]){lab->v[i], lab->v[256 + i], lab->v[512 + i]}, rgb);
        for (guint c = 0; c < 3; c++)
            g_assert_cmpfloat_with_epsilon(rgb[c], picture->rgb[3 * i + c] / 255.0, 0.01);
    }
}

/* The flow runs along an edge; blurring spreads it evenly and keeps the mean. */
static void test_flow(void)
{
    g_autoptr(Picture) picture = halves(0);
    g_autoptr(Field) lab = field_lab(picture);
    g_autoptr(Field) flow = flow_of(lab, 3);
    const guint edge = 30 * SIDE + SIDE / 2;
    g_assert_cmpfloat(fabs(flow->v[SIDE * SIDE + edge]), >, 0.99);
    g_assert_cmpfloat(flow->v[2 * SIDE * SIDE + edge], >, 0.9);
    g_assert_cmpfloat(flow->v[2 * SIDE * SIDE + 30 * SIDE + 2], <, 0.1);
    g_autoptr(Field) soft = field_blur(lab, 3);
    const float middle = (soft->v[edge] + soft->v[edge - 1]) / 2, ends = (lab->v[0] + lab->v[SIDE - 1]) / 2;
    g_assert_cmpfloat_with_epsilon(middle, ends, 0.1);
    g_assert_cmpfloat_with_epsilon(soft->v[30 * SIDE], lab->v[0], 0.1);
}

/* Ink where it gets dark, and none on flat paper. */
static void test_lines(void)
{
    g_autoptr(Picture) picture = halves(0);
    g_autoptr(Field) lab = field_lab(picture);
    g_autoptr(Field) flow = flow_of(lab, 3);
    g_autoptr(Field) lines = flow_lines(lab, flow, 1.2f, 20, 0.05f, 9);
    const float *row = lines->v + 30 * SIDE;
    g_assert_cmpfloat(row[SIDE / 2 - 1], <, 0.2);
    for (guint x = 0; x < SIDE; x++)
        if (x < SIDE / 2 - 8 || x >= SIDE / 2)
            g_assert_cmpfloat(row[x], >, 0.95);
}

/* Grain goes, and the edge stays within a pixel or two. */
static void test_daubs(void)
{
    g_autoptr(Picture) picture = halves(12);
    g_autoptr(Field) lab = field_lab(picture);
    g_autoptr(Field) flow = flow_of(lab, 3);
    g_autoptr(Field) daubs = flow_daubs(lab, flow, 5);
    const float dark = daubs->v[30 * SIDE + SIDE / 2 - 3], light = daubs->v[30 * SIDE + SIDE / 2 + 2];
    g_assert_cmpfloat(light - dark, >, 0.9 * (lab->v[SIDE - 1] - lab->v[0]));
    double before = 0, after = 0;
    for (guint y = 16; y < 48; y++)
        for (guint x = 8; x < 24; x++) {
            const guint i = y * SIDE + x;
            before += fabs(lab->v[i] - lab->v[i + 1]);
            after += fabs(daubs->v[i] - daubs->v[i + 1]);
        }
    g_assert_cmpfloat(after, <, before / 4);
}

/* Each look is its own, the same each time, and moves with the photo: only then can a network learn it. */
static void test_looks(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) photo = halves(30);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint count = 0;
    for (const PaintLook *look = paint_looks(); look->name; look++, count++) {
        g_autoptr(Picture) one = paint_picture(look->name, photo, 3, 4, &error);
        g_assert_no_error(error);
        g_autoptr(Picture) again = paint_picture(look->name, photo, 3, 4, &error);
        g_assert_cmpmem(one->rgb, 3 * SIDE * SIDE, again->rgb, 3 * SIDE * SIDE);
        char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, one->rgb, 3 * SIDE * SIDE);
        g_assert_true(g_hash_table_add(seen, sum));
        g_assert_cmpstr(look->help, !=, "");
    }
    g_assert_cmpuint(count, >=, 7);
    g_assert_null(paint_picture("crayon", photo, 0, 0, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "'crayon'"));
    g_assert_nonnull(strstr(error->message, "woodblock"));
}

/* Looks that paint from noise too; the others draw nothing where there is nothing. */
static gboolean from_noise(const char *look)
{
    static const char *const names[] = {"composition", "scream", "starry", "wave", NULL};
    return g_strv_contains(names, look);
}

static Picture *flat_photo(guint side)
{
    Picture *photo = picture_new(side, side);
    for (guint i = 0; i < 3 * side * side; i++)
        photo->rgb[i] = i % 3 ? 90 : 160;
    return photo;
}

/* A flat picture stays flat in the one, whatever its colour, and has forms in the other. */
static void test_flat(void)
{
    for (const PaintLook *look = paint_looks(); look->name; look++) {
        g_autoptr(GError) error = NULL;
        const guint side = from_noise(look->name) ? 128 : 24;
        g_autoptr(Picture) photo = flat_photo(side);
        g_autoptr(Picture) picture = paint_picture(look->name, photo, 0, 0, &error);
        g_assert_no_error(error);
        if (!from_noise(look->name)) {
            for (guint i = 3; i < 3 * side * side; i++)
                g_assert_cmpint(abs(picture->rgb[i] - picture->rgb[i % 3]), <=, 1);
            continue;
        }
        Look measured;
        look_measure(photo, picture, &measured);
        g_test_message("%s: %.1f, forms %.0f", look->name, measured.flat_output, measured.forms_output);
        g_assert_cmpfloat(measured.flat_output, >, 20);
        g_assert_cmpfloat(measured.forms_output, >, 100);
    }
}

/* A motif's noise at a pixel is the field's at its place, bilinear between the cells. */
static void test_noise(void)
{
    g_autoptr(Picture) photo = flat_photo(24);
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Motif) motif = motif_new(lab, 200, 255);
    for (guint i = 0; i < 24 * 24; i++) {
        const double x = 200 + (i % 24 + 0.5) / IDIOM_NOISE_CELL - 0.5,
                     y = 255 + (i / 24 + 0.5) / IDIOM_NOISE_CELL - 0.5;
        if (i % 24 < 2 || i / 24 < 2)
            continue; /* the network has no cells beyond its picture either */
        float left[2], right[2], here[2];
        idiom_noise_at(floor(x), floor(y), left);
        idiom_noise_at(floor(x) + 1, floor(y), right);
        for (guint c = 0; c < 2; c++)
            here[c] = left[c] + (float)(x - floor(x)) * (right[c] - left[c]);
        idiom_noise_at(floor(x), floor(y) + 1, left);
        idiom_noise_at(floor(x) + 1, floor(y) + 1, right);
        for (guint c = 0; c < 2; c++) {
            const float low = left[c] + (float)(x - floor(x)) * (right[c] - left[c]);
            g_assert_cmpfloat_with_epsilon(motif->noise->v[c * 24 * 24 + i],
                                           here[c] + (float)(y - floor(y)) * (low - here[c]), 1e-4f);
        }
    }
}

/* Paint follows the scene: where photo and noise move by a cell, so does the picture (away from its sides). */
static void test_moves(void)
{
    enum { W = 200, STEP = IDIOM_NOISE_CELL };
    g_autoptr(GError) error = NULL;
    for (const PaintLook *look = paint_looks(); look->name; look++) {
        if (!from_noise(look->name))
            continue;
        g_autoptr(Picture) photo = flat_photo(W);
        g_autoptr(Picture) one = paint_picture(look->name, photo, 7, 9, &error);
        g_assert_no_error(error);
        g_autoptr(Picture) two = paint_picture(look->name, photo, 8, 9, &error);
        g_assert_no_error(error);
        double difference = 0;
        guint count = 0;
        for (guint y = W / 2 - 12; y < W / 2 + 12; y++)
            for (guint x = 3 * (W / 2 - 12); x < 3 * (W / 2 + 12); x++, count++)
                difference += abs(one->rgb[3 * y * W + x + 3 * STEP] - two->rgb[3 * y * W + x]);
        g_test_message("%s: %.2f", look->name, difference / count);
        g_assert_cmpfloat(difference / count, <, 2);
    }
}

static gboolean run(const char *look, const char *folder, const char *photo, char **said)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, g_getenv("IDIOM_TRAIN"), "paint", "--side",
                         "40", look, folder, photo, NULL);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, NULL, said, &error);
    g_assert_no_error(error);
    return g_subprocess_get_successful(process);
}

/* Pictures have the names under which distill looks for them. */
static void test_tool(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = test_folder_new();
    g_autofree char *photo = test_write_picture(folder, 1, 60, 50), *said = NULL, *wrong = NULL;
    g_autofree char *name = g_path_get_basename(photo), *made = g_build_filename(folder, "ink", name, NULL);
    g_autofree char *drawn = g_path_get_dirname(made);
    g_assert_true(run("ink", drawn, photo, &said));
    g_autoptr(Picture) result = picture_load(made, 0, 0, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(result->w, ==, 48);
    g_assert_cmpuint(result->h, ==, 40);
    g_assert_false(run("crayon", drawn, photo, &wrong));
    g_assert_nonnull(strstr(wrong, "watercolour"));
    g_unlink(made);
    g_rmdir(drawn);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paint/colour", test_colour);
    g_test_add_func("/paint/flow", test_flow);
    g_test_add_func("/paint/lines", test_lines);
    g_test_add_func("/paint/daubs", test_daubs);
    g_test_add_func("/paint/looks", test_looks);
    g_test_add_func("/paint/flat", test_flat);
    g_test_add_func("/paint/noise", test_noise);
    g_test_add_func("/paint/moves", test_moves);
    g_test_add_func("/paint/tool", test_tool);
    return g_test_run();
}
