/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/sources.h"

#include "data/files.h"
#include "media/clip.h"
#include "people/network.h"
#include "tool/console.h"

#include <math.h>

#define PIXELS ((gsize)PEOPLE_WIDTH * PEOPLE_HEIGHT)
#define SHORT_SIDE 320 /* of a picture that is kept, at most */
#define EVERY 5        /* of a video's frames */
#define MOST_FRAMES 48 /* of a video */
/* Less is nobody, more is no person any longer. */
#define LEAST_SHARE 0.03
#define MOST_SHARE 0.85

/* --- looking at them ------------------------------------------------------------------------------- */

static gsize clamp_index(double at, guint n)
{
    return (gsize)CLAMP(at, 0, (double)n - 1);
}

/* Linearly between the four pixels around, of @channels. */
static void between(const guint8 *pixels, guint w, guint h, guint channels, double x, double y, float *made)
{
    const double left = floor(x * w - 0.5), top = floor(y * h - 0.5);
    const float fx = (float)(x * w - 0.5 - left), fy = (float)(y * h - 0.5 - top);
    const gsize columns[2] = {clamp_index(left, w), clamp_index(left + 1, w)};
    const gsize rows[2] = {clamp_index(top, h), clamp_index(top + 1, h)};
    for (guint c = 0; c < channels; c++) {
        float row[2];
        for (guint i = 0; i < 2; i++)
            row[i] = (1 - fx) * pixels[(rows[i] * w + columns[0]) * channels + c] +
                     fx * pixels[(rows[i] * w + columns[1]) * channels + c];
        made[c] = (1 - fy) * row[0] + fy * row[1];
    }
}

void source_sample(const Source *source, const Part *part, double u, double v, double across, double down,
                   float rgb[3], float *mask)
{
    rgb[0] = rgb[1] = rgb[2] = *mask = 0;
    for (guint i = 0; i < 4; i++) {
        float colour[3], share = 0;
        const double su = u + (i % 2 ? 0.25 : -0.25) * across, sv = v + (i / 2 ? 0.25 : -0.25) * down;
        const double x = part->x + part->w * (part->mirrored ? 1 - su : su), y = part->y + part->h * sv;
        between(source->picture->rgb, source->picture->w, source->picture->h, 3, x, y, colour);
        for (guint c = 0; c < 3; c++)
            rgb[c] += colour[c] / 4;
        if (source->mask && x >= 0 && x < 1 && y >= 0 && y < 1)
            between(source->mask, PEOPLE_WIDTH, PEOPLE_HEIGHT, 1, x, y, &share);
        *mask += share / (4 * 255);
    }
}

Picture *picture_fit(const Picture *picture)
{
    const Source source = {.picture = (Picture *)picture};
    const Part all = {0, 0, 1, 1, FALSE};
    Picture *fit = picture_new(PEOPLE_WIDTH, PEOPLE_HEIGHT);
    for (gsize i = 0; i < PIXELS; i++) {
        float rgb[3], mask;
        source_sample(&source, &all, ((double)(i % PEOPLE_WIDTH) + 0.5) / PEOPLE_WIDTH,
                      ((double)(i / PEOPLE_WIDTH) + 0.5) / PEOPLE_HEIGHT, 1.0 / PEOPLE_WIDTH,
                      1.0 / PEOPLE_HEIGHT, rgb, &mask);
        for (guint c = 0; c < 3; c++)
            fit->rgb[3 * i + c] = (guint8)(rgb[c] + 0.5f);
    }
    return fit;
}

/* --- reading them ---------------------------------------------------------------------------------- */

static void free_source(gpointer data)
{
    Source *source = data;
    picture_free(source->picture);
    g_free(source->mask);
    g_free(source);
}

/* @picture: (transfer full) */
static gboolean add(Sources *sources, Masker *teacher, Picture *picture, GError **error)
{
    Source *source = g_new0(Source, 1);
    source->picture = picture;
    g_ptr_array_add(sources->all, source);
    g_autoptr(Picture) fit = picture_fit(picture);
    const float *mask = masker_run(teacher, fit, error);
    if (!mask)
        return FALSE;
    source->mask = g_new(guint8, PIXELS);
    for (gsize i = 0; i < PIXELS; i++) {
        source->mask[i] = (guint8)(CLAMP(mask[i], 0, 1) * 255 + 0.5f);
        source->share += (mask[i] > 0.5f) / (double)PIXELS;
    }
    if (source->share >= LEAST_SHARE && source->share <= MOST_SHARE)
        g_ptr_array_add(sources->people, source);
    return TRUE;
}

static gboolean add_clip(Sources *sources, Masker *teacher, const char *path, GError **error)
{
    g_autoptr(GError) unread = NULL;
    g_autoptr(Clip) clip = clip_open(path, 0, 0, &unread);
    guint frames = 0;
    for (guint i = 0; clip && frames < MOST_FRAMES; i++) {
        g_autoptr(Picture) frame = clip_next(clip, &unread);
        if (!frame)
            break;
        if (i % EVERY)
            continue;
        frames++;
        if (!add(sources, teacher, g_steal_pointer(&frame), error))
            return FALSE;
    }
    if (unread)
        say("%s", unread->message);
    sources->files += frames > 0;
    return TRUE;
}

static gboolean add_photo(Sources *sources, Masker *teacher, const char *path, GError **error)
{
    g_autoptr(GError) unread = NULL;
    Picture *picture = picture_load(path, 0.5, 0, SHORT_SIDE, &unread);
    if (!picture) {
        say("%s", unread->message);
        return TRUE;
    }
    sources->files++;
    return add(sources, teacher, picture, error);
}

gboolean sources_load(Sources *sources, Masker *teacher, const char *const *content, GError **error)
{
    sources->all = g_ptr_array_new_with_free_func(free_source);
    sources->people = g_ptr_array_new();
    sources->files = 0;
    g_autoptr(GPtrArray) files = files_collect(content, error);
    for (guint i = 0; files && i < files->len; i++) {
        const char *path = files->pdata[i];
        gboolean video = FALSE;
        if (console_is_terminal())
            say_progress("%u/%u %s", i + 1, files->len, path);
        picture_is_video(path, &video, NULL);
        if (!(video ? add_clip : add_photo)(sources, teacher, path, error))
            return FALSE;
    }
    if (files && !sources->people->len)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--content: the teacher finds nobody in %u files", sources->files);
    return files && sources->people->len;
}

void sources_clear(Sources *sources)
{
    g_clear_pointer(&sources->all, g_ptr_array_unref);
    g_clear_pointer(&sources->people, g_ptr_array_unref);
}
