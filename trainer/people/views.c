/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/views.h"

#include "data/random.h"
#include "people/network.h"
#include "people/sources.h"
#include "tool/console.h"

#include <math.h>
#include <string.h>

#define PIXELS ((gsize)PEOPLE_WIDTH * PEOPLE_HEIGHT)
#define WITH_PEOPLE 0.6   /* of the views */
#define PASTED 0.45       /* of the views */
#define SMALLEST_PART 0.4 /* of a picture's sides */
#define STRETCH 1.25      /* of one side against the other: frames of all proportions become of one */
#define SMALLEST_PASTED 0.35
#define LARGEST_PASTED 1.5

struct Views {
    guint count, files;
    guint64 seed;
    guint8 *rgb, *masks; /* of all, one after the other */
};

static double range(Random *r, double from, double to)
{
    return from + (to - from) * random_unit(r);
}

static const Source *pick(const GPtrArray *sources, Random *r)
{
    return sources->pdata[random_below(r, sources->len)];
}

/* A part of a picture, anywhere in it. */
static Part draw_part(Random *r)
{
    const double size = range(r, SMALLEST_PART, 1), stretch = pow(STRETCH, range(r, -1, 1));
    Part part = {.w = MIN(size * stretch, 1), .h = MIN(size / stretch, 1), .mirrored = random_below(r, 2)};
    part.x = random_unit(r) * (1 - part.w);
    part.y = random_unit(r) * (1 - part.h);
    return part;
}

/* All of a picture somewhere in a view, its lower edge at that of the view or below: whoever is cut off is so there. */
static Part draw_paste(Random *r)
{
    const double size = range(r, SMALLEST_PASTED, LARGEST_PASTED), stretch = pow(STRETCH, range(r, -1, 1));
    Part part = {.w = 1 / (size * stretch), .h = stretch / size, .mirrored = random_below(r, 2)};
    part.x = range(r, 0.5 - 0.8 * part.w, 0.5 - 0.2 * part.w);
    part.y = 1 - part.h * range(r, 1, 1.3);
    return part;
}

/* View @index of @sources: its colours. */
static void draw_view(const Sources *sources, guint64 seed, guint index, guint8 *rgb)
{
    Random r = random_stream(seed, RANDOM_PEOPLE_VIEW, index);
    const Source *below = pick(random_unit(&r) < WITH_PEOPLE ? sources->people : sources->all, &r);
    const Part part = draw_part(&r);
    const Source *above = random_unit(&r) < PASTED ? pick(sources->people, &r) : NULL;
    const Part paste = draw_paste(&r);
    for (gsize i = 0; i < PIXELS; i++, rgb += 3) {
        const double u = ((double)(i % PEOPLE_WIDTH) + 0.5) / PEOPLE_WIDTH;
        const double v = ((double)(i / PEOPLE_WIDTH) + 0.5) / PEOPLE_HEIGHT;
        float colour[3], over[3], mask, share = 0;
        source_sample(below, &part, u, v, 1.0 / PEOPLE_WIDTH, 1.0 / PEOPLE_HEIGHT, colour, &mask);
        if (above)
            source_sample(above, &paste, u, v, 1.0 / PEOPLE_WIDTH, 1.0 / PEOPLE_HEIGHT, over, &share);
        for (guint c = 0; c < 3; c++)
            rgb[c] = (guint8)((share > 0 ? colour[c] + share * (over[c] - colour[c]) : colour[c]) + 0.5f);
    }
}

Views *views_new(Masker *teacher, const char *const *content, guint count, guint64 seed, GError **error)
{
    g_auto(Sources) sources = {0};
    if (!sources_load(&sources, teacher, content, error))
        return NULL;
    g_autoptr(Views) views = g_new0(Views, 1);
    views->count = count;
    views->files = sources.files;
    views->seed = seed;
    views->rgb = g_new(guint8, 3 * PIXELS * count);
    views->masks = g_new(guint8, PIXELS * count);
    for (guint i = 0; i < count; i++) {
        Picture view = {PEOPLE_WIDTH, PEOPLE_HEIGHT, views->rgb + 3 * PIXELS * i};
        draw_view(&sources, seed, i, view.rgb);
        const float *mask = masker_run(teacher, &view, error);
        if (!mask)
            return NULL;
        for (gsize k = 0; k < PIXELS; k++)
            views->masks[PIXELS * i + k] = (guint8)(CLAMP(mask[k], 0, 1) * 255 + 0.5f);
        if (console_is_terminal() || (i + 1) % 256 == 0)
            say_progress("view %u/%u", i + 1, count);
    }
    return g_steal_pointer(&views);
}

void views_free(Views *views)
{
    if (!views)
        return;
    g_free(views->rgb);
    g_free(views->masks);
    g_free(views);
}

guint views_files(const Views *views)
{
    return views->files;
}

/* --- batches --------------------------------------------------------------------------------------- */

#define BLURRED 0.25
#define NOISY 0.5
#define NOISE 0.04

/* Mean of three pixels along each side. */
static void blur(float *plane)
{
    g_autofree float *row = g_new(float, PIXELS);
    for (guint pass = 0; pass < 2; pass++) {
        const gsize step = pass ? PEOPLE_WIDTH : 1;
        memcpy(row, plane, PIXELS * sizeof *row);
        for (gsize i = step; i < PIXELS - step; i++)
            plane[i] = (row[i - step] + row[i] + row[i + step]) / 3;
    }
}

/* Other light: brightness, contrast and the balance of colours. */
static void disturb(float *picture, Random *r)
{
    const double gain = pow(1.6, range(r, -1, 1)), gamma = pow(1.5, range(r, -1, 1)),
                 grey = random_below(r, 8) ? 0 : 1;
    const gboolean blurred = random_unit(r) < BLURRED;
    const double noise = random_unit(r) < NOISY ? range(r, 0, NOISE) : 0;
    for (gsize i = 0; grey > 0 && i < PIXELS; i++)
        picture[i] = picture[PIXELS + i] = picture[2 * PIXELS + i] =
            0.3f * picture[i] + 0.6f * picture[PIXELS + i] + 0.1f * picture[2 * PIXELS + i];
    for (guint c = 0; c < 3; c++) {
        float *plane = picture + c * PIXELS, curve[256];
        const double tint = gain * pow(1.15, range(r, -1, 1));
        for (guint i = 0; i < 256; i++)
            curve[i] = (float)(tint * pow(i / 255.0, gamma));
        for (gsize i = 0; i < PIXELS; i++)
            plane[i] = curve[(guint)(plane[i] * 255 + 0.5f)];
        if (blurred)
            blur(plane);
        for (gsize i = 0; i < PIXELS; i++)
            plane[i] = CLAMP(plane[i] + (noise > 0 ? (float)noise * random_normal(r) : 0), 0, 1);
    }
}

void views_batch(const Views *views, guint64 step, guint n, float *pictures, float *masks)
{
    for (guint k = 0; k < n; k++, pictures += 3 * PIXELS, masks += PIXELS) {
        Random r = random_stream(views->seed, RANDOM_PEOPLE_LIGHT, step * n + k);
        const gsize view = random_below(&r, views->count);
        const gboolean mirrored = random_below(&r, 2);
        const guint8 *rgb = views->rgb + 3 * PIXELS * view, *mask = views->masks + PIXELS * view;
        for (gsize i = 0; i < PIXELS; i++) {
            const gsize x = i % PEOPLE_WIDTH, from = mirrored ? i - x + (PEOPLE_WIDTH - 1 - x) : i;
            masks[i] = mask[from] / 255.0f;
            for (guint c = 0; c < 3; c++)
                pictures[c * PIXELS + i] = rgb[3 * from + c] / 255.0f;
        }
        disturb(pictures, &r);
    }
}
