/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* White noise, of which a band of wavelengths is left: the difference of two nearly Gaussian blurs, each three box
 * filters long; the strokes are such noise, too, smeared around the hills. All in whole numbers, so that no two machines
 * differ. */
#include <idiom-unstable/noise.h>

#include <math.h>
#include <string.h>

#define SIDE IDIOM_NOISE_SIDE
#define CHANNELS IDIOM_NOISE_CHANNELS
#define STEPS 32  /* of a value of 1 */
#define FINE 1024 /* the same within the computation */

/* @narrow, @wide: sides of the box filters in units of @unit samples; @step: a 1024th of the standard deviation of what
 * they leave */
static const struct {
    guint unit, narrow, wide;
    gint64 step;
} bands[CHANNELS] = {
    {5, 7, 11, G_GINT64_CONSTANT(3762616135307)},
    {1, 7, 11, G_GINT64_CONSTANT(1233821546)},
};

/* SplitMix64's (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014) */
static guint64 mix(guint64 z)
{
    z += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Sums over @box neighbours of each of the lines of @field, across or down; the field goes round. */
static void box_sums(gint64 *field, guint box, gboolean down, gint64 *line)
{
    const gsize step = down ? SIDE : 1, next = down ? 1 : SIDE;
    for (guint l = 0; l < SIDE; l++) {
        gint64 *v = field + l * next, sum = 0;
        for (guint i = 0; i < SIDE; i++)
            line[i] = v[i * step];
        for (guint i = 0; i < box; i++)
            sum += line[(SIDE + i - box / 2) % SIDE];
        for (guint i = 0; i < SIDE; i++) {
            v[i * step] = sum;
            sum += line[(i + box / 2 + 1) % SIDE] - line[(SIDE + i - box / 2) % SIDE];
        }
    }
}

static void blur(gint64 *field, guint box, gint64 *line)
{
    for (guint i = 0; i < 3; i++) {
        box_sums(field, box, FALSE, line);
        box_sums(field, box, TRUE, line);
    }
}

static gint64 power6(gint64 v)
{
    return v * v * v * v * v * v;
}

/* Noise of a band, in units of 1 / FINE. */
static gint32 *band_new(guint channel)
{
    const gsize samples = (gsize)SIDE * SIDE;
    gint32 *band = g_new(gint32, samples);
    g_autofree gint64 *narrow = g_new(gint64, samples), *wide = g_new(gint64, samples),
                      *line = g_new(gint64, SIDE);
    for (gsize i = 0; i < samples; i++)
        narrow[i] = wide[i] = (gint64)(mix(channel * samples + i) >> 56) * 2 - 255;
    blur(narrow, bands[channel].unit * bands[channel].narrow, line);
    blur(wide, bands[channel].unit * bands[channel].wide, line);

    /* each in units of the other's sum, so that a constant cancels: up to 8.3e17 */
    const gint64 of_narrow = power6(bands[channel].wide), of_wide = power6(bands[channel].narrow);
    for (gsize i = 0; i < samples; i++)
        band[i] = (gint32)((narrow[i] * of_narrow - wide[i] * of_wide) / bands[channel].step);
    return band;
}

static gsize at(gint64 x, gint64 y)
{
    /* the side is a power of two: the remainder of a negative number is right as well */
    return (gsize)(y & (SIDE - 1)) * SIDE + (gsize)(x & (SIDE - 1));
}

/* --- strokes -------------------------------------------------------------------------------------- */

#define UNIT 256        /* parts of a sample, and of a direction's length */
#define REACH 4         /* samples over which a slope is measured, to either side */
#define GROUND 300      /* how much the ground rises downwards: strokes lie where there is no hill */
#define PACE 2          /* samples from one tap of a stroke to the next */
#define TAPS 13         /* to either side */
#define DEVIATION 68233 /* of what the taps leave */

typedef struct {
    gint16 x, y;
} Direction;

/* Along the hills' contour lines, for every sample. */
static Direction *directions_new(const gint32 *hills)
{
    Direction *directions = g_new(Direction, (gsize)SIDE * SIDE);
    for (gint64 y = 0; y < SIDE; y++)
        for (gint64 x = 0; x < SIDE; x++) {
            const gint64 right = hills[at(x + REACH, y)] - hills[at(x - REACH, y)];
            const gint64 down = hills[at(x, y + REACH)] - hills[at(x, y - REACH)] + GROUND;
            /* exact: the sum is far below 2^53, and IEEE rounds a root correctly */
            const gint64 length = MAX(1, (gint64)sqrt((double)(right * right + down * down)));
            directions[at(x, y)] =
                (Direction){(gint16)(-down * UNIT / length), (gint16)(right * UNIT / length)};
        }
    return directions;
}

/* The weighted sum of @grain from (x, y) on along the directions, or against them: fewer the farther away. */
static gint64 smear(const gint32 *grain, const Direction *directions, gint64 x, gint64 y, int sign)
{
    gint64 sum = 0, px = x * UNIT + UNIT / 2, py = y * UNIT + UNIT / 2;
    for (int k = 1; k < TAPS; k++) {
        const Direction d = directions[at(px >> 8, py >> 8)];
        px += sign * PACE * d.x;
        py += sign * PACE * d.y;
        sum += (gint64)(TAPS - k) * grain[at(px >> 8, py >> 8)];
    }
    return sum;
}

/* @grain as strokes that run around the @hills. */
static gint32 *strokes_new(const gint32 *hills, const gint32 *grain)
{
    g_autofree Direction *directions = directions_new(hills);
    gint32 *strokes = g_new(gint32, (gsize)SIDE * SIDE);
    for (gint64 y = 0; y < SIDE; y++)
        for (gint64 x = 0; x < SIDE; x++) {
            const gint64 sum = (gint64)TAPS * grain[at(x, y)] + smear(grain, directions, x, y, 1) +
                               smear(grain, directions, x, y, -1);
            strokes[at(x, y)] = (gint32)(sum * FINE / DEVIATION);
        }
    return strokes;
}

static void write_channel(const gint32 *values, guint channel, gint8 *tile)
{
    const gint32 limit = IDIOM_NOISE_RANGE * STEPS, step = FINE / STEPS;
    for (gsize i = 0; i < (gsize)SIDE * SIDE; i++) {
        const gint32 v = values[i];
        tile[i * CHANNELS + channel] = (gint8)CLAMP((v + (v < 0 ? -step : step) / 2) / step, -limit, limit);
    }
}

const gint8 *idiom_noise_tile(void)
{
    static gint8 *tile;
    if (g_once_init_enter(&tile)) {
        gint8 *filled = g_new(gint8, (gsize)SIDE * SIDE * CHANNELS);
        g_autofree gint32 *hills = band_new(0), *grain = band_new(1), *strokes = strokes_new(hills, grain);
        write_channel(hills, 0, filled);
        write_channel(strokes, 1, filled);
        g_once_init_leave(&tile, filled);
    }
    return tile;
}

/* Of the sample at whole coordinates, which may lie anywhere. */
static const gint8 *sample(const gint8 *tile, gint64 x, gint64 y)
{
    return tile + at(x, y) * CHANNELS;
}

void idiom_noise_at(double x, double y, float values[IDIOM_NOISE_CHANNELS])
{
    const gint8 *tile = idiom_noise_tile();
    const double left = floor(x * IDIOM_NOISE_SAMPLES), top = floor(y * IDIOM_NOISE_SAMPLES);
    const double right = x * IDIOM_NOISE_SAMPLES - left, low = y * IDIOM_NOISE_SAMPLES - top;
    const gint64 ix = (gint64)left, iy = (gint64)top;
    for (guint c = 0; c < CHANNELS; c++) {
        const double above = sample(tile, ix, iy)[c] * (1 - right) + sample(tile, ix + 1, iy)[c] * right;
        const double below =
            sample(tile, ix, iy + 1)[c] * (1 - right) + sample(tile, ix + 1, iy + 1)[c] * right;
        values[c] = (float)((above * (1 - low) + below * low) / STEPS);
    }
}

void idiom_noise_crop(int x, int y, guint w, guint h, float *planes)
{
    const gint8 *tile = idiom_noise_tile();
    for (guint c = 0; c < CHANNELS; c++)
        for (guint j = 0; j < h; j++)
            for (guint i = 0; i < w; i++)
                *planes++ = (float)sample(tile, ((gint64)x + i) * IDIOM_NOISE_SAMPLES,
                                          ((gint64)y + j) * IDIOM_NOISE_SAMPLES)[c] /
                            STEPS;
}

void idiom_noise_offset(const char *name, int *x, int *y)
{
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *dot = strrchr(base, '.');
    const char *end = dot && dot != base ? dot : base + strlen(base);
    guint64 hash = 0;
    for (; base < end; base++)
        hash = mix(hash ^ (guchar)*base);
    *x = (int)(hash % IDIOM_NOISE_PERIOD);
    *y = (int)(hash / IDIOM_NOISE_PERIOD % IDIOM_NOISE_PERIOD);
}
