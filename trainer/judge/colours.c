/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/colours.h"

#include <math.h>
#include <stdlib.h>

#define HALF (COLOURS_BINS / 2)
#define GREY 2.0 /* chroma: less has no hue to speak of */

static double linear(guint8 value)
{
    const double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

void colours_lab(const guint8 rgb[3], double lab[3])
{
    const double r = linear(rgb[0]), g = linear(rgb[1]), b = linear(rgb[2]);
    const double x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047;
    const double y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
    const double z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883;
    const double fx = lab_curve(x), fy = lab_curve(y), fz = lab_curve(z);
    lab[0] = 116 * fy - 16;
    lab[1] = 500 * (fx - fy);
    lab[2] = 200 * (fy - fz);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Shares its weight between the two nearest of the hues. */
static void count_hue(double hues[COLOURS_HUES], double a, double b)
{
    const double chroma = hypot(a, b);
    if (chroma < GREY)
        return;
    const double at = (atan2(b, a) / (2 * G_PI) + 1) * COLOURS_HUES, part = at - floor(at);
    hues[(guint)at % COLOURS_HUES] += chroma * (1 - part);
    hues[((guint)at + 1) % COLOURS_HUES] += chroma * part;
}

void colours_measure(const Picture *picture, Colours *c)
{
    const gsize n = (gsize)picture->w * picture->h;
    g_autofree double *yellow = g_new(double, n);
    double directions[PALETTE_DIRECTIONS][3], hue = 0;
    for (guint k = 0; k < PALETTE_DIRECTIONS; k++)
        palette_direction(k, directions[k]);
    *c = (Colours){0};
    for (gsize i = 0; i < n; i++) {
        double lab[3];
        colours_lab(picture->rgb + 3 * i, lab);
        yellow[i] = lab[2];
        count_hue(c->hues, lab[1], lab[2]);
        for (guint k = 0; k < PALETTE_DIRECTIONS; k++) {
            const double *d = directions[k];
            const double at = d[0] * lab[0] + d[1] * lab[1] + d[2] * lab[2] + HALF;
            c->below[k][(guint)CLAMP(at, 0, COLOURS_BINS - 1)] += 1.0 / (double)n;
        }
    }
    for (guint k = 0; k < PALETTE_DIRECTIONS; k++)
        for (guint i = 1; i < COLOURS_BINS; i++)
            c->below[k][i] += c->below[k][i - 1];
    for (guint i = 0; i < COLOURS_HUES; i++)
        hue += c->hues[i];
    for (guint i = 0; i < COLOURS_HUES && hue > 0; i++)
        c->hues[i] /= hue;
    qsort(yellow, n, sizeof *yellow, compare);
    c->yellow = yellow[(gsize)(0.99 * (double)(n - 1))];
}

void colours_add(Colours *sum, const Colours *colours, double weight)
{
    for (guint k = 0; k < PALETTE_DIRECTIONS; k++)
        for (guint i = 0; i < COLOURS_BINS; i++)
            sum->below[k][i] += weight * colours->below[k][i];
    for (guint i = 0; i < COLOURS_HUES; i++)
        sum->hues[i] += weight * colours->hues[i];
    sum->yellow += weight * colours->yellow;
}

double colours_palette_distance(const Colours *a, const Colours *b)
{
    double sum = 0;
    for (guint k = 0; k < PALETTE_DIRECTIONS; k++)
        for (guint i = 0; i < COLOURS_BINS; i++)
            sum += fabs(a->below[k][i] - b->below[k][i]);
    return sum / PALETTE_DIRECTIONS;
}

double colours_hue_distance(const Colours *a, const Colours *b)
{
    double common = 0, sums[2] = {0};
    for (guint i = 0; i < COLOURS_HUES; i++) {
        sums[0] += a->hues[i];
        sums[1] += b->hues[i];
        common += fmin(a->hues[i], b->hues[i]);
    }
    return sums[0] > 0 && sums[1] > 0 ? 1 - common : NAN;
}
