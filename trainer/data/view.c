/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/view.h"

#include <math.h>
#include <string.h>

#define MAX_ZOOM 0.05
#define MAX_TURN (3 * G_PI / 180)
/* Cameras that rest or drift are where flicker is seen most. */
#define SHARE_STILL 0.25
#define SHARE_SLOW 0.3
#define SHARE_WHOLE 0.15
#define SLOW 1.0 /* pixels a frame */
#define MAX_CONTRAST 0.05
#define MAX_BRIGHTNESS 0.02
#define MAX_GRAIN_LOG2 3 /* the blocks of codecs */

/* Cubic convolution with a = -1/2 (Keys 1981), known as Catmull-Rom. */
static double kernel(double t)
{
    t = fabs(t);
    if (t < 1)
        return (1.5 * t - 2.5) * t * t + 1;
    return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
}

static guint reflect(int i, guint n)
{
    int period = 2 * (int)n;
    i = ((i % period) + period) % period;
    return (guint)(i < (int)n ? i : period - 1 - i);
}

/* --- cutting -------------------------------------------------------------------------------------- */

/* For each of the pixels along one side of a view: which pixels of the picture count, and how much. */
typedef struct {
    guint n;         /* for each */
    guint *index;    /* [size, n] */
    float *weight;   /* [size, n] */
    guint low, high; /* of all indices */
} Taps;

static Taps taps_new(double start, double scale, gboolean mirror, guint size, guint picture_size)
{
    const double width = MAX(scale, 1);
    Taps taps = {.n = 2 * (guint)ceil(2 * width) + 1, .low = G_MAXUINT};
    taps.index = g_new(guint, (gsize)size * taps.n);
    taps.weight = g_new(float, (gsize)size *taps.n);
    for (guint i = 0; i < size; i++) {
        guint *index = taps.index + (gsize)i * taps.n;
        float *weight = taps.weight + (gsize)i * taps.n;
        double at = start + ((mirror ? size - 1 - i : i) + 0.5) * scale - 0.5, sum = 0;
        int first = (int)floor(at) - (int)(taps.n / 2);
        for (guint k = 0; k < taps.n; k++)
            sum += kernel((first + (int)k - at) / width);
        for (guint k = 0; k < taps.n; k++) {
            index[k] = reflect(first + (int)k, picture_size);
            weight[k] = (float)(kernel((first + (int)k - at) / width) / sum);
            taps.low = MIN(taps.low, index[k]);
            taps.high = MAX(taps.high, index[k]);
        }
    }
    return taps;
}

static void taps_clear(Taps *taps)
{
    g_free(taps->index);
    g_free(taps->weight);
}

void view_cut(const Picture *picture, double x, double y, double scale, gboolean mirror, guint w, guint h,
              float *values)
{
    const gsize plane = (gsize)w * h;
    Taps across = taps_new(x, scale, mirror, w, picture->w);
    Taps down = taps_new(y, scale, FALSE, h, picture->h);
    const guint rows = down.high - down.low + 1;
    g_autofree float *wide = g_new(float, (gsize)3 * rows * w); /* [rows,3,w]: the picture's rows, cut */
    for (guint row = 0; row < rows; row++) {
        const guint8 *source = picture->rgb + (gsize)3 * (down.low + row) * picture->w;
        float *target = wide + (gsize)3 * row * w;
        for (guint i = 0; i < w; i++) {
            float sum[3] = {0};
            for (guint k = 0; k < across.n; k++) {
                const guint8 *pixel = source + 3 * across.index[i * across.n + k];
                const float weight = across.weight[i * across.n + k];
                for (guint c = 0; c < 3; c++)
                    sum[c] += weight * pixel[c];
            }
            for (guint c = 0; c < 3; c++)
                target[c * w + i] = sum[c] * (1.0f / 255);
        }
    }
    memset(values, 0, 3 * plane * sizeof(float));
    for (guint i = 0; i < h; i++)
        for (guint k = 0; k < down.n; k++) {
            const float weight = down.weight[i * down.n + k];
            const float *source = wide + (gsize)3 * (down.index[i * down.n + k] - down.low) * w;
            for (guint c = 0; c < 3; c++)
                for (guint j = 0; j < w; j++)
                    values[c * plane + (gsize)i * w + j] += weight * source[c * w + j];
        }
    for (gsize i = 0; i < 3 * plane; i++)
        values[i] = CLAMP(values[i], 0.0f, 1.0f); /* the kernel overshoots at edges */
    taps_clear(&across);
    taps_clear(&down);
}

/* --- motion --------------------------------------------------------------------------------------- */

/* From -@range to @range. */
static double draw_around_zero(Random *r, double range)
{
    return (2 * random_unit(r) - 1) * range;
}

CameraMotion camera_still(void)
{
    return (CameraMotion){.m = {{1, 0}, {0, 1}}};
}

CameraMotion camera_draw(Random *r, guint max_shift)
{
    const double kind = random_unit(r);
    CameraMotion motion = camera_still();
    if (kind < SHARE_STILL)
        return motion;
    const gboolean slow = kind < SHARE_STILL + SHARE_SLOW;
    motion.dx = draw_around_zero(r, slow ? SLOW : max_shift);
    motion.dy = draw_around_zero(r, slow ? SLOW : max_shift);
    if (slow)
        return motion;
    if (kind < SHARE_STILL + SHARE_SLOW + SHARE_WHOLE) {
        motion.dx = rint(motion.dx);
        motion.dy = rint(motion.dy);
        return motion;
    }
    const double zoom = 1 + draw_around_zero(r, MAX_ZOOM), turn = draw_around_zero(r, MAX_TURN);
    motion.m[0][0] = motion.m[1][1] = zoom * cos(turn);
    motion.m[0][1] = -zoom * sin(turn);
    motion.m[1][0] = zoom * sin(turn);
    return motion;
}

guint camera_margin(guint max_shift, guint size)
{
    /* how far zoom and turn move a corner, and half the width of the kernel */
    return max_shift + (guint)ceil(size / 2.0 * (MAX_ZOOM + (1 + MAX_ZOOM) * sin(MAX_TURN))) + 2;
}

static void four_weights(double t, float weight[4])
{
    for (int k = 0; k < 4; k++)
        weight[k] = (float)kernel(t + 1 - k);
}

void camera_origin(const CameraMotion *motion, guint size, double x, double y, double *qx, double *qy)
{
    const double center = (size - 1) / 2.0, px = x - center, py = y - center;
    *qx = center + motion->m[0][0] * px + motion->m[0][1] * py + motion->dx;
    *qy = center + motion->m[1][0] * px + motion->m[1][1] * py + motion->dy;
}

void camera_flow(const CameraMotion *motion, guint size, float *flow)
{
    const gsize plane = (gsize)size * size;
    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++) {
            double qx, qy;
            camera_origin(motion, size, x, y, &qx, &qy);
            flow[(gsize)y * size + x] = (float)(qx - x);
            flow[plane + (gsize)y * size + x] = (float)(qy - y);
        }
}

void camera_apply(const CameraMotion *motion, const float *source, guint margin, guint size, float *moved)
{
    const gsize plane = (gsize)size * size;
    const guint wide = size + 2 * margin;
    for (guint y = 0; y < size; y++)
        for (guint x = 0; x < size; x++) {
            double qx, qy;
            camera_origin(motion, size, x, y, &qx, &qy);
            const int left = (int)floor(qx), top = (int)floor(qy);
            float wx[4], wy[4];
            four_weights(qx - left, wx);
            four_weights(qy - top, wy);
            const float *first = source + (gsize)(top + (int)margin - 1) * wide + left + (int)margin - 1;
            for (guint c = 0; c < 3; c++) {
                const float *row = first + (gsize)c * wide * wide;
                float sum = 0;
                for (guint k = 0; k < 4; k++, row += wide)
                    sum += wy[k] * (wx[0] * row[0] + wx[1] * row[1] + wx[2] * row[2] + wx[3] * row[3]);
                moved[c * plane + (gsize)y * size + x] = CLAMP(sum, 0.0f, 1.0f);
            }
        }
}

/* A picture of noise, [size,size], of deviation about @noise, in which nothing is smaller than @grain pixels. */
static void draw_noise(float *values, guint size, guint grain, float noise, Random *r)
{
    const guint n = (size - 1) / grain + 2;
    g_autofree float *lattice = g_new(float, (gsize)n *n);
    for (gsize i = 0; i < (gsize)n * n; i++)
        lattice[i] = noise * random_normal(r);
    for (guint y = 0; y < size; y++) {
        const float ty = (float)(y % grain) / (float)grain;
        const float *above = lattice + (gsize)(y / grain) * n, *below = above + n;
        for (guint x = 0; x < size; x++) {
            const float tx = (float)(x % grain) / (float)grain;
            const guint k = x / grain;
            values[(gsize)y * size + x] = (1 - ty) * ((1 - tx) * above[k] + tx * above[k + 1]) +
                                          ty * ((1 - tx) * below[k] + tx * below[k + 1]);
        }
    }
}

void view_disturb(float *values, guint size, float noise, Random *r)
{
    const gsize pixels = (gsize)size * size;
    const float gain = 1 + (float)draw_around_zero(r, MAX_CONTRAST);
    const float middle = 0.5f + (float)draw_around_zero(r, MAX_BRIGHTNESS);
    const guint grain = 1u << random_below(r, MAX_GRAIN_LOG2 + 1);
    g_autofree float *noises = g_new(float, pixels);
    noise *= (float)random_unit(r);
    for (guint c = 0; c < 3; c++) {
        draw_noise(noises, size, grain, noise, r);
        for (gsize i = 0; i < pixels; i++) {
            float value = middle + gain * (values[c * pixels + i] - 0.5f) + noises[i];
            values[c * pixels + i] = CLAMP(value, 0.0f, 1.0f);
        }
    }
}
