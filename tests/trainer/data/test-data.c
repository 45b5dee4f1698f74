/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The trainer's data: pictures, batches that depend on the seed alone, files that cannot be used. */
#include "data/data.h"
#include "data/files.h"
#include "trainer-files.h"
#include "data/view.h"

#include <idiom/error.h>
#include <libavutil/log.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define CROP 48
#define BATCH 3
#define PIXELS (CROP * CROP)
#define VALUES (3 * PIXELS)

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

static Data *open_captioned(const char *path, guint64 seed, double captions, GError **error)
{
    const DataStyle style = {0};
    DataParams params = {.seed = seed,
                         .batch = BATCH,
                         .crop = CROP,
                         .styles = &style,
                         .n_styles = 1,
                         .moved = TRUE,
                         .max_shift = 6,
                         .clips = 0.5,
                         .captions = captions};
    return data_new((const char *const[]){path, NULL}, &params, error);
}

static Data *open_data(const char *path, guint64 seed, GError **error)
{
    return open_captioned(path, seed, 0, error);
}

static void assert_same_batch(const Batch *a, const Batch *b)
{
    g_assert_cmpuint(a->index, ==, b->index);
    g_assert_cmpmem(a->content, BATCH * VALUES * sizeof(float), b->content, BATCH * VALUES * sizeof(float));
    g_assert_cmpmem(a->moved, BATCH * VALUES * sizeof(float), b->moved, BATCH * VALUES * sizeof(float));
    g_assert_cmpmem(a->flow, 2 * BATCH * PIXELS * sizeof(float), b->flow, 2 * BATCH * PIXELS * sizeof(float));
    g_assert_cmpmem(a->mask, BATCH * PIXELS * sizeof(float), b->mask, BATCH * PIXELS * sizeof(float));
}

/* Batch k is the same whoever asks, and whether or not the batches before it were made. */
static void test_deterministic(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < 5; i++)
        g_free(test_write_picture(f->folder, i, 80 + 13 * i, 70 + 29 * i));
    test_write_video(f->folder, "video.avi", 96, 64, 40);
    g_autoptr(Data) a = open_captioned(f->folder, 7, 0.5, &error);
    g_assert_no_error(error);
    g_autoptr(Data) b = open_captioned(f->folder, 7, 0.5, &error);
    g_autoptr(Data) other = open_captioned(f->folder, 8, 0.5, &error);
    g_assert_cmpuint(data_files(a), ==, 6);
    data_start(a, 0);
    data_start(b, 20);
    data_start(other, 20);
    const Batch *batch = NULL;
    for (guint i = 0; i <= 20; i++)
        batch = data_next(a, &error);
    assert_same_batch(batch, data_next(b, &error));
    g_assert_cmpint(memcmp(batch->content, data_next(other, &error)->content, VALUES * sizeof(float)), !=, 0);
    for (guint i = 0; i < 10; i++)
        assert_same_batch(data_next(a, &error), data_next(b, &error));
    g_assert_cmpuint(data_skipped(a), ==, 0);
}

/* A picture whose values change slowly, so that every good interpolation gives nearly the same. */
static void write_smooth(const char *folder, guint w, guint h)
{
    g_autoptr(Picture) picture = picture_new(w, h);
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++)
            for (guint c = 0; c < 3; c++)
                picture->rgb[3 * (y * w + x) + c] =
                    (guint8)lrint(128 + 60 * sin(0.08 * x + c) + 50 * cos(0.06 * y - 0.02 * x));
    g_autofree char *path = g_build_filename(folder, "smooth.png", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(picture_write_png(picture, path, &error));
}

static float bilinear(const float *plane, float x, float y)
{
    const int left = (int)floorf(x), top = (int)floorf(y);
    const float u = x - left, v = y - top, *p = plane + top * CROP + left;
    return (1 - v) * ((1 - u) * p[0] + u * p[1]) + v * ((1 - u) * p[CROP] + u * p[CROP + 1]);
}

/* moved(y, x) shows what content(y + flow[1], x + flow[0]) shows, wherever that is inside. */
static void test_flow(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    write_smooth(f->folder, 140, 120);
    g_autoptr(Data) d = open_data(f->folder, 1, &error);
    data_start(d, 0);
    guint still = 0, whole = 0, affine = 0, valid = 0;
    for (guint i = 0; i < 40; i++) {
        const Batch *batch = data_next(d, &error);
        for (guint n = 0; n < BATCH; n++) {
            const float *dx = batch->flow + 2 * n * PIXELS, *dy = dx + PIXELS;
            const float x0 = dx[0], y0 = dy[0], x1 = dx[PIXELS - 1], y1 = dy[PIXELS - 1];
            const gboolean rigid = x0 == x1 && y0 == y1;
            const gboolean whole_pixels = rigid && x0 == rintf(x0) && y0 == rintf(y0);
            still += whole_pixels && x0 == 0 && y0 == 0;
            whole += whole_pixels;
            affine += !rigid;
            for (int y = 0; y < CROP; y++)
                for (int x = 0; x < CROP; x++) {
                    const int k = y * CROP + x;
                    const float qx = x + dx[k], qy = y + dy[k];
                    g_assert_cmpfloat(fabsf(dx[k]), <=, 6 + 0.11 * CROP / 2);
                    g_assert_cmpfloat(fabsf(dy[k]), <=, 6 + 0.11 * CROP / 2);
                    if (qx < 1 || qy < 1 || qx > CROP - 2 || qy > CROP - 2)
                        continue;
                    valid++;
                    for (guint c = 0; c < 3; c++) {
                        const float *content = batch->content + n * VALUES + c * PIXELS;
                        const float moved = batch->moved[n * VALUES + c * PIXELS + k];
                        if (whole_pixels)
                            g_assert_cmpfloat(moved, ==, content[(int)qy * CROP + (int)qx]);
                        else
                            g_assert_cmpfloat(fabsf(moved - bilinear(content, qx, qy)), <, 0.012);
                    }
                }
        }
    }
    g_assert_cmpuint(still, >, 10);
    g_assert_cmpuint(whole, >, still + 10);
    g_assert_cmpuint(affine, >, 30);
    g_assert_cmpuint(valid, >, 40 * BATCH * PIXELS * 3 / 4);
}

/* Noise, contrast and brightness change in some measure, and never leave 0..1. */
static void test_disturbed(Fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
    g_autofree float *values = g_new(float, VALUES);
    double largest = 0;
    for (guint i = 0; i < 20; i++) {
        for (guint k = 0; k < VALUES; k++)
            values[k] = (float)(k % 11) / 10;
        Random r = random_stream(1, 2, i);
        view_disturb(values, CROP, 0.03f, &r);
        double sum = 0;
        for (guint k = 0; k < VALUES; k++) {
            g_assert_true(values[k] >= 0 && values[k] <= 1);
            sum += pow(values[k] - (k % 11) / 10.0, 2);
        }
        largest = MAX(largest, sqrt(sum / VALUES));
    }
    g_assert_cmpfloat(largest, >, 0.01);
    g_assert_cmpfloat(largest, <, 0.05);
}

/* Of videos, some second views are the next frame. */
static void test_clips(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    test_write_video(f->folder, "video.avi", 96, 64, 60);
    g_autoptr(Data) d = open_data(f->folder, 3, &error);
    data_start(d, 0);
    guint clips = 0, different = 0;
    for (guint i = 0; i < 40; i++) {
        const Batch *batch = data_next(d, &error);
        for (guint n = 0; n < BATCH; n++) {
            /* estimated: somewhere the ways there and back do not agree, where the bar was or comes from */
            gboolean clip = FALSE;
            for (guint k = 0; k < 2 * PIXELS; k++)
                clip |= batch->flow[2 * n * PIXELS + k] == 2 * CROP;
            if (!clip)
                continue;
            clips++;
            float worst = 0;
            for (guint k = 0; k < VALUES; k++)
                worst = MAX(worst, fabsf(batch->moved[n * VALUES + k] - batch->content[n * VALUES + k]));
            different += worst > 0.3f; /* the bar has moved */
        }
    }
    g_assert_cmpuint(clips, >, 40);
    g_assert_cmpuint(clips, <, 80);
    g_assert_cmpuint(different, >, clips / 4);
    g_assert_cmpuint(data_skipped(d), ==, 0);

    g_autofree char *path = g_build_filename(f->folder, "video.avi", NULL);
    Picture *next = NULL;
    g_autoptr(Picture) first = picture_load_pair(path, 0.5, 0, 0, &next, &error);
    g_assert_no_error(error);
    g_assert_nonnull(next);
    g_assert_cmpuint(next->w, ==, first->w);
    g_assert_cmpint(memcmp(first->rgb, next->rgb, 3 * 96 * 64), !=, 0);
    picture_free(next);
    g_autoptr(Picture) last = picture_load_pair(path, 1, 0, 0, &next, &error);
    g_assert_nonnull(last);
    g_assert_null(next);
}

/* Text is in both views. */
static void test_captions(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    write_smooth(f->folder, 140, 120);
    g_autoptr(Data) plain = open_data(f->folder, 1, &error);
    g_autoptr(Data) d = open_captioned(f->folder, 1, 0.5, &error);
    data_start(plain, 0);
    data_start(d, 0);
    guint captioned = 0;
    for (guint i = 0; i < 20; i++) {
        const Batch *a = data_next(plain, &error), *b = data_next(d, &error);
        g_assert_null(a->mask);
        for (guint n = 0; n < BATCH; n++) {
            const float *content = b->content + n * VALUES, *moved = b->moved + n * VALUES;
            const float *mask = b->mask + n * PIXELS;
            gboolean masked = FALSE;
            for (guint k = 0; k < PIXELS; k++)
                masked |= mask[k] == 1;
            captioned += masked;
            if (masked)
                g_assert_cmpint(memcmp(content, a->content + n * VALUES, VALUES * sizeof(float)), !=, 0);
            const float *flow = b->flow + 2 * n * PIXELS;
            guint inside = 0, same = 0;
            for (int y = 0; y < CROP; y++)
                for (int x = 0; x < CROP; x++) {
                    const int k = y * CROP + x;
                    const float qx = x + flow[k], qy = y + flow[PIXELS + k];
                    if (qx < 1 || qy < 1 || qx > CROP - 2 || qy > CROP - 2)
                        continue;
                    inside++;
                    same += fabsf(moved[k] - bilinear(content, qx, qy)) < 0.15;
                }
            g_assert_cmpuint(same, >, inside * 9 / 10); /* not quite all: letters are sharp */
        }
    }
    g_assert_cmpuint(captioned, >, 15);
    g_assert_cmpuint(captioned, <, 45);
}

static void test_cut(Fixture *f, gconstpointer data)
{
    (void)f;
    (void)data;
    g_autoptr(Picture) picture = picture_new(70, 60);
    for (guint i = 0; i < 70 * 60; i++)
        for (guint c = 0; c < 3; c++)
            picture->rgb[3 * i + c] = (guint8)(c == 0 ? 3 * (i % 70) : c == 1 ? 4 * (i / 70) : i * 7919 >> 3);
    g_autofree float *values = g_new(float, 3 * 20 * 20);
    /* the picture's own pixels, also mirrored, and reflected beyond its edges */
    for (guint mirror = 0; mirror < 2; mirror++) {
        view_cut(picture, 60, -5, 1, mirror, 20, 20, values);
        for (guint y = 0; y < 20; y++)
            for (guint x = 0; x < 20; x++)
                for (guint c = 0; c < 3; c++) {
                    const guint px = 60 + (mirror ? 19 - x : x);
                    const guint at = (y < 5 ? 4 - y : y - 5) * 70 + (px < 70 ? px : 139 - px);
                    g_assert_cmpfloat(fabsf(values[c * 400 + y * 20 + x] - picture->rgb[3 * at + c] / 255.0f),
                                      <, 1e-6);
                }
    }
    /* ramps stay ramps at any size and place, and noise is averaged */
    view_cut(picture, 5.3, 7.8, 2.3, FALSE, 20, 20, values);
    double mean = 0, square = 0;
    for (guint y = 0; y < 20; y++)
        for (guint x = 0; x < 20; x++) {
            const float *v = values + y * 20 + x;
            g_assert_cmpfloat(fabs(v[0] - 3 * (5.3 + (x + 0.5) * 2.3 - 0.5) / 255), <, 1e-3);
            g_assert_cmpfloat(fabs(v[400] - 4 * (7.8 + (y + 0.5) * 2.3 - 0.5) / 255), <, 1e-3);
            mean += v[800] / 400;
            square += v[800] * v[800] / 400;
        }
    g_assert_cmpfloat(square - mean * mean, <, 1.0 / 12 / 3);
}

/* Crops show pictures at several sizes, down to one that is hardly larger than the crop. */
static void test_scales(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) picture = picture_new(200, 200);
    for (guint i = 0; i < 200 * 200; i++)
        memset(picture->rgb + 3 * i, (int)(i % 200), 3);
    g_autofree char *path = g_build_filename(f->folder, "ramp.png", NULL);
    g_assert_true(picture_write_png(picture, path, &error));
    g_autoptr(Data) d = open_data(f->folder, 1, &error);
    data_start(d, 0);
    guint full = 0, small = 0;
    for (guint i = 0; i < 40; i++) {
        const Batch *batch = data_next(d, &error);
        for (guint n = 0; n < BATCH; n++) {
            const float *row = batch->content + n * VALUES + 20 * CROP;
            const float scale = fabsf(row[CROP - 5] - row[4]) * 255 / (CROP - 9);
            g_assert_cmpfloat(scale, >, 0.98);
            g_assert_cmpfloat(scale, <, 200 / (1.05 * CROP) + 0.02);
            full += scale < 1.001f;
            small += scale > 3;
        }
    }
    g_assert_cmpuint(full, >, 15);
    g_assert_cmpuint(full, <, 60);
    g_assert_cmpuint(small, >, 3);
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
        g_autoptr(Data) d = open_data(f->folder, 1, &error);
        data_start(d, 0);
        for (guint i = 0; i < 40; i++)
            g_assert_nonnull(data_next(d, &error));
        g_assert_cmpuint(data_files(d), ==, 6);
        g_assert_cmpuint(data_skipped(d), ==, 5);
    }
    g_assert_cmpint(g_unlink(path), ==, 0);
    {
        g_autoptr(Data) d = open_data(f->folder, 1, &error);
        data_start(d, 0);
        g_assert_null(data_next(d, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
        g_clear_error(&error);
        g_assert_null(data_next(d, NULL));
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
    g_autofree char *tall = test_write_picture(f->folder, 2, 2, PICTURE_MAX_SIDE + 1);
    {
        g_autoptr(Picture) picture = picture_load(small, 0, 48, 60, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(picture->w, ==, 48);
        g_assert_cmpuint(picture->h, ==, 72);
    }
    g_assert_null(picture_load(small, 0, 100, 200, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "20x30 is too small"));
    g_clear_error(&error);
    g_assert_null(picture_load(tall, 0, 0, 0, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "too large"));
    g_clear_error(&error);

    /* what is written is read again, and survives the way through floats */
    g_autoptr(Picture) picture = picture_load(small, 0, 0, 0, &error);
    g_autofree float *values = g_new(float, 3 * 20 * 30);
    picture_to_floats(picture, values);
    g_autoptr(Picture) back = picture_from_floats(values, 20, 30);
    g_assert_cmpmem(picture->rgb, 3 * 20 * 30, back->rgb, 3 * 20 * 30);
    g_autofree char *copy = g_build_filename(f->folder, "copy.png", NULL);
    g_assert_true(picture_write_png(picture, copy, &error));
    g_autoptr(Picture) again = picture_load(copy, 0, 0, 0, &error);
    g_assert_cmpmem(picture->rgb, 3 * 20 * 30, again->rgb, 3 * 20 * 30);
    g_assert_false(picture_write_png(picture, "/nowhere/at/all.png", &error));
    g_assert_nonnull(error);
}

static Picture *flat_picture(guint w, guint h, int value)
{
    Picture *picture = picture_new(w, h);
    memset(picture->rgb, value, 3 * w * h);
    return picture;
}

/* Every style has as many batches as any other, and its references are drawn as often as their weights say. */
static void test_styles(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_free(test_write_picture(f->folder, 0, 100, 100));
    g_autoptr(Picture) black = flat_picture(60, 50, 0);
    g_autoptr(Picture) white = flat_picture(50, 60, 255);
    g_autoptr(Picture) grey = flat_picture(90, 90, 102);
    Picture *mixed[] = {black, white};
    const double weights[] = {0.75, 0.25};
    const DataStyle styles[] = {
        {.references = mixed, .reference_weights = weights, .n_references = 2},
        {.references = &grey, .reference_weights = (double[]){1}, .n_references = 1},
        {0},
    };
    DataParams params = {.seed = 5, .batch = BATCH, .crop = CROP, .styles = styles, .n_styles = 3};
    g_autoptr(Data) d = data_new((const char *const[]){f->folder, NULL}, &params, &error);
    data_start(d, 0);
    guint whites = 0, count[3] = {0}, first[3] = {0};
    for (guint i = 0; i < 600; i++) {
        const Batch *batch = data_next(d, &error);
        g_assert_null(batch->moved);
        g_assert_cmpuint(batch->style, <, 3);
        count[batch->style]++;
        first[batch->style] += i % 3 == 0;
        for (guint n = 0; n < BATCH; n++) {
            const float value = batch->reference[n * VALUES + VALUES / 2];
            if (batch->style == 0)
                whites += value > 0.5f;
            else if (batch->style == 1)
                g_assert_cmpfloat(fabsf(value - 0.4f), <, 1e-5);
        }
        if (i % 3 == 2)
            for (guint k = 0; k < 3; k++)
                g_assert_cmpuint(count[k], ==, i / 3 + 1);
    }
    g_assert_cmpfloat(fabs(whites / (200.0 * BATCH) - 0.25), <, 0.06);
    for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat(fabs(first[k] / 200.0 - 1 / 3.0), <, 0.12);
}

/* --- a teacher's pictures ------------------------------------------------------------------------- */

/* A photo of noise, and its negative cut by 3 columns and 2 rows as the teacher's picture, with another ending. */
static void write_pair(const char *photos, const char *pairs, guint number, guint w, guint h)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Picture) photo = picture_new(w, h);
    g_autoptr(GRand) random = g_rand_new_with_seed(number);
    for (guint i = 0; i < 3 * w * h; i++)
        photo->rgb[i] = (guint8)g_rand_int_range(random, 0, 256);
    g_autoptr(Picture) taught = picture_crop(photo, 0, 0, w - 3, h - 2);
    for (guint i = 0; i < 3 * taught->w * taught->h; i++)
        taught->rgb[i] = (guint8)(255 - taught->rgb[i]);
    g_autofree char *name = g_strdup_printf("photo.%u.jpg", number); /* what is in a file tells its format */
    g_autofree char *taught_name = g_strdup_printf("photo.%u.png", number);
    g_autofree char *path = g_build_filename(photos, name, NULL);
    g_autofree char *taught_path = g_build_filename(pairs, taught_name, NULL);
    picture_write_png(photo, path, &error);
    picture_write_png(taught, taught_path, &error);
    g_assert_no_error(error);
}

static Data *open_taught(const char *photos, const Pairs *pairs, double captions, GError **error)
{
    const DataStyle style = {.pairs = pairs};
    DataParams params = {.seed = 3,
                         .batch = BATCH,
                         .crop = CROP,
                         .styles = &style,
                         .n_styles = 1,
                         .moved = TRUE,
                         .max_shift = 6,
                         .noise = 0,
                         .captions = captions};
    return data_new((const char *const[]){photos, NULL}, &params, error);
}

/*
 * The teacher's crop is of the same place and moves along, unmirrored and at full size; photos that it has not painted
 * are never drawn; text is drawn into both.
 */
static void test_taught(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *photos = g_build_filename(f->folder, "photos", NULL);
    g_autofree char *painted = g_build_filename(f->folder, "painted", NULL);
    g_assert_cmpint(g_mkdir(photos, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(painted, 0700), ==, 0);
    for (guint i = 0; i < 3; i++)
        write_pair(photos, painted, i, 70 + 9 * i, 90);
    g_free(test_write_picture(photos, 8, 80, 80));
    g_autoptr(Pairs) pairs = pairs_open(painted, &error);
    g_assert_no_error(error);
    g_autoptr(Data) d = open_taught(photos, pairs, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(data_files(d), ==, 3);
    g_autoptr(Data) captioned = open_taught(photos, pairs, 1, &error);
    data_start(d, 0);
    data_start(captioned, 0);
    for (guint i = 0; i < 12; i++) {
        const Batch *batch = data_next(d, &error), *texts = data_next(captioned, &error);
        g_assert_no_error(error);
        gsize drawn = 0;
        for (guint k = 0; k < BATCH * VALUES; k++) {
            g_assert_cmpfloat_with_epsilon(batch->taught[k], 1 - batch->content[k], 1e-5);
            const guint pixel = k / VALUES * VALUES + k % PIXELS;
            float change = 0;
            for (guint c = 0; c < 3; c++)
                change = fmaxf(
                    change, fabsf(texts->content[pixel + c * PIXELS] - batch->content[pixel + c * PIXELS]));
            drawn += change > 1.5f / 255;
            if (change > 1.5f / 255)
                g_assert_cmpfloat(texts->taught[k], ==, texts->content[k]);
            else if (change < 0.5f / 255)
                g_assert_cmpfloat_with_epsilon(texts->taught[k], batch->taught[k], 1e-5);
        }
        g_assert_cmpuint(drawn, >, 100);
        for (guint n = 0; n < BATCH; n++) { /* moved by whole pixels, nothing is interpolated */
            const float dx = batch->flow[2 * n * PIXELS], dy = batch->flow[2 * n * PIXELS + PIXELS];
            const gboolean whole =
                dx == rintf(dx) && dy == rintf(dy) && dx == batch->flow[2 * n * PIXELS + 1];
            for (guint k = 0; k < VALUES; k++)
                g_assert_cmpfloat_with_epsilon(batch->taught_moved[n * VALUES + k],
                                               1 - batch->moved[n * VALUES + k], whole ? 1e-5 : 0.8);
        }
    }
}

static void assert_refused(const char *photo, const Pairs *pairs, const char *expect)
{
    g_autoptr(GError) error = NULL;
    Picture *content = NULL, *taught = NULL;
    g_assert_false(pairs_load(pairs, photo, &content, &taught, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, expect));
}

static void test_pairs(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autofree char *painted = g_build_filename(f->folder, "painted", NULL);
    g_assert_cmpint(g_mkdir(painted, 0700), ==, 0);
    g_assert_null(pairs_open(painted, &error)); /* empty */
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_clear_error(&error);
    g_autofree char *photo = test_write_picture(f->folder, 1, 120, 80);
    g_autofree char *name = g_path_get_basename(photo);
    const struct {
        guint w, h;
        const char *expect; /* NULL: loads, with a photo of that size */
    } cases[] = {{120, 80, NULL}, {113, 77, NULL}, {60, 40, NULL}, {100, 80, "shape"}, {120, 100, "shape"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_build_filename(painted, name, NULL);
        g_autoptr(Picture) picture = flat_picture(cases[i].w, cases[i].h, 9);
        picture_write_png(picture, path, &error);
        g_autoptr(Pairs) pairs = pairs_open(painted, &error);
        g_assert_no_error(error);
        if (cases[i].expect) {
            assert_refused(photo, pairs, cases[i].expect);
            continue;
        }
        g_autoptr(Picture) content = NULL, taught = NULL;
        g_assert_true(pairs_load(pairs, photo, &content, &taught, &error));
        g_assert_cmpuint(content->w, ==, cases[i].w);
        g_assert_cmpuint(content->h, ==, cases[i].h);
        g_assert_cmpuint(taught->w, ==, cases[i].w);
        g_assert_true(pairs_has(pairs, photo));
        g_assert_false(pairs_has(pairs, "other.png"));
        assert_refused("/none/other.png", pairs, "no picture of it");
    }
    /* a video, and nothing that the teacher has painted */
    test_write_video(f->folder, "film.avi", 96, 64, 20);
    test_write_file(painted, "film.png", "x", 1);
    g_autofree char *film = g_build_filename(f->folder, "film.avi", NULL);
    g_autoptr(Pairs) pairs = pairs_open(painted, &error);
    assert_refused(film, pairs, "video");
    g_autofree char *stranger = test_write_picture(f->folder, 77, 80, 80);
    g_assert_null(open_taught(stranger, pairs, 0, &error));
    g_assert_nonnull(strstr(error->message, "none of the 1"));
}

/* Links that lead in a circle, or a second time to the same folder, are followed once. */
static void test_links(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *folder = g_build_filename(f->folder, "folder", NULL);
    g_autofree char *circle = g_build_filename(folder, "circle", NULL);
    g_autofree char *again = g_build_filename(f->folder, "again", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    test_write_file(folder, "a", "a", 1);
    test_write_file(f->folder, "b", "b", 1);
    g_assert_cmpint(symlink("..", circle), ==, 0);
    g_assert_cmpint(symlink("folder", again), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = files_collect((const char *[]){f->folder, folder, NULL}, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(files->len, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add("/data/deterministic", Fixture, NULL, setup, test_deterministic, teardown);
    g_test_add("/data/flow", Fixture, NULL, setup, test_flow, teardown);
    g_test_add("/data/disturbed", Fixture, NULL, setup, test_disturbed, teardown);
    g_test_add("/data/clips", Fixture, NULL, setup, test_clips, teardown);
    g_test_add("/data/captions", Fixture, NULL, setup, test_captions, teardown);
    g_test_add("/data/cut", Fixture, NULL, setup, test_cut, teardown);
    g_test_add("/data/scales", Fixture, NULL, setup, test_scales, teardown);
    g_test_add("/data/broken", Fixture, NULL, setup, test_broken, teardown);
    g_test_add("/data/picture-sizes", Fixture, NULL, setup, test_picture_sizes, teardown);
    g_test_add("/data/taught", Fixture, NULL, setup, test_taught, teardown);
    g_test_add("/data/pairs", Fixture, NULL, setup, test_pairs, teardown);
    g_test_add("/data/styles", Fixture, NULL, setup, test_styles, teardown);
    g_test_add("/data/links", Fixture, NULL, setup, test_links, teardown);
    return g_test_run();
}
