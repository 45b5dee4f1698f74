/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/data.h"

#include "data/caption.h"
#include "data/cells.h"
#include "data/files.h"
#include "tool/console.h"
#include "judge/flow.h"
#include "data/view.h"

#include <idiom-unstable/noise.h>
#include <idiom/error.h>

#include <math.h>
#include <string.h>

#define FRAMES_PER_VIDEO 16 /* sampled, evenly spread */
#define CACHE_BYTES (512u << 20)
#define BATCHES_AHEAD 3

#define SHARE_FULL 0.25      /* of the crops: not scaled down, so as sharp as the picture */
#define SMALLEST 1.05        /* shorter side of a picture that is scaled down, in crops */
#define REFERENCE_SHRINK 1.5 /* at most */

typedef struct {
    char *path;
    guint frames;   /* that may be drawn from it: 1 or FRAMES_PER_VIDEO; 0: not opened yet */
    guint32 broken; /* bit i: frame i cannot be used */
} File;
G_STATIC_ASSERT(FRAMES_PER_VIDEO <= 32);

/* A decoded picture that is kept, because its turn will come again. */
typedef struct {
    guint64 key; /* file, style (with a teacher) and frame */
    Picture *picture;
    Picture *next;   /* the frame that follows it in a video; NULL if there is none or clips are not wanted */
    Picture *taught; /* the teacher's picture; NULL without one */
    int noise[2];    /* where it lies in the field, with a teacher; cells */
    GList link;      /* in data->recent */
} Cached;

struct Data {
    DataParams params;
    DataStyle *styles; /* params.styles */
    GPtrArray *files;  /* of File, sorted by path within each path of the user's */
    guint n_useless;   /* files without a single usable frame */
    int skipped;       /* files with something that cannot be used */

    GHashTable *cache; /* key -> Cached */
    GQueue recent;     /* of Cached, the last used first */
    gsize cache_bytes;

    GThread *thread;
    guint64 first;
    GAsyncQueue *empty, *full; /* of Batch */
    Batch *current;
    int stop;
};

/* --- files ---------------------------------------------------------------------------------------- */

static void file_free(gpointer file)
{
    g_free(((File *)file)->path);
    g_free(file);
}

static void cached_free(gpointer pointer)
{
    Cached *cached = pointer;
    picture_free(cached->picture);
    picture_free(cached->next);
    picture_free(cached->taught);
    g_free(cached);
}

/* Whether every teacher has a picture of the file @path. */
static gboolean is_painted(const Data *data, const char *path)
{
    for (guint s = 0; s < data->params.n_styles; s++)
        if (data->styles[s].pairs && !pairs_has(data->styles[s].pairs, path))
            return FALSE;
    return TRUE;
}

static void add_file(Data *data, const char *path)
{
    if (!is_painted(data, path))
        return;
    File *file = g_new0(File, 1);
    file->path = g_strdup(path);
    g_ptr_array_add(data->files, file);
}

Data *data_new(const char *const *paths, const DataParams *params, GError **error)
{
    g_autoptr(Data) data = g_new0(Data, 1);
    data->params = *params;
    data->styles = g_memdup2(params->styles, params->n_styles * sizeof *params->styles);
    data->files = g_ptr_array_new_with_free_func(file_free);
    data->cache = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, cached_free);
    data->empty = g_async_queue_new();
    data->full = g_async_queue_new();
    g_autoptr(GPtrArray) found = files_collect(paths, error);
    for (guint i = 0; found && i < found->len; i++)
        add_file(data, found->pdata[i]);
    if (!found)
        return NULL;
    if (!data->files->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE,
                    "the teacher has painted none of the %u content files", found->len);
        return NULL;
    }
    return g_steal_pointer(&data);
}

guint data_files(const Data *data)
{
    return data->files->len;
}

guint data_skipped(const Data *data)
{
    return (guint)g_atomic_int_get(&data->skipped);
}

/* --- pictures ------------------------------------------------------------------------------------- */

static void mark_broken(Data *data, File *file, guint32 frames, const GError *error)
{
    if (!file->broken) {
        say("skipped: %s", error->message);
        g_atomic_int_inc(&data->skipped);
    }
    file->broken |= frames;
    if (file->broken == (guint32)((1ull << file->frames) - 1))
        data->n_useless++;
}

static gsize cached_bytes(const Cached *cached)
{
    return (gsize)3 * cached->picture->w * cached->picture->h * (cached->next || cached->taught ? 2 : 1);
}

static void make_room(Data *data)
{
    while (data->cache_bytes > CACHE_BYTES && data->recent.length > 1) {
        Cached *oldest = g_queue_peek_tail(&data->recent);
        g_queue_unlink(&data->recent, &oldest->link);
        data->cache_bytes -= cached_bytes(oldest);
        g_hash_table_remove(data->cache, &oldest->key);
    }
}

static gboolean load(const Data *data, const File *file, guint frame, const Pairs *pairs, Cached *loaded,
                     GError **error)
{
    const guint crop = data->params.crop;
    const gboolean two = file->frames > 1 && data->params.moved && data->params.clips > 0;
    if (!pairs)
        return (loaded->picture =
                    picture_load_pair(file->path, (frame + 0.5) / file->frames, crop,
                                      MAX(400, crop + crop / 4), two ? &loaded->next : NULL, error)) != NULL;
    if (!pairs_load(pairs, file->path, &loaded->picture, &loaded->taught, error))
        return FALSE;
    idiom_noise_offset(file->path, &loaded->noise[0], &loaded->noise[1]);
    if (loaded->picture->w >= crop && loaded->picture->h >= crop)
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%s: %ux%u pixels, smaller than the crops (%u)",
                file->path, loaded->picture->w, loaded->picture->h, crop);
    return FALSE;
}

/*
 * The picture in a file, or one of the FRAMES_PER_VIDEO frames if it is a video, with what the teacher of @style made of
 * it; NULL if it is broken.
 */
static const Cached *get_picture(Data *data, guint file_index, guint style, guint frame)
{
    File *file = data->files->pdata[file_index];
    const Pairs *pairs = data->styles[style].pairs;
    g_autoptr(GError) error = NULL;
    if (!file->frames) {
        gboolean video = FALSE;
        gboolean ok = picture_is_video(file->path, &video, &error);
        file->frames = video ? FRAMES_PER_VIDEO : 1;
        if (!ok)
            mark_broken(data, file, 1, error);
    }
    frame %= file->frames;
    if (file->broken >> frame & 1)
        return NULL;
    const guint64 seen_by = pairs ? style : 0;
    guint64 key = (seen_by * data->files->len + file_index) * FRAMES_PER_VIDEO + frame;
    Cached *cached = g_hash_table_lookup(data->cache, &key);
    if (cached) {
        g_queue_unlink(&data->recent, &cached->link);
        g_queue_push_head_link(&data->recent, &cached->link);
        return cached;
    }
    cached = g_new0(Cached, 1);
    cached->key = key;
    cached->link.data = cached;
    if (!load(data, file, frame, pairs, cached, &error)) {
        mark_broken(data, file, 1u << frame, error);
        cached_free(cached);
        return NULL;
    }
    g_hash_table_insert(data->cache, &cached->key, cached);
    g_queue_push_head_link(&data->recent, &cached->link);
    data->cache_bytes += cached_bytes(cached);
    make_room(data);
    return cached;
}

/*
 * A random picture: the first of the stream @r that is not broken; NULL if all are. Broken ones are drawn again and
 * again, so that the result does not depend on when they were noticed.
 */
static const Cached *draw_picture(Data *data, guint style, Random *r)
{
    while (data->n_useless < data->files->len) {
        guint file = random_below(r, data->files->len);
        const Cached *picture = get_picture(data, file, style, random_below(r, FRAMES_PER_VIDEO));
        if (picture)
            return picture;
    }
    return NULL;
}

static const Picture *draw_reference(const DataStyle *style, Random *r)
{
    double u = random_unit(r);
    guint i = 0;
    while (i + 1 < style->n_references && u >= style->reference_weights[i])
        u -= style->reference_weights[i++];
    return style->references[i];
}

/* Where a crop is cut out of a picture. */
typedef struct {
    double x, y, scale;
    gboolean mirror;
} Place;

/* A place for a crop of @size pixels; the picture is scaled down so far at most that its shorter side is @smallest. */
static Place draw_place(const Picture *picture, guint size, double smallest, Random *r)
{
    const double shorter = MIN(picture->w, picture->h);
    const gboolean full = random_unit(r) < SHARE_FULL || shorter <= smallest;
    const double u = random_unit(r);
    Place place = {.scale = full ? 1 : shorter / (smallest + u * (shorter - smallest))};
    place.x = random_unit(r) * (picture->w - size * place.scale + (full ? 1 : 0));
    place.y = random_unit(r) * (picture->h - size * place.scale + (full ? 1 : 0));
    if (full) { /* between pixels, it would be blurred */
        place.x = floor(place.x);
        place.y = floor(place.y);
    }
    place.mirror = random_next(r) & 1;
    return place;
}

/* A place for a crop whose pixels are the picture's, not mirrored. */
static Place draw_place_as_is(const Picture *picture, guint size, Random *r)
{
    Place place = {.scale = 1};
    place.x = random_below(r, picture->w - size + 1);
    place.y = random_below(r, picture->h - size + 1);
    return place;
}

/* Cuts @size pixels at @place, with @margin more on each side. */
static void cut(const Picture *picture, const Place *place, guint margin, guint size, float *values)
{
    view_cut(picture, place->x - margin * place->scale, place->y - margin * place->scale, place->scale,
             place->mirror, size + 2 * margin, size + 2 * margin, values);
}

/* The inner part of [channels,size+2margin,size+2margin]. */
static void copy_inside(const float *source, guint channels, guint margin, guint size, float *values)
{
    const guint wide = size + 2 * margin;
    for (guint c = 0; c < channels; c++)
        for (guint y = 0; y < size; y++)
            memcpy(values + ((gsize)c * size + y) * size,
                   source + ((gsize)c * wide + y + margin) * wide + margin, size * sizeof(float));
}

/* --- batches -------------------------------------------------------------------------------------- */

/* Every style in turn, in an order that is shuffled for each round. */
static guint style_of_batch(const DataParams *p, guint64 index)
{
    g_autofree guint *order = g_new(guint, p->n_styles);
    Random r = random_stream(p->seed, RANDOM_STYLE, index / p->n_styles);
    for (guint i = 0; i < p->n_styles; i++) {
        const guint j = random_below(&r, i + 1); /* Fisher and Yates */
        order[i] = order[j];
        order[j] = i;
    }
    return order[index % p->n_styles];
}

/* The view of one crop from which all that is in the batch comes: with margins, so that it can move. */
typedef struct {
    const Cached *picture;
    Place place;
    guint margin;
    gboolean captioned;
    float *pixels, *mask; /* [3,side,side] and [1,side,side], side = crop + 2 margin */
    float *taught;        /* [3,side,side]; NULL without a teacher */
    double field[2];      /* place of the crop in the field of noise, in pixels */
} Source;

/* Where pixel (0, 0) of the crop lies in the field: with a teacher as the photo does, otherwise anywhere. */
static void place_in_field(const DataParams *p, Source *source, guint64 sample)
{
    Random r = random_stream(p->seed, RANDOM_NOISE, sample);
    const double corner[2] = {source->place.x, source->place.y};
    for (guint i = 0; i < 2; i++)
        source->field[i] = source->taught ? source->picture->noise[i] * IDIOM_NOISE_CELL + corner[i]
                                          : random_below(&r, IDIOM_NOISE_PERIOD) * IDIOM_NOISE_CELL;
}

static float *field_of(const DataParams *p, float *fields, guint i)
{
    return fields + i * cells_count(p->crop);
}

static float *luma_of(const float *picture, gsize plane)
{
    float *luma = g_new(float, plane);
    for (gsize k = 0; k < plane; k++)
        luma[k] = 0.299f * picture[k] + 0.587f * picture[plane + k] + 0.114f * picture[2 * plane + k];
    return luma;
}

/* The flow of Batch between two frames of a video; far outside where the way there and back do not agree. */
static void estimate_flow(const float *content, const float *moved, guint size, float *flow)
{
    const gsize plane = (gsize)size * size;
    g_autofree float *content_luma = luma_of(content, plane), *moved_luma = luma_of(moved, plane);
    g_autoptr(FlowFrame) first = flow_frame_new(content_luma, size, size);
    g_autoptr(FlowFrame) second = flow_frame_new(moved_luma, size, size);
    g_autofree float *there = g_new(float, 2 * plane), *back = g_new(float, 2 * plane);
    flow_estimate(second, first, there);
    flow_estimate(first, second, back);
    for (gsize k = 0; k < plane; k++) {
        const float fx = there[2 * k], fy = there[2 * k + 1];
        const float x = roundf((float)(k % size) + fx), y = roundf((float)(k / size) + fy);
        const gboolean agree = x >= 0 && y >= 0 && x < (float)size && y < (float)size &&
                               flow_agrees(there + 2 * k, back + 2 * ((gsize)y * size + (gsize)x));
        flow[k] = agree ? fx : 2 * (float)size;
        flow[plane + k] = agree ? fy : 2 * (float)size;
    }
}

/* The second view of sample @i: the next frame, or the same after a motion. */
static void fill_moved(const DataParams *p, const Source *source, Batch *batch, guint i, Random *r)
{
    const gsize plane = (gsize)p->crop * p->crop;
    float *moved = batch->moved + 3 * plane * i, *flow = batch->flow + 2 * plane * i;
    const CameraMotion motion = camera_draw(r, p->max_shift);
    /* text would have to be drawn over another picture, and might look different there */
    const gboolean clip = random_unit(r) < p->clips && source->picture->next && !source->captioned;
    if (clip) {
        cut(source->picture->next, &source->place, 0, p->crop, moved);
        estimate_flow(batch->content + 3 * plane * i, moved, p->crop, flow);
        if (batch->field)
            cells_after_flow(source->field, flow, p->crop, field_of(p, batch->field_moved, i));
        return;
    }
    if (batch->field)
        cells_after_motion(source->field, &motion, p->crop, field_of(p, batch->field_moved, i));
    camera_flow(&motion, p->crop, flow);
    camera_apply(&motion, source->pixels, source->margin, p->crop, moved);
    if (source->taught)
        camera_apply(&motion, source->taught, source->margin, p->crop, batch->taught_moved + 3 * plane * i);
    if (p->noise > 0)
        view_disturb(moved, p->crop, p->noise, r);
}

/* Draws text into the photo, and the same into the teacher's picture of it. */
static void draw_caption(Source *source, guint side, Random *r)
{
    const gsize plane = (gsize)side * side;
    g_autofree float *before = source->taught ? g_memdup2(source->pixels, 3 * plane * sizeof(float)) : NULL;
    caption_draw(r, source->pixels, source->mask, side);
    for (gsize k = 0; before && k < plane; k++) {
        gboolean drawn = FALSE;
        for (guint c = 0; c < 3; c++)
            drawn |= fabsf(source->pixels[c * plane + k] - before[c * plane + k]) > 1.0f / 255;
        for (guint c = 0; c < 3 && drawn; c++)
            source->taught[c * plane + k] = source->pixels[c * plane + k];
    }
}

static void fill_content(const DataParams *p, Source *source, Batch *batch, guint i, guint64 sample)
{
    const gsize plane = (gsize)p->crop * p->crop;
    const guint side = p->crop + 2 * source->margin;
    cut(source->picture->picture, &source->place, source->margin, p->crop, source->pixels);
    if (source->taught)
        cut(source->picture->taught, &source->place, source->margin, p->crop, source->taught);
    if (p->captions > 0) {
        Random r = random_stream(p->seed, RANDOM_CAPTION, sample);
        source->captioned = random_unit(&r) < p->captions;
        if (source->captioned)
            draw_caption(source, side, &r);
        else
            memset(source->mask, 0, (gsize)side * side * sizeof(float));
        copy_inside(source->mask, 1, source->margin, p->crop, batch->mask + i * plane);
    }
    copy_inside(source->pixels, 3, source->margin, p->crop, batch->content + 3 * i * plane);
    if (source->taught)
        copy_inside(source->taught, 3, source->margin, p->crop, batch->taught + 3 * i * plane);
}

static void fill_reference(const DataParams *p, const DataStyle *style, float *values, Random *r)
{
    const Picture *reference = draw_reference(style, r);
    const double shorter = MIN(reference->w, reference->h);
    const Place place = draw_place(reference, p->crop, MAX(p->crop, shorter / REFERENCE_SHRINK), r);
    cut(reference, &place, 0, p->crop, values);
}

static gboolean fill_batch(Data *data, Batch *batch)
{
    const DataParams *p = &data->params;
    const guint margin = p->moved ? camera_margin(p->max_shift, p->crop) : 0;
    const gsize side = p->crop + 2 * margin;
    g_autofree float *pixels = g_new(float, 3 * side * side);
    g_autofree float *mask = g_new(float, side *side);
    g_autofree float *taught = batch->taught ? g_new(float, 3 * side * side) : NULL;
    batch->style = style_of_batch(p, batch->index);
    const DataStyle *style = &data->styles[batch->style];
    for (guint i = 0; i < p->batch; i++) {
        guint64 sample = batch->index * p->batch + i;
        Source source = {.margin = margin, .pixels = pixels, .mask = mask, .taught = taught};
        Random r = random_stream(p->seed, RANDOM_CONTENT, sample);
        source.picture = draw_picture(data, batch->style, &r);
        if (!source.picture)
            return FALSE;
        source.place = taught ? draw_place_as_is(source.picture->picture, p->crop, &r)
                              : draw_place(source.picture->picture, p->crop, SMALLEST * p->crop, &r);
        fill_content(p, &source, batch, i, sample);
        if (p->field) {
            const CameraMotion still = camera_still();
            place_in_field(p, &source, sample);
            cells_after_motion(source.field, &still, p->crop, field_of(p, batch->field, i));
        }
        if (p->moved) {
            Random m = random_stream(p->seed, RANDOM_MOTION, sample);
            fill_moved(p, &source, batch, i, &m);
        }
        if (style->n_references) {
            Random s = random_stream(p->seed, RANDOM_REFERENCE, sample);
            fill_reference(p, style, batch->reference + (gsize)3 * p->crop * p->crop * i, &s);
        }
    }
    return TRUE;
}

static Batch *batch_new(const Data *data)
{
    const DataParams *p = &data->params;
    const gsize pixels = (gsize)p->crop * p->crop * p->batch;
    gboolean references = FALSE;
    for (guint i = 0; i < p->n_styles; i++)
        references |= data->styles[i].n_references > 0;
    Batch *batch = g_new0(Batch, 1);
    batch->size = p->batch;
    batch->content = g_new(float, 3 * pixels);
    batch->mask = p->captions > 0 ? g_new(float, pixels) : NULL;
    const gsize cells = p->batch * cells_count(p->crop);
    batch->field = p->field ? g_new(float, cells) : NULL;
    batch->field_moved = p->field && p->moved ? g_new(float, cells) : NULL;
    batch->reference = references ? g_new(float, 3 * pixels) : NULL;
    batch->taught = data->styles[0].pairs ? g_new(float, 3 * pixels) : NULL;
    batch->taught_moved = batch->taught && p->moved ? g_new(float, 3 * pixels) : NULL;
    if (p->moved) {
        batch->moved = g_new(float, 3 * pixels);
        batch->flow = g_new(float, 2 * pixels);
    }
    return batch;
}

static void batch_free(Batch *batch)
{
    if (batch) {
        g_free(batch->content);
        g_free(batch->mask);
        g_free(batch->field);
        g_free(batch->field_moved);
        g_free(batch->moved);
        g_free(batch->flow);
        g_free(batch->reference);
        g_free(batch->taught);
        g_free(batch->taught_moved);
        g_free(batch);
    }
}

/* An index that no batch has: there will be none, no file can be used. */
#define NO_BATCH G_MAXUINT64

static gpointer produce(gpointer pointer)
{
    Data *data = pointer;
    for (guint64 index = data->first;; index++) {
        Batch *batch = g_async_queue_pop(data->empty);
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

void data_start(Data *data, guint64 index)
{
    g_return_if_fail(!data->thread);
    data->first = index;
    for (guint i = 0; i < BATCHES_AHEAD; i++)
        g_async_queue_push(data->empty, batch_new(data));
    data->thread = g_thread_new("data", produce, data);
}

const Batch *data_next(Data *data, GError **error)
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

GPtrArray *data_samples(Data *data, guint count)
{
    g_return_val_if_fail(!data->thread, NULL);
    GPtrArray *samples = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    guint n = data->files->len;
    Random r = random_stream(data->params.seed, RANDOM_SAMPLES, 0);
    guint first = random_below(&r, n);
    count = MIN(count, n);
    for (guint i = 0; i < count; i++) {
        guint file = (first + (guint)((guint64)i * n / count)) % n;
        const Cached *cached = get_picture(data, file, 0, FRAMES_PER_VIDEO / 2);
        if (cached)
            g_ptr_array_add(samples,
                            picture_crop(cached->picture, 0, 0, cached->picture->w, cached->picture->h));
    }
    return samples;
}

void data_free(Data *data)
{
    if (!data)
        return;
    if (data->thread) {
        g_atomic_int_set(&data->stop, TRUE);
        g_async_queue_push(data->empty, batch_new(data)); /* wakes the thread up */
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
    g_free(data->styles);
    g_free(data);
}
