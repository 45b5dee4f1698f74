/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLAT_SIDE 96
#define FLAT_STEP 4 /* pixels between the squares that are tried */
/* A Gaussian halves what has this wavelength where its deviation is this part of it. */
#define HALF_OF_WAVELENGTH 0.1874
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

/* --- colour --------------------------------------------------------------------------------------- */

static double linear(guint8 value)
{
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE b* of sRGB, white D65. */
static double yellowness(const guint8 *rgb)
{
    const double r = linear(rgb[0]), g = linear(rgb[1]), b = linear(rgb[2]);
    const double y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
    const double z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883;
    return 200 * (lab_curve(y) - lab_curve(z));
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double yellow(const Picture *picture)
{
    const gsize n = (gsize)picture->w * picture->h;
    g_autofree double *values = g_new(double, n);
    for (gsize i = 0; i < n; i++)
        values[i] = yellowness(picture->rgb + 3 * i);
    qsort(values, n, sizeof *values, compare);
    return values[(gsize)(0.99 * (double)(n - 1))];
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

void look_measure(const Picture *photo, const Picture *output, Look *look)
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
        .yellow_photo = yellow(photo),
        .yellow_output = yellow(output),
        .rings = rings(&before, &after),
    };
}
