/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/compare.h"

#include "data/files.h"
#include "data/random.h"
#include "media/clip.h"
#include "people/network.h"
#include "people/sources.h"
#include "tool/console.h"

#include <math.h>
#include <string.h>

#define PIXELS ((gsize)PEOPLE_WIDTH * PEOPLE_HEIGHT)
#define LEAST_SHARE 0.03
#define NOISE 0.02f
#define GREY 60 /* what is cut away, in a sheet */

/* Both networks' masks of a picture: the network's, the teacher's. */
typedef struct {
    float mask[2][PEOPLE_WIDTH * PEOPLE_HEIGHT];
} Masks;

typedef struct {
    Masker *maskers[2];
    const char *sheet;
    PeopleScores *scores;
    GArray *ious; /* double */
} Comparison;

static double iou(const float *a, const float *b)
{
    gsize both = 0, either = 0;
    for (gsize i = 0; i < PIXELS; i++) {
        both += a[i] > 0.5f && b[i] > 0.5f;
        either += a[i] > 0.5f || b[i] > 0.5f;
    }
    return either ? (double)both / (double)either : 1;
}

static double share(const float *mask)
{
    gsize count = 0;
    for (gsize i = 0; i < PIXELS; i++)
        count += mask[i] > 0.5f;
    return (double)count / (double)PIXELS;
}

static gboolean look(const Comparison *c, const Picture *fit, Masks *masks, GError **error)
{
    for (guint i = 0; i < 2; i++) {
        const float *mask = masker_run(c->maskers[i], fit, error);
        if (!mask)
            return FALSE;
        memcpy(masks->mask[i], mask, PIXELS * sizeof *mask);
    }
    return TRUE;
}

static Picture *with_noise(const Picture *picture, guint64 seed)
{
    Random r = random_stream(seed, RANDOM_PEOPLE_LIGHT, 0);
    Picture *noisy = picture_new(picture->w, picture->h);
    for (gsize i = 0; i < 3 * PIXELS; i++)
        noisy->rgb[i] = (guint8)CLAMP(picture->rgb[i] + 255 * NOISE * random_normal(&r) + 0.5f, 0, 255);
    return noisy;
}

/* The picture, and what each of the two leaves of it, side by side. */
static gboolean write_sheet(const Comparison *c, const Picture *fit, const Masks *masks, const char *path,
                            GError **error)
{
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strdup_printf("%03u-%s.png", c->ious->len, base);
    g_autofree char *file = g_build_filename(c->sheet, name, NULL);
    g_autoptr(Picture) all = picture_new(3 * PEOPLE_WIDTH, PEOPLE_HEIGHT);
    for (gsize i = 0; i < 3 * PIXELS; i++) {
        const gsize x = i % (3 * PEOPLE_WIDTH), y = i / (3 * PEOPLE_WIDTH), panel = x / PEOPLE_WIDTH,
                    from = y * PEOPLE_WIDTH + x % PEOPLE_WIDTH;
        const float kept = panel ? masks->mask[panel - 1][from] : 1;
        for (guint k = 0; k < 3; k++)
            all->rgb[3 * i + k] = (guint8)(GREY + kept * (fit->rgb[3 * from + k] - GREY));
    }
    return picture_write_png(all, file, error);
}

static gboolean count_still(Comparison *c, const Picture *fit, GError **error)
{
    g_autofree Masks *shots = g_new(Masks, 2);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(Picture) shot = with_noise(fit, i + 1);
        if (!look(c, shot, &shots[i], error))
            return FALSE;
    }
    for (guint i = 0; i < 2; i++)
        c->scores->still[i] += iou(shots[0].mask[i], shots[1].mask[i]);
    return TRUE;
}

/* A frame that counts. */
static gboolean count_frame(Comparison *c, const Picture *fit, const Masks *masks, const char *path,
                            GError **error)
{
    PeopleScores *s = c->scores;
    for (gsize i = 0; i < PIXELS; i++)
        s->off += fabs((double)masks->mask[0][i] - (double)masks->mask[1][i]) / (double)PIXELS;
    if (share(masks->mask[1]) < LEAST_SHARE) {
        s->empty++;
        s->found += share(masks->mask[0]);
        return TRUE;
    }
    const double same = iou(masks->mask[0], masks->mask[1]);
    g_array_append_val(c->ious, same);
    return count_still(c, fit, error) && (!c->sheet || write_sheet(c, fit, masks, path, error));
}

static guint count_frames(const char *path, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(Clip) clip = clip_open(path, 0, 0, error);
    guint count = 0;
    while (clip) {
        g_autoptr(Picture) frame = clip_next(clip, &failed);
        if (!frame)
            break;
        count++;
    }
    return count;
}

static gboolean compare_file(Comparison *c, const char *path, guint per_clip, GError **error)
{
    PeopleScores *s = c->scores;
    const guint frames = count_frames(path, error), counted = c->ious->len;
    g_autoptr(Clip) clip = frames ? clip_open(path, 0, 0, error) : NULL;
    g_autofree Masks *last = g_new(Masks, 1), *now = g_new(Masks, 1);
    if (!clip)
        return FALSE;
    for (guint i = 0; i < frames; i++) {
        g_autoptr(Picture) frame = clip_next(clip, error);
        g_autoptr(Picture) fit = frame ? picture_fit(frame) : NULL;
        if (!fit || !look(c, fit, now, error))
            return FALSE;
        const gboolean counts = (guint64)i * per_clip / frames != (guint64)(i + 1) * per_clip / frames;
        if ((counts || frames <= per_clip) && !count_frame(c, fit, now, path, error))
            return FALSE;
        for (guint k = 0; i && k < 2; k++)
            s->steady[k] += iou(last->mask[k], now->mask[k]);
        s->pairs += i > 0;
        Masks *other = last;
        last = now;
        now = other;
    }
    s->files += c->ious->len > counted;
    double sum = 0;
    for (guint i = counted; i < c->ious->len; i++)
        sum += g_array_index(c->ious, double, i);
    if (c->ious->len > counted)
        say("%s: IoU %.3f", path, sum / (c->ious->len - counted));
    return TRUE;
}

static int by_size(gconstpointer a, gconstpointer b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void finish(Comparison *c)
{
    PeopleScores *s = c->scores;
    const guint n = s->frames = c->ious->len, all = n + s->empty;
    for (guint i = 0; i < n; i++)
        s->iou += g_array_index(c->ious, double, i) / n;
    g_array_sort(c->ious, by_size);
    s->low_iou = n ? g_array_index(c->ious, double, n / 10) : 0;
    s->off /= MAX(all, 1);
    s->found /= MAX(s->empty, 1);
    for (guint k = 0; k < 2; k++) {
        s->steady[k] /= MAX(s->pairs, 1);
        s->still[k] /= MAX(n, 1);
    }
}

gboolean people_compare(Masker *network, Masker *teacher, const char *const *content, guint per_clip,
                        const char *sheet, PeopleScores *scores, GError **error)
{
    g_autoptr(GPtrArray) files = files_collect(content, error);
    g_autoptr(GArray) ious = g_array_new(FALSE, FALSE, sizeof(double));
    Comparison c = {{network, teacher}, sheet, scores, ious};
    *scores = (PeopleScores){0};
    for (guint i = 0; files && i < files->len; i++)
        if (!compare_file(&c, files->pdata[i], per_clip, error))
            return FALSE;
    finish(&c);
    return files != NULL;
}
