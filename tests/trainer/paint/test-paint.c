/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks drawn by rule, and `idiom-train paint` as its users meet it. IDIOM_TRAIN names the tool. */
#include "judge/look.h"
#include "paint/flow.h"
#include "paint/motif.h"
#include "paint/paint.h"
#include "style-files.h"
#include "trainer-files.h"

#include <gio/gio.h>
#include <idiom-unstable/noise.h>
#include <idiom/error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 64
#define QUIET 10 /* contrast of what is still a tint */
#define FORMS 20

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

static Picture *flat_photo(guint side)
{
    Picture *photo = picture_new(side, side);
    for (guint i = 0; i < 3 * side * side; i++)
        photo->rgb[i] = i % 3 ? 90 : 160;
    return photo;
}

/* A flat picture is painted all the same, in forms and not in grain. */
static void test_flat(void)
{
    for (const PaintLook *look = paint_looks(); look->name; look++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Picture) photo = flat_photo(128);
        g_autoptr(Picture) picture = paint_picture(look->name, photo, 0, 0, &error);
        g_assert_no_error(error);
        Look measured;
        look_measure(photo, picture, NULL, &measured);
        g_test_message("%s: %.1f, forms %.0f", look->name, measured.flat_output, measured.forms_output);
        g_assert_cmpfloat(measured.flat_output, >, QUIET);
        g_assert_cmpfloat(measured.forms_output, >, FORMS);
    }
}

/* What a network is to paint on has the noise where the photo is flat, as much as is asked for, black and white too, and
 * none where it is busy. */
static void test_ground(void)
{
    for (guint value = 0; value < 256; value += 85) {
        g_autoptr(Picture) photo = picture_new(128, 128);
        memset(photo->rgb, (int)value, 3 * 128 * 128);
        Look none, some, more;
        g_autoptr(Picture) bare = paint_ground(photo, 0, 0, 0, 0), ground = paint_ground(photo, 0, 0, 4, 4),
                           strong = paint_ground(photo, 0, 0, 12, 12);
        look_measure(photo, bare, NULL, &none);
        look_measure(photo, ground, NULL, &some);
        look_measure(photo, strong, NULL, &more);
        g_test_message("%u: %.1f, %.1f, %.1f", value, none.flat_output, some.flat_output, more.flat_output);
        g_assert_cmpfloat(none.flat_output, <, 0.5);
        g_assert_cmpfloat(some.flat_output, >, 4);
        g_assert_cmpfloat(more.flat_output, >, 1.5 * some.flat_output);
    }
    g_autoptr(Picture) busy = halves(0);
    for (guint i = 0; i < SIDE * SIDE; i++)
        memset(busy->rgb + 3 * i, (i % SIDE / 4 + i / SIDE / 4) % 2 ? 200 : 40, 3);
    g_autoptr(Picture) kept = paint_ground(busy, 0, 0, 12, 12);
    for (guint i = 0; i < 3 * SIDE * SIDE; i++)
        g_assert_cmpint(abs(kept->rgb[i] - busy->rgb[i]), <=, 6);
}

/* Skin is spared: a face is smooth, and not to be lost in waves. */
static void test_skin(void)
{
    static const guint8 faces[][3] = {{224, 172, 140}, {150, 100, 75}, {255, 219, 190}},
                        sky[] = {120, 170, 230};
    for (guint f = 0; f <= G_N_ELEMENTS(faces); f++) {
        g_autoptr(Picture) photo = picture_new(24, 24);
        for (guint i = 0; i < 24 * 24; i++)
            memcpy(photo->rgb + 3 * i, f < G_N_ELEMENTS(faces) ? faces[f] : sky, 3);
        g_autoptr(Field) lab = field_lab(photo);
        g_autoptr(Motif) motif = motif_new(lab, 0, 0);
        g_test_message("%u: %.2f", f, motif->detail->v[12 * 24 + 12]);
        if (f < G_N_ELEMENTS(faces))
            g_assert_cmpfloat(motif->detail->v[12 * 24 + 12], >, 0.5);
        else
            g_assert_cmpfloat(motif->detail->v[12 * 24 + 12], <, 0.05);
    }
}

/* One of the bands lies across, the other hangs down: along them less changes. */
static void test_bands(void)
{
    enum { W = 256 };
    g_autoptr(Picture) photo = flat_photo(W);
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Motif) motif = motif_new(lab, 0, 0);
    double changes[2][2] = {{0}}, squares[2] = {0};
    for (guint c = 0; c < 2; c++)
        for (guint y = 32; y < W - 32; y++)
            for (guint x = 32; x < W - 32; x++) {
                const float *v = motif->bands->v + (gsize)c * W * W + (gsize)y * W + x;
                changes[c][0] += fabsf(v[1] - v[0]);
                changes[c][1] += fabsf(v[W] - v[0]);
                squares[c] += v[0] * v[0] / ((W - 64.0) * (W - 64));
            }
    g_assert_cmpfloat(changes[0][1], >, 1.6 * changes[0][0]);
    g_assert_cmpfloat(changes[1][0], >, 1.6 * changes[1][1]);
    for (guint c = 0; c < 2; c++)
        g_assert_cmpfloat_with_epsilon(sqrt(squares[c]), 1, 0.25);
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

static gboolean run(const char *look, const char *folder, const char *photo, const char *strokes, char **said)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, g_getenv("IDIOM_TRAIN"), "paint", "--side",
                         "40", "--strokes", strokes, look, folder, photo, NULL);
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
    g_assert_true(run("ink", drawn, photo, "8", &said));
    g_autoptr(Picture) result = picture_load(made, 0, 0, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(result->w, ==, 48);
    g_assert_cmpuint(result->h, ==, 40);
    g_assert_false(run("crayon", drawn, photo, "8", &wrong));
    g_assert_nonnull(strstr(wrong, "watercolour"));
    g_unlink(made);
    g_rmdir(drawn);
    test_folder_remove(folder);
}

/* A network paints what the ground brings to it. */
static void test_network(void)
{
    g_autoptr(GError) error = NULL;
    char *styles = test_styles_create(), *folder = test_folder_new();
    g_autofree char *style = g_build_filename(styles, "tiny.safetensors", NULL),
                    *photo = test_write_picture(folder, 1, 60, 50), *said = NULL, *wrong = NULL, *lost = NULL;
    g_autofree char *name = g_path_get_basename(photo),
                    *made = g_build_filename(folder, "painted", name, NULL);
    g_autofree char *painted = g_path_get_dirname(made);
    gboolean same = TRUE;
    for (guint i = 0; i < 2; i++) {
        g_assert_true(run(style, painted, photo, i ? "30" : "0", &said));
        g_clear_pointer(&said, g_free);
        g_autoptr(Picture) picture = picture_load(made, 0, 0, 0, &error);
        g_assert_no_error(error);
        static guint8 before[3 * 48 * 40];
        g_assert_cmpuint(3 * picture->w * picture->h, ==, sizeof before);
        same = memcmp(before, picture->rgb, sizeof before) == 0;
        memcpy(before, picture->rgb, sizeof before);
    }
    g_assert_false(same);
    g_assert_false(run(style, painted, photo, "-1", &wrong));
    g_assert_nonnull(strstr(wrong, "--strokes"));
    g_assert_false(run("none.onnx", painted, photo, "0", &lost));
    g_assert_nonnull(strstr(lost, "none.onnx"));
    g_unlink(made);
    g_rmdir(painted);
    test_folder_remove(folder);
    test_styles_remove(styles);
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
    g_test_add_func("/paint/ground", test_ground);
    g_test_add_func("/paint/skin", test_skin);
    g_test_add_func("/paint/bands", test_bands);
    g_test_add_func("/paint/noise", test_noise);
    g_test_add_func("/paint/moves", test_moves);
    g_test_add_func("/paint/tool", test_tool);
    g_test_add_func("/paint/network", test_network);
    return g_test_run();
}
