/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/reference.h"

#include "tool/console.h"
#include "data/view.h"

#include <math.h>
#include <string.h>

#define TILE 16 /* pixels a side of the tiles whose noise is measured */
#define FLAT_SHARE 0.1
#define GRID 8

/* Below these nothing is done: scans and photos of paintings have as much. */
#define MIN_NOISE 4.0
#define MIN_BLOCKS 5.0
/* Deviation of what JPEG adds, in steps at the borders of its blocks. */
#define SIGMA_PER_BLOCKS 1.0
#define SMALL_SHARE 0.8     /* of the wanted side: smaller pictures are worth a word */
#define HALVES_QUALITY 10.0 /* sigma at which a picture counts half */

#define SEARCH 5 /* pixels to each side within which like patches are looked for */
#define PATCH 2  /* pixels to each side of a patch's middle */

/* --- flaws ---------------------------------------------------------------------------------------- */

/* A plane of the sums of the colours times @red, @green and @blue. */
static float *mix_colours(const Picture *picture, float red, float green, float blue)
{
    const gsize pixels = (gsize)picture->w * picture->h;
    float *plane = g_new(float, pixels);
    for (gsize i = 0; i < pixels; i++) {
        const guint8 *p = picture->rgb + 3 * i;
        plane[i] = red * p[0] + green * p[1] + blue * p[2];
    }
    return plane;
}

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * Deviation of the noise by Immerkaer's operator (CVIU 1996), which neither ramps nor straight edges along the axes
 * excite. Of all tiles the flattest count: elsewhere it is the picture's own texture.
 */
static double noise_level(const float *plane, guint w, guint h)
{
    g_autoptr(GArray) levels = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint top = 0; top + TILE + 2 <= h; top += TILE)
        for (guint left = 0; left + TILE + 2 <= w; left += TILE) {
            double sum = 0;
            for (guint y = 1; y <= TILE; y++)
                for (guint x = 1; x <= TILE; x++) {
                    const float *p = plane + (gsize)(top + y) * w + left + x;
                    const float *above = p - w, *below = p + w;
                    sum += fabsf(above[-1] - 2 * above[0] + above[1] - 2 * (p[-1] - 2 * p[0] + p[1]) +
                                 below[-1] - 2 * below[0] + below[1]);
                }
            const double level = sqrt(G_PI / 2) / 6 * sum / (TILE * TILE);
            g_array_append_val(levels, level);
        }
    if (!levels->len)
        return 0;
    g_array_sort(levels, compare_doubles);
    return g_array_index(levels, double, (guint)(FLAT_SHARE * (levels->len - 1)));
}

/* Of the steps from each pixel to the next along one axis: how much larger they are at every eighth one. */
static double block_level(const float *luma, guint w, guint h, gsize across, gsize along)
{
    if (w < 3 * GRID || h < GRID)
        return 0;
    double sum[GRID] = {0}, sorted[GRID];
    guint count[GRID] = {0};
    for (guint y = 0; y < h; y++)
        for (guint x = 1; x + 2 < w; x++) {
            const float *p = luma + y * along + x * across;
            /* less what a smooth slope, or an edge that the optics have spread, does on both sides */
            sum[x % GRID] +=
                fabsf(p[across] - p[0] - 0.5f * (p[0] - *(p - across) + p[2 * across] - p[across]));
            count[x % GRID]++;
        }
    for (guint i = 0; i < GRID; i++)
        sorted[i] = sum[i] /= count[i];
    qsort(sorted, GRID, sizeof(double), compare_doubles);
    return sorted[GRID - 1] - 0.5 * (sorted[GRID / 2 - 1] + sorted[GRID / 2]);
}

Flaws picture_flaws(const Picture *picture)
{
    const guint w = picture->w, h = picture->h;
    const float half = (float)G_SQRT2 / 2;
    /* sensors' noise is of each colour by itself, so seen in their difference; canvas and strokes mostly are not */
    g_autofree float *red = mix_colours(picture, half, -half, 0);
    g_autofree float *blue = mix_colours(picture, 0, -half, half);
    g_autofree float *luma = mix_colours(picture, 0.299f, 0.587f, 0.114f);
    return (Flaws){0.5 * (noise_level(red, w, h) + noise_level(blue, w, h)),
                   0.5 * (block_level(luma, w, h, 1, w) + block_level(luma, h, w, w, 1))};
}

/* --- cleaning ------------------------------------------------------------------------------------- */

/* Adds up @values over the @radius pixels on each side of each, clamped to the picture, along one axis. */
static void box_sum(const float *values, float *sums, guint n, guint lines, gsize step, gsize line,
                    int radius)
{
    for (guint l = 0; l < lines; l++) {
        const float *from = values + l * line;
        float *to = sums + l * line;
        for (int i = 0; i < (int)n; i++) {
            float sum = 0;
            for (int k = -radius; k <= radius; k++)
                sum += from[(gsize)CLAMP(i + k, 0, (int)n - 1) * step];
            to[(gsize)i * step] = sum;
        }
    }
}

Picture *picture_clean(const Picture *picture, double sigma)
{
    const int w = (int)picture->w, h = (int)picture->h;
    const gsize pixels = (gsize)w * h;
    g_autofree float *distance = g_new(float, pixels), *rows = g_new(float, pixels);
    g_autofree float *weights = g_new0(float, pixels), *sums = g_new0(float, 3 * pixels);
    const float values = 3 * (2 * PATCH + 1) * (2 * PATCH + 1); /* in a patch */
    const float expected = (float)(2 * sigma * sigma);          /* of two noisy views of the same */
    const float tolerance = (float)(0.5 * sigma * sigma);
    /* one displacement at a time, so that patches' distances are sums over boxes */
    for (int dy = -SEARCH; dy <= SEARCH; dy++)
        for (int dx = -SEARCH; dx <= SEARCH; dx++) {
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    const guint8 *p = picture->rgb + 3 * ((gsize)y * w + x);
                    const guint8 *q =
                        picture->rgb + 3 * ((gsize)CLAMP(y + dy, 0, h - 1) * w + CLAMP(x + dx, 0, w - 1));
                    const int r = p[0] - q[0], g = p[1] - q[1], b = p[2] - q[2];
                    distance[(gsize)y * w + x] = (float)(r * r + g * g + b * b);
                }
            box_sum(distance, rows, (guint)w, (guint)h, 1, (gsize)w, PATCH);
            box_sum(rows, distance, (guint)h, (guint)w, (gsize)w, 1, PATCH);
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    const gsize at = (gsize)y * w + x;
                    const float excess = distance[at] / values - expected;
                    const float weight = excess <= 0 ? 1 : expf(-excess / tolerance);
                    const guint8 *q =
                        picture->rgb + 3 * ((gsize)CLAMP(y + dy, 0, h - 1) * w + CLAMP(x + dx, 0, w - 1));
                    weights[at] += weight;
                    for (guint c = 0; c < 3; c++)
                        sums[3 * at + c] += weight * q[c];
                }
        }
    Picture *clean = picture_new(picture->w, picture->h);
    for (gsize i = 0; i < 3 * pixels; i++)
        clean->rgb[i] = (guint8)(sums[i] / weights[i / 3] + 0.5f);
    return clean;
}

/* --- loading -------------------------------------------------------------------------------------- */

static Picture *scale_to(const Picture *picture, guint side)
{
    const double scale = (double)MIN(picture->w, picture->h) / side;
    const guint w = MAX((guint)lrint(picture->w / scale), side),
                h = MAX((guint)lrint(picture->h / scale), side);
    g_autofree float *values = g_new(float, (gsize)3 * w * h);
    view_cut(picture, 0, 0, scale, FALSE, w, h, values);
    return picture_from_floats(values, w, h);
}

gboolean reference_load(const char *path, guint side, Picture **picture, double *quality, GError **error)
{
    *quality = 1;
    if (!(*picture = picture_load(path, 0, side, side, error)))
        return FALSE;
    /* of a much larger one the flaws vanish when it is scaled */
    g_autoptr(Picture) whole = picture_load(path, 0, 0, side + side / 2, error);
    if (!whole) {
        g_clear_pointer(picture, picture_free);
        return FALSE;
    }
    const guint shorter = MIN(whole->w, whole->h);
    const Flaws flaws = picture_flaws(whole);
    const gboolean noisy = flaws.noise > MIN_NOISE, blocky = flaws.blocks > MIN_BLOCKS;
    const double sigma = hypot(noisy ? flaws.noise : 0, blocky ? SIGMA_PER_BLOCKS * flaws.blocks : 0);
    *quality = MIN(1, (double)shorter / side) / (1 + pow(sigma / HALVES_QUALITY, 2));
    if (sigma > 0) {
        g_autoptr(Picture) clean = picture_clean(whole, sigma);
        picture_free(*picture);
        *picture = scale_to(clean, side);
    }
    if (sigma > 0 || shorter < SMALL_SHARE * side) {
        g_autoptr(GString) what = g_string_new(NULL);
        if (shorter < side)
            g_string_append_printf(what, "; only %ux%u pixels", whole->w, whole->h);
        if (noisy)
            g_string_append_printf(what, "; noise of %.0f in 255", flaws.noise);
        if (blocky)
            g_string_append_printf(what, "; JPEG blocks of %.1f in 255", flaws.blocks);
        say("%s: not a good reference%s: %s, and counts %.2f of a good one", path, what->str,
            sigma > 0 ? "cleaned" : "enlarged", *quality);
    }
    return TRUE;
}
