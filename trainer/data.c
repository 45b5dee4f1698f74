/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data.h"

#include "console.h"
#include "random.h"

#include <idiom/error.h>

#include <string.h>

#define MAX_DEPTH 32        /* of folders; a loop of links ends here */
#define FRAMES_PER_VIDEO 16 /* sampled, evenly spread */
#define CACHE_BYTES (512u << 20)
#define BATCHES_AHEAD 3

typedef struct {
    char *path;
    guint frames;   /* that may be drawn from it: 1 or FRAMES_PER_VIDEO; 0: not opened yet */
    guint32 broken; /* bit i: frame i cannot be used */
} File;
G_STATIC_ASSERT(FRAMES_PER_VIDEO <= 32);

/* A decoded picture that is kept, because its turn will come again. */
typedef struct {
    guint64 key; /* file and frame */
    IdiomPicture *picture;
    GList link; /* in data->recent */
} Cached;

struct IdiomData {
    IdiomDataParams params;
    GPtrArray *files; /* of File, sorted by path within each path of the user's */
    guint n_useless;  /* files no frame of which can be used */
    int skipped;      /* files with something that cannot be used */

    GHashTable *cache; /* key -> Cached */
    GQueue recent;     /* of Cached, the last used first */
    gsize cache_bytes;

    GThread *thread;
    guint64 first;
    GAsyncQueue *empty, *full; /* of IdiomBatch */
    IdiomBatch *current;
    int stop;
};

/* --- files ---------------------------------------------------------------------------------------- */

static void file_free(gpointer file)
{
    g_free(((File *)file)->path);
    g_free(file);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect(IdiomData *data, const char *path, guint depth)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        File *file = g_new0(File, 1);
        file->path = g_strdup(path);
        g_ptr_array_add(data->files, file);
        return;
    }
    GDir *dir = depth < MAX_DEPTH ? g_dir_open(path, 0, NULL) : NULL;
    if (!dir) {
        idiom_say("%s: skipped: this folder cannot be read", path);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (name[0] != '.')
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(names, compare_names); /* the order in a folder is the file system's business */
    for (guint i = 0; i < names->len; i++)
        collect(data, names->pdata[i], depth + 1);
}

static void cached_free(gpointer pointer)
{
    Cached *cached = pointer;
    idiom_picture_free(cached->picture);
    g_free(cached);
}

IdiomData *idiom_data_new(const char *const *paths, const IdiomDataParams *params, GError **error)
{
    g_autoptr(IdiomData) data = g_new0(IdiomData, 1);
    data->params = *params;
    data->files = g_ptr_array_new_with_free_func(file_free);
    data->cache = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, cached_free);
    data->empty = g_async_queue_new();
    data->full = g_async_queue_new();
    for (; *paths; paths++) {
        if (!g_file_test(*paths, G_FILE_TEST_EXISTS)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no such file or folder", *paths);
            return NULL;
        }
        collect(data, *paths, 0);
    }
    if (!data->files->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: no file in it", paths[-1]);
        return NULL;
    }
    return g_steal_pointer(&data);
}

guint idiom_data_files(const IdiomData *data)
{
    return data->files->len;
}

guint idiom_data_skipped(const IdiomData *data)
{
    return (guint)g_atomic_int_get(&data->skipped);
}

/* --- pictures ------------------------------------------------------------------------------------- */

static void mark_broken(IdiomData *data, File *file, guint32 frames, const GError *error)
{
    if (!file->broken) {
        idiom_say("skipped: %s", error->message);
        g_atomic_int_inc(&data->skipped);
    }
    file->broken |= frames;
    if (file->broken == (guint32)((1ull << file->frames) - 1))
        data->n_useless++;
}

static void make_room(IdiomData *data)
{
    while (data->cache_bytes > CACHE_BYTES && data->recent.length > 1) {
        Cached *oldest = g_queue_peek_tail(&data->recent);
        g_queue_unlink(&data->recent, &oldest->link);
        data->cache_bytes -= (gsize)3 * oldest->picture->w * oldest->picture->h;
        g_hash_table_remove(data->cache, &oldest->key);
    }
}

/* The picture in a file, or one of the FRAMES_PER_VIDEO frames if it is a video; NULL if it is broken. */
static const IdiomPicture *get_picture(IdiomData *data, guint file_index, guint frame)
{
    File *file = data->files->pdata[file_index];
    g_autoptr(GError) error = NULL;
    if (!file->frames) {
        gboolean video = FALSE;
        gboolean ok = idiom_picture_is_video(file->path, &video, &error);
        file->frames = video ? FRAMES_PER_VIDEO : 1;
        if (!ok)
            mark_broken(data, file, 1, error);
    }
    frame %= file->frames;
    if (file->broken >> frame & 1)
        return NULL;
    guint64 key = (guint64)file_index * FRAMES_PER_VIDEO + frame;
    Cached *cached = g_hash_table_lookup(data->cache, &key);
    if (cached) {
        g_queue_unlink(&data->recent, &cached->link);
        g_queue_push_head_link(&data->recent, &cached->link);
        return cached->picture;
    }
    guint crop = data->params.crop;
    IdiomPicture *picture =
        idiom_picture_load(file->path, (frame + 0.5) / file->frames, crop, MAX(400, crop + crop / 4), &error);
    if (!picture) {
        mark_broken(data, file, 1u << frame, error);
        return NULL;
    }
    cached = g_new0(Cached, 1);
    cached->key = key;
    cached->picture = picture;
    cached->link.data = cached;
    g_hash_table_insert(data->cache, &cached->key, cached);
    g_queue_push_head_link(&data->recent, &cached->link);
    data->cache_bytes += (gsize)3 * picture->w * picture->h;
    make_room(data);
    return picture;
}

/*
 * A random picture: the first of the stream @r that is not broken; NULL if all are. Broken ones are drawn again and
 * again, so that the result does not depend on when they were noticed.
 */
static const IdiomPicture *draw_picture(IdiomData *data, IdiomRandom *r)
{
    while (data->n_useless < data->files->len) {
        guint file = idiom_random_below(r, data->files->len);
        const IdiomPicture *picture = get_picture(data, file, idiom_random_below(r, FRAMES_PER_VIDEO));
        if (picture)
            return picture;
    }
    return NULL;
}

static const IdiomPicture *draw_reference(const IdiomDataParams *p, IdiomRandom *r)
{
    double u = idiom_random_unit(r);
    guint i = 0;
    while (i + 1 < p->n_references && u >= p->reference_weights[i])
        u -= p->reference_weights[i++];
    return p->references[i];
}

/* Copies the @size x @size pixels at (@x, @y), mirrored if so wanted, to floats [3,size,size]. */
static void copy_crop(const IdiomPicture *picture, guint x, guint y, guint size, gboolean mirror,
                      float *values)
{
    gsize plane = (gsize)size * size;
    for (guint row = 0; row < size; row++) {
        const guint8 *source = picture->rgb + 3 * ((gsize)(y + row) * picture->w + x);
        for (guint column = 0; column < size; column++) {
            const guint8 *pixel = source + 3 * (mirror ? size - 1 - column : column);
            for (guint c = 0; c < 3; c++)
                values[c * plane + row * size + column] = pixel[c] * (1.0f / 255);
        }
    }
}

/* A number near @center, at most @range away and within 0..@max. */
static guint draw_near(IdiomRandom *r, guint center, guint range, guint max)
{
    int value = (int)center + (int)idiom_random_below(r, 2 * range + 1) - (int)range;
    return (guint)CLAMP(value, 0, (int)max);
}

/* --- batches -------------------------------------------------------------------------------------- */

static gboolean fill_batch(IdiomData *data, IdiomBatch *batch)
{
    const IdiomDataParams *p = &data->params;
    gsize values = (gsize)3 * p->crop * p->crop;
    for (guint i = 0; i < p->batch; i++) {
        guint64 sample = batch->index * p->batch + i;
        IdiomRandom r = idiom_random_stream(p->seed, IDIOM_RANDOM_CONTENT, sample);
        const IdiomPicture *picture = draw_picture(data, &r);
        if (!picture)
            return FALSE;
        guint max_x = picture->w - p->crop, max_y = picture->h - p->crop;
        guint x = idiom_random_below(&r, max_x + 1), y = idiom_random_below(&r, max_y + 1);
        guint x2 = draw_near(&r, x, p->max_shift, max_x), y2 = draw_near(&r, y, p->max_shift, max_y);
        gboolean mirror = idiom_random_next(&r) & 1;
        copy_crop(picture, x, y, p->crop, mirror, batch->content + i * values);
        copy_crop(picture, x2, y2, p->crop, mirror, batch->shifted + i * values);
        batch->offset[2 * i] = ((float)x2 - (float)x) * (mirror ? -1 : 1);
        batch->offset[2 * i + 1] = (float)y2 - (float)y;

        IdiomRandom noise = idiom_random_stream(p->seed, IDIOM_RANDOM_NOISE, sample);
        for (gsize k = 0; k < values; k++)
            batch->shifted[i * values + k] += p->noise * idiom_random_normal(&noise);

        if (p->n_references) {
            IdiomRandom s = idiom_random_stream(p->seed, IDIOM_RANDOM_REFERENCE, sample);
            const IdiomPicture *reference = draw_reference(p, &s);
            guint rx = idiom_random_below(&s, reference->w - p->crop + 1);
            guint ry = idiom_random_below(&s, reference->h - p->crop + 1);
            copy_crop(reference, rx, ry, p->crop, idiom_random_next(&s) & 1, batch->reference + i * values);
        }
    }
    return TRUE;
}

static IdiomBatch *batch_new(const IdiomDataParams *p)
{
    gsize values = (gsize)3 * p->crop * p->crop * p->batch;
    IdiomBatch *batch = g_new0(IdiomBatch, 1);
    batch->size = p->batch;
    batch->content = g_new(float, values);
    batch->shifted = g_new(float, values);
    batch->reference = p->n_references ? g_new(float, values) : NULL;
    batch->offset = g_new(float, 2 * p->batch);
    return batch;
}

static void batch_free(IdiomBatch *batch)
{
    if (batch) {
        g_free(batch->content);
        g_free(batch->shifted);
        g_free(batch->reference);
        g_free(batch->offset);
        g_free(batch);
    }
}

/* An index that no batch has: there will be none, no file can be used. */
#define NO_BATCH G_MAXUINT64

static gpointer produce(gpointer pointer)
{
    IdiomData *data = pointer;
    for (guint64 index = data->first;; index++) {
        IdiomBatch *batch = g_async_queue_pop(data->empty);
        if (g_atomic_int_get(&data->stop)) {
            batch_free(batch);
            return NULL;
        }
        batch->index = index;
        gboolean ok = fill_batch(data, batch);
        if (!ok)
            batch->index = NO_BATCH;
        g_async_queue_push(data->full, batch);
        if (!ok)
            return NULL;
    }
}

void idiom_data_start(IdiomData *data, guint64 index)
{
    g_return_if_fail(!data->thread);
    data->first = index;
    for (guint i = 0; i < BATCHES_AHEAD; i++)
        g_async_queue_push(data->empty, batch_new(&data->params));
    data->thread = g_thread_new("data", produce, data);
}

const IdiomBatch *idiom_data_next(IdiomData *data, GError **error)
{
    if (data->current && data->current->index != NO_BATCH)
        g_async_queue_push(data->empty, g_steal_pointer(&data->current));
    if (!data->current)
        data->current = g_async_queue_pop(data->full);
    if (data->current->index != NO_BATCH)
        return data->current;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "none of the %u content files can be used",
                data->files->len);
    return NULL;
}

GPtrArray *idiom_data_samples(IdiomData *data, guint count)
{
    g_return_val_if_fail(!data->thread, NULL);
    GPtrArray *samples = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_picture_free);
    guint n = data->files->len;
    IdiomRandom r = idiom_random_stream(data->params.seed, IDIOM_RANDOM_SAMPLES, 0);
    guint first = idiom_random_below(&r, n);
    count = MIN(count, n);
    for (guint i = 0; i < count; i++) {
        guint file = (first + (guint)((guint64)i * n / count)) % n;
        const IdiomPicture *p = get_picture(data, file, FRAMES_PER_VIDEO / 2);
        if (p)
            g_ptr_array_add(samples, idiom_picture_crop(p, 0, 0, p->w, p->h));
    }
    return samples;
}

void idiom_data_free(IdiomData *data)
{
    if (!data)
        return;
    if (data->thread) {
        g_atomic_int_set(&data->stop, TRUE);
        g_async_queue_push(data->empty, batch_new(&data->params)); /* wakes the thread up */
        g_thread_join(data->thread);
    }
    batch_free(data->current);
    for (gpointer batch; (batch = g_async_queue_try_pop(data->empty));)
        batch_free(batch);
    for (gpointer batch; (batch = g_async_queue_try_pop(data->full));)
        batch_free(batch);
    g_async_queue_unref(data->empty);
    g_async_queue_unref(data->full);
    g_hash_table_unref(data->cache);
    g_ptr_array_unref(data->files);
    g_free(data);
}
