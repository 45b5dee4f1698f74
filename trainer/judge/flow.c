/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Neighbourhoods that the polynomials are fitted to: a Gaussian of this width, cut at the radius. */
#define EXPANSION_RADIUS 4
#define EXPANSION_SIGMA 1.2

/* Displacements are averaged over a window: a box of this radius, applied twice. */
#define WINDOW_FINEST 4
#define WINDOW_COARSER 3 /* what moves should not take more of its surroundings along than it must */
#define ITERATIONS_FINEST 3
#define ITERATIONS_COARSER 6 /* they cost a third of one at the finest level */
#define COARSEST_SIDE 6
#define MAX_LEVELS 12
#define CAMERA_SAMPLES 4000

/*
 * Added to the squared second derivatives of luma (0..1): below it lies what noise makes of a flat surface, which is
 * taken to move as the picture does as a whole.
 */
#define PULL 2e-7

/* f(x, y) ~ XX x^2 + YY y^2 + 2 XY xy + X x + Y y + constant around a pixel */
enum { X, Y, XX, YY, XY, COEFFICIENTS };

typedef struct {
    guint w, h;
    float *expansion; /* [h][w][COEFFICIENTS] */
} Level;

struct FlowFrame {
    guint levels;
    Level level[MAX_LEVELS];
};

/* --- preparing a frame ---------------------------------------------------------------------------- */

/* Half the size: every second pixel after the binomial filter of five taps. */
static float *halve(const float *luma, guint w, guint h)
{
    static const float taps[] = {1 / 16.0f, 4 / 16.0f, 6 / 16.0f, 4 / 16.0f, 1 / 16.0f};
    guint half_w = (w + 1) / 2, half_h = (h + 1) / 2;
    float *half = g_new(float, (gsize)half_w *half_h);
    g_autofree float *row = g_new(float, w);
    for (guint y = 0; y < half_h; y++) {
        memset(row, 0, w * sizeof *row);
        for (int k = -2; k <= 2; k++) {
            const float *line = luma + (gsize)CLAMP(2 * (int)y + k, 0, (int)h - 1) * w;
            for (guint x = 0; x < w; x++)
                row[x] += taps[k + 2] * line[x];
        }
        for (guint x = 0; x < half_w; x++) {
            float sum = 0;
            for (int k = -2; k <= 2; k++)
                sum += taps[k + 2] * row[CLAMP(2 * (int)x + k, 0, (int)w - 1)];
            half[(gsize)y * half_w + x] = sum;
        }
    }
    return half;
}

/* Row @y filtered down the columns with g, g k and g k^2; the edges are continued by EXPANSION_RADIUS on both sides. */
static void filter_columns(const float *luma, guint w, guint h, guint y,
                           const float filter[3][2 * EXPANSION_RADIUS + 1], float *const out[3])
{
    for (guint i = 0; i < 3; i++) {
        float *values = out[i] + EXPANSION_RADIUS;
        memset(values, 0, w * sizeof *values);
        for (int k = -EXPANSION_RADIUS; k <= EXPANSION_RADIUS; k++) {
            const float *line = luma + (gsize)CLAMP((int)y + k, 0, (int)h - 1) * w;
            float tap = filter[i][k + EXPANSION_RADIUS];
            for (guint x = 0; x < w; x++)
                values[x] += tap * line[x];
        }
        for (guint x = 0; x < EXPANSION_RADIUS; x++) {
            out[i][x] = values[0];
            values[w + x] = values[w - 1];
        }
    }
}

static void filter_row(const float *in, guint w, const float filter[2 * EXPANSION_RADIUS + 1], float *out)
{
    memset(out, 0, w * sizeof *out);
    for (guint k = 0; k <= 2 * EXPANSION_RADIUS; k++)
        for (guint x = 0; x < w; x++)
            out[x] += filter[k] * in[x + k];
}

/*
 * Fits a quadratic polynomial to the neighbourhood of every pixel: least squares with Gaussian weights. With these the
 * normal equations come apart, but for the constant and the two squares, and those are solved in closed form.
 */
static float *expand(const float *luma, guint w, guint h)
{
    float filter[3][2 * EXPANSION_RADIUS + 1];
    double m0 = 0, m2 = 0, m4 = 0; /* moments of the weights */
    for (int k = -EXPANSION_RADIUS; k <= EXPANSION_RADIUS; k++)
        m0 += exp(-k * k / (2 * EXPANSION_SIGMA * EXPANSION_SIGMA));
    for (int k = -EXPANSION_RADIUS; k <= EXPANSION_RADIUS; k++) {
        double g = exp(-k * k / (2 * EXPANSION_SIGMA * EXPANSION_SIGMA)) / m0;
        m2 += g * k * k;
        m4 += g * k * k * k * k;
        for (int i = 0; i < 3; i++)
            filter[i][k + EXPANSION_RADIUS] = (float)(g * pow(k, i));
    }
    const float first = (float)(1 / m2), square = (float)(1 / (m4 - m2 * m2)),
                mixed = (float)(0.5 / (m2 * m2));

    guint padded = w + 2 * EXPANSION_RADIUS;
    g_autofree float *columns = g_new(float, 3 * padded), *sums = g_new(float, 6 * w);
    float *const column[] = {columns, columns + padded, columns + 2 * padded};
    float *one = sums, *x1 = sums + w, *x2 = sums + 2 * w, *y1 = sums + 3 * w, *y2 = sums + 4 * w,
          *xy = sums + 5 * w;
    float *expansion = g_new(float, (gsize)COEFFICIENTS *w *h);
    for (guint y = 0; y < h; y++) {
        filter_columns(luma, w, h, y, filter, column);
        filter_row(column[0], w, filter[0], one);
        filter_row(column[0], w, filter[1], x1);
        filter_row(column[0], w, filter[2], x2);
        filter_row(column[1], w, filter[0], y1);
        filter_row(column[1], w, filter[1], xy);
        filter_row(column[2], w, filter[0], y2);
        float *out = expansion + (gsize)COEFFICIENTS * y * w;
        for (guint x = 0; x < w; x++, out += COEFFICIENTS) {
            out[X] = first * x1[x];
            out[Y] = first * y1[x];
            out[XX] = square * (x2[x] - (float)m2 * one[x]);
            out[YY] = square * (y2[x] - (float)m2 * one[x]);
            out[XY] = mixed * xy[x];
        }
    }
    return expansion;
}

FlowFrame *flow_frame_new(const float *luma, guint w, guint h)
{
    FlowFrame *frame = g_new0(FlowFrame, 1);
    g_autofree float *smaller = NULL;
    for (;;) {
        frame->level[frame->levels++] = (Level){w, h, expand(luma, w, h)};
        if (MIN(w, h) < 2 * COARSEST_SIDE || frame->levels == MAX_LEVELS)
            return frame;
        float *half = halve(luma, w, h);
        g_free(smaller);
        luma = smaller = half;
        w = (w + 1) / 2;
        h = (h + 1) / 2;
    }
}

void flow_frame_free(FlowFrame *frame)
{
    if (frame) {
        for (guint i = 0; i < frame->levels; i++)
            g_free(frame->level[i].expansion);
        g_free(frame);
    }
}

/* --- estimating ----------------------------------------------------------------------------------- */

/* The normal equations of a pixel's displacement, a row of each per row of pixels: [h][TERMS][w] */
enum { G11, G12, G22, H1, H2, TERMS };

/* How far a pixel can be trusted: near the edges the polynomials are fitted to a continued picture. */
static float border_weight(guint i, guint size)
{
    guint distance = MIN(i, size - 1 - i);
    return distance >= EXPANSION_RADIUS ? 1 : (float)(distance + 1) / (EXPANSION_RADIUS + 1);
}

/* @expansion at a place between pixels; FALSE outside. */
static inline gboolean sample(const Level *level, float x, float y, float values[COEFFICIENTS])
{
    if (!(x >= 0 && y >= 0 && x <= level->w - 1 && y <= level->h - 1))
        return FALSE;
    guint left = (guint)x, top = (guint)y;
    guint right = MIN(left + 1, level->w - 1), bottom = MIN(top + 1, level->h - 1);
    float fx = x - left, fy = y - top;
    const float *a = level->expansion + COEFFICIENTS * ((gsize)top * level->w + left);
    const float *b = level->expansion + COEFFICIENTS * ((gsize)top * level->w + right);
    const float *c = level->expansion + COEFFICIENTS * ((gsize)bottom * level->w + left);
    const float *d = level->expansion + COEFFICIENTS * ((gsize)bottom * level->w + right);
    float wa = (1 - fx) * (1 - fy), wb = fx * (1 - fy), wc = (1 - fx) * fy, wd = fx * fy;
    for (guint i = 0; i < COEFFICIENTS; i++)
        values[i] = wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
    return TRUE;
}

/* What every pixel by itself says of its displacement, given that it is about @flow. */
static void equations(const Level *from, const Level *to, const float *flow, float *terms)
{
    guint w = from->w;
    for (guint y = 0; y < from->h; y++) {
        float *row = terms + (gsize)TERMS * w * y;
        float weight_y = border_weight(y, from->h);
        for (guint x = 0; x < w; x++) {
            gsize pixel = (gsize)y * w + x;
            const float *p = from->expansion + COEFFICIENTS * pixel;
            float dx = flow[2 * pixel], dy = flow[2 * pixel + 1], q[COEFFICIENTS];
            if (!sample(to, x + dx, y + dy, q)) {
                for (guint t = 0; t < TERMS; t++)
                    row[t * w + x] = 0;
                continue;
            }
            float weight = weight_y * border_weight(x, w);
            float a11 = 0.5f * (p[XX] + q[XX]), a22 = 0.5f * (p[YY] + q[YY]), a12 = 0.5f * (p[XY] + q[XY]);
            float b1 = 0.5f * (p[X] - q[X]) + a11 * dx + a12 * dy;
            float b2 = 0.5f * (p[Y] - q[Y]) + a12 * dx + a22 * dy;
            row[G11 * w + x] = weight * (a11 * a11 + a12 * a12);
            row[G12 * w + x] = weight * a12 * (a11 + a22);
            row[G22 * w + x] = weight * (a22 * a22 + a12 * a12);
            row[H1 * w + x] = weight * (a11 * b1 + a12 * b2);
            row[H2 * w + x] = weight * (a12 * b1 + a22 * b2);
        }
    }
}

/* Mean over a box, from @in to @out; running sums in double, so that nothing of what has left the box remains. */
static void box(const float *in, float *out, guint w, guint h, guint radius)
{
    const float scale = 1.0f / (float)((2 * radius + 1) * (2 * radius + 1));
    gsize row = (gsize)TERMS * w;
    g_autofree double *column = g_new0(double, row);
    for (guint y = 0; y < MIN(radius, h); y++)
        for (gsize i = 0; i < row; i++)
            column[i] += in[y * row + i];
    for (guint y = 0; y < h; y++) {
        const float *entering = y + radius < h ? in + (y + radius) * row : NULL;
        const float *leaving = y > radius ? in + (y - radius - 1) * row : NULL;
        for (gsize i = 0; entering && i < row; i++)
            column[i] += entering[i];
        for (gsize i = 0; leaving && i < row; i++)
            column[i] -= leaving[i];
        for (guint t = 0; t < TERMS; t++) {
            const double *line = column + (gsize)t * w;
            float *mean = out + y * row + (gsize)t * w;
            double sum = 0;
            for (guint x = 0; x < MIN(radius, w); x++)
                sum += line[x];
            for (guint x = 0; x < w; x++) {
                if (x + radius < w)
                    sum += line[x + radius];
                if (x > radius)
                    sum -= line[x - radius - 1];
                mean[x] = scale * (float)sum;
            }
        }
    }
}

/* The displacements that fit @terms best; where these say little, @camera's. */
static void solve(const float *terms, guint w, guint h, const float camera[2], float *flow)
{
    for (guint y = 0; y < h; y++) {
        const float *row = terms + (gsize)TERMS * w * y;
        for (guint x = 0; x < w; x++, flow += 2) {
            double g11 = row[G11 * w + x] + PULL, g22 = row[G22 * w + x] + PULL;
            double g12 = row[G12 * w + x];
            double h1 = row[H1 * w + x] + PULL * camera[0];
            double h2 = row[H2 * w + x] + PULL * camera[1];
            double scale = 1 / (g11 * g22 - g12 * g12);
            flow[0] = (float)(scale * (g22 * h1 - g12 * h2));
            flow[1] = (float)(scale * (g11 * h2 - g12 * h1));
        }
    }
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* How the picture moves as a whole: medians of @flow where @terms say something; 0 where nowhere. */
static void find_camera(const float *terms, const float *flow, guint w, guint h, float camera[2])
{
    guint step = MAX(1, w * h / CAMERA_SAMPLES), n = 0;
    g_autofree float *x = g_new(float, w *h / step + 1), *y = g_new(float, w *h / step + 1);
    for (gsize pixel = 0; pixel < (gsize)w * h; pixel += step) {
        const float *row = terms + pixel / w * TERMS * w + pixel % w;
        if (row[G11 * w] + row[G22 * w] > 8 * PULL) {
            x[n] = flow[2 * pixel];
            y[n++] = flow[2 * pixel + 1];
        }
    }
    qsort(x, n, sizeof *x, compare_floats);
    qsort(y, n, sizeof *y, compare_floats);
    camera[0] = n ? x[n / 2] : 0;
    camera[1] = n ? y[n / 2] : 0;
}

/* The flow of a level twice as coarse: pixel (x, y) of it is pixel (2x, 2y) here. */
static void refine(const float *coarse, guint coarse_w, guint coarse_h, float *flow, guint w, guint h)
{
    for (guint y = 0; y < h; y++) {
        guint top = y / 2, bottom = MIN(top + y % 2, coarse_h - 1);
        for (guint x = 0; x < w; x++) {
            guint left = x / 2, right = MIN(left + x % 2, coarse_w - 1);
            for (guint i = 0; i < 2; i++)
                *flow++ = 0.5f * (coarse[2 * (top * coarse_w + left) + i] +
                                  coarse[2 * (top * coarse_w + right) + i] +
                                  coarse[2 * (bottom * coarse_w + left) + i] +
                                  coarse[2 * (bottom * coarse_w + right) + i]);
        }
    }
}

void flow_estimate(const FlowFrame *from, const FlowFrame *to, float *flow)
{
    gsize pixels = (gsize)from->level[0].w * from->level[0].h;
    g_autofree float *coarse = g_new(float, 2 * pixels);
    g_autofree float *terms = g_new(float, TERMS *pixels), *blurred = g_new(float, TERMS *pixels);
    float camera[2] = {0, 0};
    for (guint l = from->levels; l-- > 0;) {
        const Level *a = &from->level[l], *b = &to->level[l];
        if (l + 1 < from->levels) {
            const Level *above = &from->level[l + 1];
            memcpy(coarse, flow, (gsize)2 * above->w * above->h * sizeof *coarse);
            refine(coarse, above->w, above->h, flow, a->w, a->h);
        } else {
            memset(flow, 0, (gsize)2 * a->w * a->h * sizeof *flow);
        }
        guint iterations = l == 0 ? ITERATIONS_FINEST : ITERATIONS_COARSER;
        guint radius = l == 0 ? WINDOW_FINEST : WINDOW_COARSER;
        for (guint i = 0; i < iterations; i++) {
            equations(a, b, flow, terms);
            box(terms, blurred, a->w, a->h, radius);
            box(blurred, terms, a->w, a->h, radius);
            solve(terms, a->w, a->h, camera, flow);
        }
        if (l > 0) {
            find_camera(terms, flow, a->w, a->h, camera);
            camera[0] *= 2;
            camera[1] *= 2;
        }
    }
}

static float square(float a)
{
    return a * a;
}

gboolean flow_agrees(const float there[2], const float back[2])
{
    return square(there[0] + back[0]) + square(there[1] + back[1]) <
           0.01f * (square(there[0]) + square(there[1]) + square(back[0]) + square(back[1])) + 0.5f;
}
