/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/flow.h"

#include <math.h>
#include <string.h>

Field *flow_of(const Field *lab, float sigma)
{
    const guint w = lab->w, h = lab->h;
    const gsize pixels = (gsize)w * h;
    g_autoptr(Field) soft = field_blur(lab, 1);
    g_autoptr(Field) products = field_new(w, h, 3);
    for (guint y = 0; y < h; y++) {
        for (guint x = 0; x < w; x++) {
            const float *row = soft->v + (gsize)y * w;
            const float dx = row[MIN(x + 1, w - 1)] - row[x ? x - 1 : 0];
            const float dy =
                soft->v[(gsize)MIN(y + 1, h - 1) * w + x] - soft->v[(gsize)(y ? y - 1 : 0) * w + x];
            const gsize i = (gsize)y * w + x;
            products->v[i] = dx * dx;
            products->v[pixels + i] = dx * dy;
            products->v[2 * pixels + i] = dy * dy;
        }
    }
    g_autoptr(Field) tensor = field_blur(products, sigma);
    Field *flow = field_new(w, h, 3);
    for (gsize i = 0; i < pixels; i++) {
        const float e = tensor->v[i], f = tensor->v[pixels + i], g = tensor->v[2 * pixels + i];
        const float root = sqrtf((e - g) * (e - g) + 4 * f * f);
        const float angle = 0.5f * atan2f(2 * f, e - g) + (float)G_PI_2;
        flow->v[i] = cosf(angle);
        flow->v[pixels + i] = sinf(angle);
        flow->v[2 * pixels + i] = root / (e + g + 0.5f);
    }
    return flow;
}

/* --- lines ---------------------------------------------------------------------------------------- */

#define MAX_ACROSS 16

/* Weights of the samples of a line across the flow: an edge is what a narrow mean has and a wide one has not. */
static int across_kernel(float width, float sharp, float kernel[2 * MAX_ACROSS + 1])
{
    const float wider = 1.6f * width;
    const int radius = MIN((int)ceilf(2.5f * wider), MAX_ACROSS);
    float narrow = 0, wide = 0;
    for (int k = -radius; k <= radius; k++) {
        narrow += expf(-(float)(k * k) / (2 * width * width));
        wide += expf(-(float)(k * k) / (2 * wider * wider));
    }
    for (int k = -radius; k <= radius; k++)
        kernel[k + radius] = (1 + sharp) * expf(-(float)(k * k) / (2 * width * width)) / narrow -
                             sharp * expf(-(float)(k * k) / (2 * wider * wider)) / wide;
    return radius;
}

/* The sharpened light, 0..1 and beyond. */
static Field *sharpen(const Field *lab, const Field *flow, float width, float sharp)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    float kernel[2 * MAX_ACROSS + 1];
    const int radius = across_kernel(width, sharp, kernel);
    Field *sharpened = field_new(lab->w, lab->h, 1);
    for (gsize i = 0; i < pixels; i++) {
        const float x = (float)(i % lab->w), y = (float)(i / lab->w);
        float sum = 0;
        for (int k = -radius; k <= radius; k++)
            sum += kernel[k + radius] *
                   field_at(lab, 0, x - (float)k * flow->v[pixels + i], y + (float)k * flow->v[i]);
        sharpened->v[i] = sum / 100;
    }
    return sharpened;
}

/* Sum and weight of @field along the flow from (x, y), in the direction @sign. */
static void along(const Field *field, const Field *flow, float x, float y, float sign, float length,
                  float *sum, float *weight)
{
    const gsize pixels = (gsize)flow->w * flow->h;
    float px = 0, py = 0;
    for (int k = 0; k <= (int)(2 * length); k++) {
        if (k || sign > 0) {
            const float a = expf(-(float)(k * k) / (2 * length * length));
            *sum += a * field_at(field, 0, x, y);
            *weight += a;
        }
        const gsize i = (gsize)CLAMP(y + 0.5f, 0.0f, (float)(flow->h - 1)) * flow->w +
                        (gsize)CLAMP(x + 0.5f, 0.0f, (float)(flow->w - 1));
        float tx = flow->v[i], ty = flow->v[pixels + i];
        const float turn = k ? (tx * px + ty * py < 0 ? -1.0f : 1.0f) : sign;
        px = turn * tx;
        py = turn * ty;
        x += px;
        y += py;
    }
}

Field *flow_along(const Field *field, const Field *flow, float length)
{
    const gsize pixels = (gsize)field->w * field->h;
    Field *result = field_new(field->w, field->h, 1);
    for (gsize i = 0; i < pixels; i++) {
        float sum = 0, weight = 0;
        along(field, flow, (float)(i % field->w), (float)(i / field->w), 1, length, &sum, &weight);
        along(field, flow, (float)(i % field->w), (float)(i / field->w), -1, length, &sum, &weight);
        result->v[i] = sum / weight;
    }
    return result;
}

Field *flow_lines(const Field *lab, const Field *flow, float width, float sharp, float level, float slope)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    g_autoptr(Field) sharpened = sharpen(lab, flow, width, sharp);
    Field *lines = flow_along(sharpened, flow, 3);
    for (gsize i = 0; i < pixels; i++) {
        const float u = lines->v[i] - level;
        lines->v[i] = u >= 0 ? 1 : MAX(0.0f, 1 + tanhf(slope * u));
    }
    return lines;
}

/* --- daubs ---------------------------------------------------------------------------------------- */

#define SECTORS 8

/* How much a sample at (x, y) of the unit disc belongs to each of eight overlapping sectors, polynomials as in
 * Kyprianidis 2011. */
static void sector_weights(float x, float y, float weights[SECTORS])
{
    const float zeta = 0.5f, eta = 0.9f;
    float total = 0;
    for (guint turn = 0; turn < 2; turn++) {
        const float vx = turn ? (float)G_SQRT2 / 2 * (x - y) : x,
                    vy = turn ? (float)G_SQRT2 / 2 * (x + y) : y;
        const float xx = zeta - eta * vx * vx, yy = zeta - eta * vy * vy;
        const float z[4] = {MAX(0.0f, vy + xx), MAX(0.0f, -vx + yy), MAX(0.0f, -vy + xx), MAX(0.0f, vx + yy)};
        for (guint k = 0; k < 4; k++) {
            weights[2 * k + turn] = z[k] * z[k];
            total += z[k] * z[k];
        }
    }
    const float gauss = expf(-3.125f * (x * x + y * y)) / total;
    for (guint k = 0; k < SECTORS; k++)
        weights[k] *= gauss;
}

#define TABLE 64

/* As above for the whole disc: computed once, there are millions of samples. */
static const float *sector_table(void)
{
    static gsize ready = 0;
    if (g_once_init_enter(&ready)) {
        float *table = g_new(float, TABLE *TABLE *SECTORS);
        for (guint i = 0; i < TABLE * TABLE; i++)
            sector_weights(((float)(i % TABLE) + 0.5f) / (TABLE / 2) - 1,
                           ((float)(i / TABLE) + 0.5f) / (TABLE / 2) - 1, table + i * SECTORS);
        g_once_init_leave(&ready, (gsize)table);
    }
    return (const float *)ready;
}

/* Of each sector: the sum of the weights, and of each channel's weighted values and squares. */
typedef struct {
    float weight[SECTORS], sum[3][SECTORS], square[3][SECTORS];
} Sectors;

static void gather(const Field *lab, gsize i, const float *weights, Sectors *s)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    for (guint k = 0; k < SECTORS; k++)
        s->weight[k] += weights[k];
    for (guint c = 0; c < 3; c++) {
        const float v = lab->v[c * pixels + i], square = v * v;
        for (guint k = 0; k < SECTORS; k++)
            s->sum[c][k] += weights[k] * v;
        for (guint k = 0; k < SECTORS; k++)
            s->square[c][k] += weights[k] * square;
    }
}

/* The sectors with the least change in them decide the colour. */
static void daub(const Sectors *s, float colour[3])
{
    float total = 0;
    memset(colour, 0, 3 * sizeof(float));
    for (guint k = 0; k < SECTORS; k++) {
        float mean[3], variance = 0;
        for (guint c = 0; c < 3; c++) {
            mean[c] = s->sum[c][k] / s->weight[k];
            variance += fabsf(s->square[c][k] / s->weight[k] - mean[c] * mean[c]);
        }
        const float a = 1 / (1 + variance * variance * variance * variance);
        total += a;
        for (guint c = 0; c < 3; c++)
            colour[c] += a * mean[c];
    }
    for (guint c = 0; c < 3; c++)
        colour[c] /= total;
}

/* The daub at (x, y); @ax, @ay and @bx, @by turn and scale offsets to the unit disc. */
static void daub_at(const Field *lab, int x, int y, int reach, float ax, float ay, float bx, float by,
                    float colour[3])
{
    const float *table = sector_table();
    const int w = (int)lab->w, h = (int)lab->h;
    Sectors sectors = {0};
    for (int dy = -reach; dy <= reach; dy++) {
        const gsize row = (gsize)CLAMP(y + dy, 0, h - 1) * (gsize)w;
        for (int dx = -reach + (dy & 1); dx <= reach; dx += 2) { /* every other pixel, as on a chessboard */
            const float u = ax * (float)dx + ay * (float)dy, v = bx * (float)dx + by * (float)dy;
            if (u * u + v * v > 1)
                continue;
            const guint entry = (guint)((v + 1) * 31.99f) * TABLE + (guint)((u + 1) * 31.99f);
            gather(lab, row + (gsize)CLAMP(x + dx, 0, w - 1), table + entry * SECTORS, &sectors);
        }
    }
    daub(&sectors, colour);
}

Field *flow_daubs(const Field *lab, const Field *flow, float radius)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    Field *result = field_new(lab->w, lab->h, 3);
    for (gsize i = 0; i < pixels; i++) {
        /* a longer daub where the direction is sure: an ellipse of the same area */
        const float stretch = 1 + flow->v[2 * pixels + i], tx = flow->v[i], ty = flow->v[pixels + i];
        const float longer = 1 / (radius * stretch), shorter = stretch / radius;
        float colour[3];
        daub_at(lab, (int)(i % lab->w), (int)(i / lab->w), (int)ceilf(radius * stretch), tx * longer,
                ty * longer, -ty * shorter, tx * shorter, colour);
        for (guint c = 0; c < 3; c++)
            result->v[c * pixels + i] = colour[c];
    }
    return result;
}
