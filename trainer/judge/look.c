/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLAT_SIDE 96
#define FLAT_STEP 4 /* pixels between the squares that are tried */
/* A Gaussian halves what has this wavelength where its deviation is this part of it. */
#define HALF_OF_WAVELENGTH 0.1874
#define FINEST 2 /* wavelengths, in pixels, whose mean says how large strokes are */
#define COARSEST 40
#define CELL 8      /* pixels over which chroma is averaged */
#define SAME 4.0    /* units of L*a*b* by which adjoining cells of one region differ at most */
#define EDGE 40.0   /* strong: luma per pixel */
#define NOTHING 1.5 /* of luma in the band of rings: the photo is smooth there */
#define NEAR_FROM 4
#define NEAR_TO 12
#define FAR_FROM 24

typedef struct {
    int w, h;
    double *values;
} Plane;

static Plane plane_new(int w, int h)
{
    return (Plane){w, h, g_new0(double, (gsize)w *h)};
}

static void plane_clear(Plane *plane)
{
    g_free(plane->values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Plane, plane_clear)

static Plane luma_of(const Picture *picture)
{
    Plane luma = plane_new((int)picture->w, (int)picture->h);
    for (gsize i = 0; i < (gsize)luma.w * luma.h; i++) {
        const guint8 *rgb = picture->rgb + 3 * i;
        luma.values[i] = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    }
    return luma;
}

/* One direction of a Gaussian blur, @step apart in memory; coordinates beyond an edge are those of the edge. */
static void blur_line(const double *from, double *to, int n, int step, const double *kernel, int radius)
{
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = -radius; k <= radius; k++)
            sum += kernel[abs(k)] * from[(gsize)CLAMP(i + k, 0, n - 1) * (gsize)step];
        to[(gsize)i * (gsize)step] = sum;
    }
}

static Plane blur(const Plane *plane, double sigma)
{
    const int radius = (int)ceil(3 * sigma);
    g_autofree double *kernel = g_new(double, radius + 1);
    double sum = 0;
    for (int k = 0; k <= radius; k++) {
        kernel[k] = exp(-k * k / (2 * sigma * sigma));
        sum += k ? 2 * kernel[k] : kernel[k];
    }
    for (int k = 0; k <= radius; k++)
        kernel[k] /= sum;
    g_auto(Plane) rows = plane_new(plane->w, plane->h);
    Plane out = plane_new(plane->w, plane->h);
    for (int y = 0; y < plane->h; y++)
        blur_line(plane->values + (gsize)y * plane->w, rows.values + (gsize)y * plane->w, plane->w, 1, kernel,
                  radius);
    for (int x = 0; x < plane->w; x++)
        blur_line(rows.values + x, out.values + x, plane->h, plane->w, kernel, radius);
    return out;
}

/* What has a wavelength between @shortest and @longest, by a difference of Gaussians. */
static Plane band(const Plane *plane, double shortest, double longest)
{
    Plane fine = blur(plane, HALF_OF_WAVELENGTH * shortest);
    g_auto(Plane) coarse = blur(plane, HALF_OF_WAVELENGTH * longest);
    for (gsize i = 0; i < (gsize)fine.w * fine.h; i++)
        fine.values[i] -= coarse.values[i];
    return fine;
}

/* --- the flattest square -------------------------------------------------------------------------- */

static double variance(const Plane *plane, int left, int top, int side)
{
    double sum = 0, square = 0;
    for (int y = top; y < top + side; y++)
        for (int x = left; x < left + side; x++) {
            const double v = plane->values[(gsize)y * plane->w + x];
            sum += v;
            square += v * v;
        }
    const double n = (double)side * side;
    return fmax(square / n - sum / n * (sum / n), 0);
}

static void find_flat(const Plane *photo, int side, int *left, int *top)
{
    double best = INFINITY;
    for (int y = 0; y + side <= photo->h; y += FLAT_STEP)
        for (int x = 0; x + side <= photo->w; x += FLAT_STEP) {
            const double v = variance(photo, x, y, side);
            if (v < best) {
                best = v;
                *left = x;
                *top = y;
            }
        }
}

/* Mean wavelength of what is finer than forms in a square; two pixels at each edge have no slope. */
static double wavelength(const Plane *luma, int left, int top, int side)
{
    g_auto(Plane) fine = band(luma, FINEST, COARSEST);
    double slopes = 0;
    for (int y = top; y + 1 < top + side; y++)
        for (int x = left; x + 1 < left + side; x++) {
            const double *at = fine.values + (gsize)y * fine.w + x;
            slopes += (at[1] - at[0]) * (at[1] - at[0]) + (at[fine.w] - at[0]) * (at[fine.w] - at[0]);
        }
    slopes /= (double)(side - 1) * (side - 1);
    const double v = variance(&fine, left, top, side);
    return v > 0.25 ? 2 * G_PI * sqrt(v / slopes) : NAN;
}

/* --- chroma --------------------------------------------------------------------------------------- */

typedef struct {
    double lab[3];
} Cell;

/* Means over cells, of the whole ones; (transfer full) [h/CELL][w/CELL]. */
static Cell *cells(const Picture *picture)
{
    const guint columns = picture->w / CELL, rows = picture->h / CELL;
    Cell *out = g_new0(Cell, columns * rows);
    for (guint y = 0; y < rows * CELL; y++)
        for (guint x = 0; x < columns * CELL; x++) {
            double lab[3];
            colours_lab(picture->rgb + 3 * ((gsize)y * picture->w + x), lab);
            for (guint c = 0; c < 3; c++)
                out[y / CELL * columns + x / CELL].lab[c] += lab[c] / (CELL * CELL);
        }
    return out;
}

static double chroma_square(const Cell *a, const Cell *b)
{
    return (a->lab[1] - b->lab[1]) * (a->lab[1] - b->lab[1]) +
           (a->lab[2] - b->lab[2]) * (a->lab[2] - b->lab[2]);
}

static void measure_chroma(const Picture *photo, const Picture *output, double *before, double *after)
{
    const guint columns = photo->w / CELL, rows = photo->h / CELL;
    g_autofree Cell *a = cells(photo), *b = cells(output);
    double sums[2] = {0};
    guint pairs = 0;
    for (guint i = 0; i < columns * rows; i++)
        for (guint down = 0; down < 2; down++) {
            const guint next = down ? i + columns : i + 1;
            if (down ? next >= columns * rows : next % columns == 0)
                continue;
            const double light = a[i].lab[0] - a[next].lab[0], change = chroma_square(&a[i], &a[next]);
            if (light * light + change >= SAME * SAME)
                continue;
            sums[0] += change;
            sums[1] += chroma_square(&b[i], &b[next]);
            pairs++;
        }
    *before = pairs ? sqrt(sums[0] / pairs) : NAN;
    *after = pairs ? sqrt(sums[1] / pairs) : NAN;
}

/* --- rings ---------------------------------------------------------------------------------------- */

static gboolean is_edge(const Plane *luma, int x, int y)
{
    const int l = MAX(x - 1, 0), r = MIN(x + 1, luma->w - 1), t = MAX(y - 1, 0), b = MIN(y + 1, luma->h - 1);
    const double dx = luma->values[(gsize)y * luma->w + r] - luma->values[(gsize)y * luma->w + l];
    const double dy = luma->values[(gsize)b * luma->w + x] - luma->values[(gsize)t * luma->w + x];
    return hypot(dx, dy) / 2 > EDGE / 2;
}

/* Distance of each pixel to the next strong edge, by two passes over its neighbours (Borgefors 1986). */
static Plane edge_distance(const Plane *luma)
{
    const int w = luma->w, h = luma->h;
    Plane d = plane_new(w, h);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            d.values[(gsize)y * w + x] = is_edge(luma, x, y) ? 0 : w + h;
    static const int near[4][2] = {{-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < w * h; i++) {
            const int at = pass ? w * h - 1 - i : i, x = at % w, y = at / w;
            for (guint k = 0; k < 4; k++) {
                const int nx = x + (pass ? -near[k][0] : near[k][0]);
                const int ny = y + (pass ? -near[k][1] : near[k][1]);
                if (nx >= 0 && ny >= 0 && nx < w && ny < h)
                    d.values[at] = fmin(d.values[at], d.values[(gsize)ny * w + nx] +
                                                          (near[k][0] && near[k][1] ? G_SQRT2 : 1));
            }
        }
    return d;
}

static double rings(const Plane *photo, const Plane *output)
{
    g_auto(Plane) distance = edge_distance(photo);
    g_auto(Plane) before = band(photo, 4, 10), after = band(output, 4, 10);
    double sum[2] = {0};
    gsize count[2] = {0};
    for (gsize i = 0; i < (gsize)photo->w * photo->h; i++) {
        const double d = distance.values[i];
        const gboolean near = d >= NEAR_FROM && d <= NEAR_TO, far = d > FAR_FROM;
        if ((!near && !far) || fabs(before.values[i]) > NOTHING)
            continue;
        sum[far] += after.values[i] * after.values[i];
        count[far]++;
    }
    if (!count[0] || !count[1] || !(sum[1] > 0))
        return NAN;
    return sqrt(sum[0] / (double)count[0] / (sum[1] / (double)count[1]));
}

static void measure_colours(const Picture *photo, const Picture *output, const Colours *style, Look *look)
{
    g_autofree Colours *before = g_new(Colours, 1), *after = g_new(Colours, 1);
    colours_measure(photo, before);
    colours_measure(output, after);
    look->yellow_photo = before->yellow;
    look->yellow_output = after->yellow;
    look->yellow_style = style ? style->yellow : NAN;
    look->palette_photo = style ? colours_palette_distance(before, style) : NAN;
    look->palette_output = style ? colours_palette_distance(after, style) : NAN;
    look->hue_photo = style ? colours_hue_distance(before, style) : NAN;
    look->hue_output = style ? colours_hue_distance(after, style) : NAN;
}

void look_measure(const Picture *photo, const Picture *output, const Colours *style, Look *look)
{
    g_auto(Plane) before = luma_of(photo), after = luma_of(output);
    g_auto(Plane) forms_before = band(&before, 16, 40), forms_after = band(&after, 16, 40);
    int left = 0, top = 0;
    const int side = MIN(FLAT_SIDE, MIN(before.w, before.h) / 2);
    find_flat(&before, side, &left, &top);
    *look = (Look){
        .flat_photo = sqrt(variance(&before, left, top, side)),
        .flat_output = sqrt(variance(&after, left, top, side)),
        .forms_photo = variance(&forms_before, left, top, side),
        .forms_output = variance(&forms_after, left, top, side),
        .wave_output = wavelength(&after, left, top, side),
        .rings = rings(&before, &after),
    };
    measure_colours(photo, output, style, look);
    measure_chroma(photo, output, &look->chroma_photo, &look->chroma_output);
}
