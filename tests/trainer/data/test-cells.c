/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The noise that comes with a batch: that of the photo's place, moved as the picture is. */
#include "data/cells.h"
#include "data/data.h"
#include "trainer-files.h"

#include <idiom-unstable/noise.h>
#include <math.h>
#include <string.h>

#define CROP 48
#define BATCH 2
#define PIXELS (CROP * CROP)
#define SIDE (CROP / IDIOM_NOISE_CELL)
#define CELLS (IDIOM_NOISE_CHANNELS * SIDE * SIDE)

/* A picture that shows where its pixels are: 255 x red, 255 x green. */
static void write_map(const char *folder, const char *name, guint w, guint h)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) picture = picture_new(w, h);
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++) {
            picture->rgb[3 * (y * w + x)] = (guint8)x;
            picture->rgb[3 * (y * w + x) + 1] = (guint8)y;
        }
    g_autofree char *path = g_build_filename(folder, name, NULL);
    picture_write_png(picture, path, &error);
    g_assert_no_error(error);
}

static Data *open_data(const char *photos, const Pairs *pairs)
{
    g_autoptr(GError) error = NULL;
    const DataStyle style = {.pairs = pairs};
    const DataParams params = {.seed = 3,
                               .batch = BATCH,
                               .crop = CROP,
                               .styles = &style,
                               .n_styles = 1,
                               .moved = TRUE,
                               .max_shift = 6,
                               .field = TRUE};
    Data *data = data_new((const char *const[]){photos, NULL}, &params, &error);
    g_assert_no_error(error);
    return data;
}

/* That cell (@i, @j) of @cells is what the field has where (@x, @y) is, in pixels. */
static void assert_cell(const float *cells, guint i, guint j, double x, double y)
{
    float expected[IDIOM_NOISE_CHANNELS];
    idiom_noise_at((x + 0.5) / 4 - 0.5, (y + 0.5) / 4 - 0.5, expected);
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        g_assert_cmpfloat_with_epsilon(cells[(c * SIDE + j) * SIDE + i], expected[c], 1e-3);
}

/* Mean of @flow over the four pixels around the centre of cell (@i, @j). */
static double around(const float *flow, guint i, guint j)
{
    const float *p = flow + (4 * j + 1) * CROP + 4 * i + 1;
    return (p[0] + p[1] + p[CROP] + p[CROP + 1]) / 4.0;
}

/*
 * With a teacher, a crop has the noise of the photo's own place, which its name alone decides, at any whole pixel; the
 * second view has it where the picture went.
 */
static void test_taught(void)
{
    char *folder = test_folder_new();
    g_autofree char *photos = g_build_filename(folder, "photos", NULL);
    g_autofree char *painted = g_build_filename(folder, "painted", NULL);
    g_assert_cmpint(g_mkdir(photos, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(painted, 0700), ==, 0);
    write_map(photos, "here.jpg", 150, 120);
    write_map(painted, "here.png", 150, 120);
    g_autoptr(GError) error = NULL;
    g_autoptr(Pairs) pairs = pairs_open(painted, &error);
    g_assert_no_error(error);
    g_autoptr(Data) data = open_data(photos, pairs);
    data_start(data, 0);
    int place[2];
    idiom_noise_offset("here", &place[0], &place[1]);
    guint between = 0;
    for (guint k = 0; k < 20; k++) {
        const Batch *batch = data_next(data, &error);
        g_assert_no_error(error);
        for (guint n = 0; n < BATCH; n++) {
            const float *content = batch->content + 3 * n * PIXELS, *flow = batch->flow + 2 * n * PIXELS;
            const double left = 4 * place[0] + rint(255 * content[0]);
            const double top = 4 * place[1] + rint(255 * content[PIXELS]);
            between += fmod(left, 4) != 0;
            for (guint j = 0; j < SIDE; j++)
                for (guint i = 0; i < SIDE; i++) {
                    const double x = 4 * i + 1.5, y = 4 * j + 1.5;
                    assert_cell(batch->field + n * CELLS, i, j, left + x, top + y);
                    assert_cell(batch->field_moved + n * CELLS, i, j, left + x + around(flow, i, j),
                                top + y + around(flow + PIXELS, i, j));
                }
        }
    }
    g_assert_cmpuint(between, >, 10);
    test_folder_remove(folder);
}

/* Without a teacher the same photo lies now here and now there, whenever it is asked for. */
static void test_anywhere(void)
{
    char *folder = test_folder_new();
    write_map(folder, "here.png", 150, 120);
    g_autoptr(GError) error = NULL;
    g_autoptr(Data) a = open_data(folder, NULL), b = open_data(folder, NULL);
    data_start(a, 0);
    data_start(b, 3);
    const Batch *batch = NULL;
    for (guint i = 0; i <= 3; i++)
        batch = data_next(a, &error);
    const Batch *same = data_next(b, &error);
    g_assert_cmpmem(batch->field, BATCH * CELLS * sizeof(float), same->field, BATCH * CELLS * sizeof(float));
    g_assert_cmpmem(batch->field_moved, BATCH * CELLS * sizeof(float), same->field_moved,
                    BATCH * CELLS * sizeof(float));
    g_assert_cmpint(memcmp(batch->field, batch->field + CELLS, CELLS * sizeof(float)), !=, 0);
    test_folder_remove(folder);
}

/* Where the flow leads out of all bounds, there is something new: it stays where it is. */
static void test_flow(void)
{
    g_autofree float *flow = g_new0(float, 2 * PIXELS), *cells = g_new(float, cells_count(CROP));
    const double place[2] = {40, 1000};
    g_assert_cmpuint(cells_count(CROP), ==, CELLS);
    for (guint k = 0; k < PIXELS; k++) {
        const gboolean seen = k % CROP < CROP / 2;
        flow[k] = seen ? -2.25f : 2.0f * CROP;
        flow[PIXELS + k] = seen ? 5.5f : 2.0f * CROP;
    }
    cells_after_flow(place, flow, CROP, cells);
    for (guint j = 0; j < SIDE; j++)
        for (guint i = 0; i < SIDE; i++) {
            const gboolean seen = i < SIDE / 2;
            assert_cell(cells, i, j, 40 + 4 * i + 1.5 - (seen ? 2.25 : 0),
                        1000 + 4 * j + 1.5 + (seen ? 5.5 : 0));
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cells/taught", test_taught);
    g_test_add_func("/cells/anywhere", test_anywhere);
    g_test_add_func("/cells/flow", test_flow);
    return g_test_run();
}
