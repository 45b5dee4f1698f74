/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "palette.h"

#include <math.h>
#include <string.h>

#define SAMPLES 6000
#define ROUNDS 16

typedef struct {
    double l, a, b;
} Lab;

static double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double coded(double c)
{
    c = CLAMP(c, 0, 1);
    return c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055;
}

static double f(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static double f_back(double t)
{
    return t > 0.2069 ? t * t * t : (t - 16.0 / 116) / 7.787;
}

static Lab to_lab(Colour c)
{
    const double r = linear(c.r), g = linear(c.g), b = linear(c.b);
    const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
                 y = f(0.2126 * r + 0.7152 * g + 0.0722 * b),
                 z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    return (Lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static Colour from_lab(Lab lab)
{
    const double fy = (lab.l + 16) / 116;
    const double x = 0.9505 * f_back(fy + lab.a / 500), y = f_back(fy), z = 1.089 * f_back(fy - lab.b / 200);
    return (Colour){coded(3.2406 * x - 1.5372 * y - 0.4986 * z), coded(-0.9689 * x + 1.8758 * y + 0.0415 * z),
                    coded(0.0557 * x - 0.2040 * y + 1.0570 * z)};
}

static double chroma(Lab c)
{
    return hypot(c.a, c.b);
}

static double far(Lab a, Lab b)
{
    return (a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b);
}

static guint nearest(const Lab *centres, guint n, Lab c, double *distance)
{
    guint best = 0;
    for (guint i = 1; i < n; i++)
        if (far(centres[i], c) < far(centres[best], c))
            best = i;
    *distance = far(centres[best], c);
    return best;
}

/* The first centre is the mean; each next the sample that is farthest from those before. */
static guint begin(Lab *centres, const Lab *samples, guint count)
{
    guint n = 1;
    centres[0] = (Lab){0};
    for (guint i = 0; i < count; i++) {
        centres[0].l += samples[i].l / count;
        centres[0].a += samples[i].a / count;
        centres[0].b += samples[i].b / count;
    }
    for (; n < HAND_PALETTE; n++) {
        double most = 0, distance;
        guint best = 0;
        for (guint i = 0; i < count; i++) {
            nearest(centres, n, samples[i], &distance);
            if (distance > most) {
                most = distance;
                best = i;
            }
        }
        if (most < 4)
            break;
        centres[n] = samples[best];
    }
    return n;
}

static void move_centres(Lab *centres, double *shares, guint n, const Lab *samples, guint count)
{
    Lab sums[HAND_PALETTE] = {{0}};
    guint counts[HAND_PALETTE] = {0};
    double distance;
    for (guint i = 0; i < count; i++) {
        const guint k = nearest(centres, n, samples[i], &distance);
        sums[k].l += samples[i].l;
        sums[k].a += samples[i].a;
        sums[k].b += samples[i].b;
        counts[k]++;
    }
    for (guint k = 0; k < n; k++) {
        shares[k] = (double)counts[k] / count;
        if (counts[k])
            centres[k] = (Lab){sums[k].l / counts[k], sums[k].a / counts[k], sums[k].b / counts[k]};
    }
}

Palette palette_of(const guint8 *rgb, gsize n_pixels)
{
    const guint count = (guint)MIN(n_pixels, SAMPLES);
    g_autofree Lab *samples = g_new(Lab, count + 1);
    Lab centres[HAND_PALETTE];
    Palette p = {0};
    for (guint i = 0; i < count; i++) {
        const guint8 *from = rgb + 3 * (gsize)((double)i * (double)n_pixels / count);
        samples[i] = to_lab((Colour){from[0] / 255.0, from[1] / 255.0, from[2] / 255.0});
    }
    if (!count)
        return p;
    p.n = begin(centres, samples, count);
    for (guint i = 0; i < ROUNDS; i++)
        move_centres(centres, p.shares, p.n, samples, count);
    for (guint i = p.n; i-- > 0;)
        if (p.shares[i] == 0) { /* the mean of all may be nobody's */
            p.n--;
            centres[i] = centres[p.n];
            p.shares[i] = p.shares[p.n];
        }
    for (guint i = 0; i < p.n; i++) /* by lightness */
        for (guint k = i + 1; k < p.n; k++)
            if (centres[k].l < centres[i].l) {
                const Lab centre = centres[i];
                const double share = p.shares[i];
                centres[i] = centres[k];
                centres[k] = centre;
                p.shares[i] = p.shares[k];
                p.shares[k] = share;
            }
    for (guint i = 0; i < p.n; i++)
        p.colours[i] = from_lab(centres[i]);
    return p;
}

/* Darker or lighter, in its own hue, until it is at @lightness. */
static Colour at_lightness(Colour c, double lightness, double most_chroma)
{
    Lab lab = to_lab(c);
    const double much = chroma(lab), scale = much > most_chroma ? most_chroma / much : 1;
    return from_lab((Lab){lightness, lab.a * scale, lab.b * scale});
}

void hand_take_palette(Hand *hand, const Palette *p)
{
    double best = -1;
    if (p->n == 0)
        return;
    hand->n_palette = p->n;
    memcpy(hand->palette, p->colours, sizeof p->colours);
    const Colour dark = p->colours[0], light = p->colours[p->n - 1];
    hand->ink = at_lightness(dark, CLAMP(to_lab(dark).l, 8, 20), 30);
    hand->paper = at_lightness(light, CLAMP(to_lab(light).l + 4, 92, 97), 16);
    for (guint i = 0; i < p->n; i++) {
        const Lab lab = to_lab(p->colours[i]);
        const double worth = chroma(lab) * sqrt(p->shares[i] + 0.01) * (lab.l > 25 && lab.l < 85 ? 1 : 0.5);
        if (worth > best) {
            best = worth;
            hand->accent = p->colours[i];
        }
    }
}
