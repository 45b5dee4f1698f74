/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trainer's data: pictures, batches that depend on the seed alone, files that cannot be used. */
#include "data.h"
#include "trainer-files.h"

#include <idiom/error.h>
#include <libavutil/log.h>
#include <math.h>
#include <string.h>

#define CROP 48
#define BATCH 3
#define VALUES (3 * CROP * CROP)

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

static IdiomData *open_data(const char *path, guint64 seed, GError **error)
{
    IdiomDataParams params = {.seed = seed, .batch = BATCH, .crop = CROP, .max_shift = 6};
    return idiom_data_new((const char *const[]){path, NULL}, &params, error);
}

static void assert_same_batch(const IdiomBatch *a, const IdiomBatch *b)
{
    g_assert_cmpuint(a->index, ==, b->index);
    g_assert_cmpmem(a->content, BATCH * VALUES * sizeof(float), b->content, BATCH * VALUES * sizeof(float));
    g_assert_cmpmem(a->shifted, BATCH * VALUES * sizeof(float), b->shifted, BATCH * VALUES * sizeof(float));
    g_assert_cmpmem(a->offset, 2 * BATCH * sizeof(float), b->offset, 2 * BATCH * sizeof(float));
}

/* Batch k is the same whoever asks, and whether or not the batches before it were made. */
static void test_deterministic(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < 5; i++)
        g_free(test_write_picture(f->folder, i, 80 + 13 * i, 70 + 29 * i));
    test_write_video(f->folder, "video.avi", 96, 64, 40);
    g_autoptr(IdiomData) a = open_data(f->folder, 7, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomData) b = open_data(f->folder, 7, &error);
    g_autoptr(IdiomData) other = open_data(f->folder, 8, &error);
    g_assert_cmpuint(idiom_data_files(a), ==, 6);
    idiom_data_start(a, 0);
    idiom_data_start(b, 20);
    idiom_data_start(other, 20);
    const IdiomBatch *batch = NULL;
    for (guint i = 0; i <= 20; i++)
        batch = idiom_data_next(a, &error);
    assert_same_batch(batch, idiom_data_next(b, &error));
    g_assert_cmpint(memcmp(batch->content, idiom_data_next(other, &error)->content, VALUES * sizeof(float)),
                    !=, 0);
    for (guint i = 0; i < 10; i++)
        assert_same_batch(idiom_data_next(a, &error), idiom_data_next(b, &error));
    g_assert_cmpuint(idiom_data_skipped(a), ==, 0);
}

/* shifted(y, x) shows what content(y + dy, x + dx) shows. */
static void test_offset(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_free(test_write_picture(f->folder, 0, 120, 100));
    g_autoptr(IdiomData) d = open_data(f->folder, 1, &error);
    idiom_data_start(d, 0);
    gboolean moved = FALSE;
    for (guint i = 0; i < 10; i++) {
        const IdiomBatch *batch = idiom_data_next(d, &error);
        for (guint n = 0; n < BATCH; n++) {
            int dx = (int)batch->offset[2 * n], dy = (int)batch->offset[2 * n + 1];
            moved |= dx || dy;
            g_assert_cmpint(MAX(ABS(dx), ABS(dy)), <=, 6);
            for (int y = 6; y < CROP - 6; y++)
                for (int x = 6; x < CROP - 6; x++)
                    g_assert_cmpfloat(batch->shifted[n * VALUES + y * CROP + x], ==,
                                      batch->content[n * VALUES + (y + dy) * CROP + x + dx]);
        }
    }
    g_assert_true(moved);
}

/* Files that cannot be used are counted and left out; the others train on. */
static void test_broken(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    test_write_file(f->folder, "empty.jpg", "", 0);
    test_write_file(f->folder, "text.png", "this is no picture", -1);
    test_write_file(f->folder, "notes.txt", "neither is this one, by far\n", -1);
    g_free(test_write_picture(f->folder, 1, 1, 1));
    g_autofree char *path = test_write_picture(f->folder, 2, 100, 90);
    g_autofree char *bytes = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    test_write_file(f->folder, "truncated.png", bytes, (gssize)size / 2);
    {
        g_autoptr(IdiomData) d = open_data(f->folder, 1, &error);
        idiom_data_start(d, 0);
        for (guint i = 0; i < 40; i++)
            g_assert_nonnull(idiom_data_next(d, &error));
        g_assert_cmpuint(idiom_data_files(d), ==, 6);
        g_assert_cmpuint(idiom_data_skipped(d), ==, 5);
    }
    g_assert_cmpint(g_unlink(path), ==, 0);
    {
        g_autoptr(IdiomData) d = open_data(f->folder, 1, &error);
        idiom_data_start(d, 0);
        g_assert_null(idiom_data_next(d, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
        g_clear_error(&error);
        g_assert_null(idiom_data_next(d, NULL));
    }
    g_assert_null(open_data("/nowhere/at/all", 1, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, "/nowhere/at/all"));
}

static void test_picture_sizes(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *small = test_write_picture(f->folder, 1, 20, 30);
    g_autofree char *tall = test_write_picture(f->folder, 2, 2, IDIOM_PICTURE_MAX_SIDE + 1);
    {
        g_autoptr(IdiomPicture) picture = idiom_picture_load(small, 0, 48, 60, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(picture->w, ==, 48);
        g_assert_cmpuint(picture->h, ==, 72);
    }
    g_assert_null(idiom_picture_load(small, 0, 100, 200, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "20x30 is too small"));
    g_clear_error(&error);
    g_assert_null(idiom_picture_load(tall, 0, 0, 0, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "too large"));
    g_clear_error(&error);

    /* what is written is read again, and survives the way through floats */
    g_autoptr(IdiomPicture) picture = idiom_picture_load(small, 0, 0, 0, &error);
    g_autofree float *values = g_new(float, 3 * 20 * 30);
    idiom_picture_to_floats(picture, values);
    g_autoptr(IdiomPicture) back = idiom_picture_from_floats(values, 20, 30);
    g_assert_cmpmem(picture->rgb, 3 * 20 * 30, back->rgb, 3 * 20 * 30);
    g_autofree char *copy = g_build_filename(f->folder, "copy.png", NULL);
    g_assert_true(idiom_picture_write_png(picture, copy, &error));
    g_autoptr(IdiomPicture) again = idiom_picture_load(copy, 0, 0, 0, &error);
    g_assert_cmpmem(picture->rgb, 3 * 20 * 30, again->rgb, 3 * 20 * 30);
    g_assert_false(idiom_picture_write_png(picture, "/nowhere/at/all.png", &error));
    g_assert_nonnull(error);
}

/* The references of a style are drawn as often as their weights say. */
static void test_references(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_free(test_write_picture(f->folder, 0, 100, 100));
    g_autoptr(IdiomPicture) black = idiom_picture_new(60, 50);
    g_autoptr(IdiomPicture) white = idiom_picture_new(50, 60);
    memset(black->rgb, 0, 3 * 60 * 50);
    memset(white->rgb, 255, 3 * 60 * 50);
    IdiomPicture *references[] = {black, white};
    const double weights[] = {0.75, 0.25};
    IdiomDataParams params = {.batch = BATCH,
                              .crop = CROP,
                              .references = references,
                              .reference_weights = weights,
                              .n_references = 2};
    g_autoptr(IdiomData) d = idiom_data_new((const char *const[]){f->folder, NULL}, &params, &error);
    idiom_data_start(d, 0);
    guint whites = 0;
    for (guint i = 0; i < 200; i++) {
        const IdiomBatch *batch = idiom_data_next(d, &error);
        for (guint n = 0; n < BATCH; n++)
            whites += batch->reference[n * VALUES] > 0.5f;
    }
    g_assert_cmpfloat(fabs(whites / (200.0 * BATCH) - 0.25), <, 0.06);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add("/data/deterministic", Fixture, NULL, setup, test_deterministic, teardown);
    g_test_add("/data/offset", Fixture, NULL, setup, test_offset, teardown);
    g_test_add("/data/broken", Fixture, NULL, setup, test_broken, teardown);
    g_test_add("/data/picture-sizes", Fixture, NULL, setup, test_picture_sizes, teardown);
    g_test_add("/data/references", Fixture, NULL, setup, test_references, teardown);
    return g_test_run();
}
