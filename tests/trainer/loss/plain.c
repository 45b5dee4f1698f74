/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain.h"

#include <math.h>

/* RGB in 0..1, [n,3,h,w]: waves with a few hard edges, another picture for each @seed. */
float *make_picture(IdiomShape s, guint seed)
{
    float *values = g_new(float, idiom_shape_elements(s));
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (guint i = 0; i < s.n * s.c; i++) {
        const double fx = g_rand_double_range(random, 0.2, 0.9), fy = g_rand_double_range(random, 0.2, 0.9);
        const guint edge = (guint)g_rand_int_range(random, 2, (gint)s.w);
        for (guint y = 0; y < s.h; y++)
            for (guint x = 0; x < s.w; x++)
                values[((gsize)i * s.h + y) * s.w + x] =
                    (float)(0.5 + 0.2 * sin(fx * x + fy * y + i) + (x < edge ? 0.12 : -0.12) +
                            g_rand_double_range(random, -0.05, 0.05));
    }
    return values;
}

Map map_new(guint n, guint h, guint w)
{
    return (Map){n, h, w, g_new0(double, (gsize)n *h *w)};
}

void map_clear(Map *m)
{
    g_clear_pointer(&m->values, g_free);
}

/* Coordinates beyond an edge are those of the edge. */
double map_at(const Map *m, guint n, int y, int x)
{
    y = CLAMP(y, 0, (int)m->h - 1);
    x = CLAMP(x, 0, (int)m->w - 1);
    return m->values[((gsize)n * m->h + (guint)y) * m->w + (guint)x];
}

/* Averaged over @scale x @scale, every @stride. */
Map map_average(const Map *m, guint scale, guint stride)
{
    Map out = map_new(m->n, (m->h - scale) / stride + 1, (m->w - scale) / stride + 1);
    for (guint n = 0; n < out.n; n++)
        for (guint y = 0; y < out.h; y++)
            for (guint x = 0; x < out.w; x++)
                for (guint k = 0; k < scale * scale; k++)
                    out.values[((gsize)n * out.h + y) * out.w + x] +=
                        map_at(m, n, (int)(y * stride + k / scale), (int)(x * stride + k % scale)) /
                        (scale * scale);
    return out;
}

Map weighted_map(const float *picture, IdiomShape s, const double weights[3], guint scale)
{
    g_auto(Map) sum = map_new(s.n, s.h, s.w);
    const gsize plane = (gsize)s.h * s.w;
    for (guint n = 0; n < s.n; n++)
        for (guint c = 0; c < 3; c++)
            for (gsize i = 0; i < plane; i++)
                sum.values[n * plane + i] += weights[c] * picture[(n * 3 + c) * plane + i];
    return map_average(&sum, scale, scale);
}

Map luma_map(const float *picture, IdiomShape s, guint scale)
{
    return weighted_map(picture, s, (const double[]){0.299, 0.587, 0.114}, scale);
}

/* Weighted by a Gaussian, over windows of @radius pixels each way. */
double blurred(const Map *m, guint n, int y, int x, double sigma, int radius)
{
    double sum = 0, total = 0;
    for (int dy = -radius; dy <= radius; dy++)
        for (int dx = -radius; dx <= radius; dx++) {
            const double weight = exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
            sum += weight * map_at(m, n, y + dy, x + dx);
            total += weight;
        }
    return sum / total;
}

static double text_signal(const Map *m, guint n, int y, int x, guint kind)
{
    const double here = map_at(m, n, y, x);
    return kind == 0   ? map_at(m, n, y, x + 1) - here
           : kind == 1 ? map_at(m, n, y + 1, x) - here
                       : here - blurred(m, n, y, x, 2, 3);
}

double legibility(const float *content, const float *output, const float *mask_values, IdiomShape s,
                  guint scale)
{
    g_auto(Map) before = luma_map(content, s, scale), after = luma_map(output, s, scale);
    Map full = {s.n, s.h, s.w, g_new(double, (gsize)s.n *s.h *s.w)};
    for (gsize i = 0; i < (gsize)s.n * s.h * s.w; i++)
        full.values[i] = mask_values[i];
    g_auto(Map) mask = map_average(&full, scale, scale);
    map_clear(&full);
    double cost = 0, weight = 0, pixels = (double)mask.n * mask.h * mask.w;
    for (guint n = 0; n < mask.n; n++)
        for (int y = 0; y < (int)mask.h; y++)
            for (int x = 0; x < (int)mask.w; x++) {
                const double m = map_at(&mask, n, y, x);
                weight += m * m / pixels;
                for (guint kind = 0; kind < 3; kind++) {
                    const double wanted = text_signal(&before, n, y, x, kind);
                    const double error = text_signal(&after, n, y, x, kind) - wanted;
                    const double excess = fmax(error * tanh(wanted / 0.05), 0);
                    cost += m * m * (error * error - 0.75 * excess * excess) / pixels;
                }
            }
    return cost / (weight + 1e-3);
}
