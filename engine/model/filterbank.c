/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/filterbank.h"

#include <math.h>
#include <string.h>

#define CHANNELS 64 /* of every level */
#define SIZE 7      /* of level 0's filters */
#define MIXED_SIZE 3
G_STATIC_ASSERT(SIZE == IDIOM_FILTER_BANK_KERNEL(0) && MIXED_SIZE == IDIOM_FILTER_BANK_KERNEL(1));
#define MIXED 4  /* channels that one of the next level combines: a sum of many says little of any */
#define SCENE 96 /* pixels a side */
#define SEED 20161

/* --- the scene ------------------------------------------------------------------------------------ */

/* Several maps of one picture: [channels,side,side]. */
typedef struct {
    guint channels, side;
    float *values;
} Maps;

static Maps maps_new(guint channels, guint side)
{
    return (Maps){channels, side, g_new0(float, (gsize)channels *side *side)};
}

/* Half the size, each pixel the average of four. */
static Maps maps_halve(const Maps *maps)
{
    Maps half = maps_new(maps->channels, maps->side / 2);
    const guint side = half.side;
    for (guint c = 0; c < maps->channels; c++)
        for (guint y = 0; y < side; y++)
            for (guint x = 0; x < side; x++) {
                const float *p = maps->values + ((gsize)c * maps->side + 2 * y) * maps->side + 2 * x;
                half.values[((gsize)c * side + y) * side + x] =
                    0.25f * (p[0] + p[1] + p[maps->side] + p[maps->side + 1]);
            }
    return half;
}

/* Dead leaves in the colours that the networks see: mean 0, deviation near 1, mostly of brightness. */
static Maps scene_new(GRand *rand)
{
    const int side = 2 * SCENE; /* halved afterwards: a camera's pixels average too */
    Maps leaves = maps_new(3, (guint)side);
    for (guint i = 0; i < 4000; i++) {
        /* number of leaves falls with the cube of their radius */
        const double low = 1.0 / (90 * 90), high = 1.0 / (3 * 3);
        const double radius = 1 / sqrt(low + g_rand_double(rand) * (high - low));
        const int cx = g_rand_int_range(rand, 0, side), cy = g_rand_int_range(rand, 0, side);
        const double brightness = g_rand_double_range(rand, -1.7, 1.7);
        float colour[3];
        for (guint c = 0; c < 3; c++)
            colour[c] = (float)(brightness + g_rand_double_range(rand, -0.6, 0.6));
        const int r = (int)radius;
        for (int y = MAX(cy - r, 0); y <= MIN(cy + r, side - 1); y++)
            for (int x = MAX(cx - r, 0); x <= MIN(cx + r, side - 1); x++)
                for (guint c = 0; c < 3 && hypot(x - cx, y - cy) <= radius; c++)
                    leaves.values[((gsize)c * side + y) * side + x] = colour[c];
    }
    Maps scene = maps_halve(&leaves);
    g_free(leaves.values);
    return scene;
}

/* --- levels --------------------------------------------------------------------------------------- */

typedef struct {
    guint in, k;
    float *weight;          /* [CHANNELS,in,k,k] */
    float offset[CHANNELS]; /* added to the standardized response */
    float bias[CHANNELS];
} Level;

/* What the level answers to @maps, where its filters fit wholly; with @bias only. */
static Maps respond(const Level *level, const Maps *maps)
{
    Maps out = maps_new(CHANNELS, maps->side - level->k + 1);
    for (guint o = 0; o < CHANNELS; o++) {
        float *target = out.values + (gsize)o * out.side * out.side;
        for (gsize i = 0; i < (gsize)out.side * out.side; i++)
            target[i] = level->bias[o];
        for (guint t = 0; t < level->in * level->k * level->k; t++) {
            const guint c = t / (level->k * level->k), dy = t / level->k % level->k, dx = t % level->k;
            const float w = level->weight[o * level->in * level->k * level->k + t];
            for (guint y = 0; y < out.side && w != 0; y++) {
                const float *row = maps->values + ((gsize)c * maps->side + y + dy) * maps->side + dx;
                for (guint x = 0; x < out.side; x++)
                    target[(gsize)y * out.side + x] += w * row[x];
            }
        }
    }
    return out;
}

/* Scales weights and sets biases so that responses to @maps have mean 0 and deviation 1, but for the offset. */
static void standardize(Level *level, const Maps *maps)
{
    Maps responses = respond(level, maps);
    const gsize pixels = (gsize)responses.side * responses.side,
                taps = (gsize)level->in * level->k * level->k;
    for (guint o = 0; o < CHANNELS; o++) {
        double sum = 0, squares = 0;
        for (gsize i = 0; i < pixels; i++) {
            const double v = responses.values[o * pixels + i];
            sum += v;
            squares += v * v;
        }
        const double mean = sum / pixels, scale = 1 / sqrt(squares / pixels - mean * mean + 1e-12);
        for (gsize t = 0; t < taps; t++)
            level->weight[o * taps + t] *= (float)scale;
        level->bias[o] = (float)(-mean * scale) + level->offset[o];
    }
    g_free(responses.values);
}

/* Brightness and two of hue, in red, green, blue: orthonormal, and nearly the principal axes of natural colours. */
static const double opponent[3][3] = {
    {0.57735, 0.57735, 0.57735},
    {0.70711, 0, -0.70711},
    {0.40825, -0.81650, 0.40825},
};

typedef enum {
    AVERAGE,
    SPOT,
    EDGE,
    LINE,
} Shape;

/* Value at (@u along, @v across), pixels from the middle. */
static double shape_value(Shape shape, double u, double v)
{
    const double across = 1.0, along = shape == EDGE || shape == LINE ? 1.8 : 1.0;
    const double window = exp(-0.5 * (v * v / (across * across) + u * u / (along * along)));
    switch (shape) {
    case AVERAGE:
        return window;
    case SPOT:
        return window * (1 - 0.5 * (u * u + v * v));
    case EDGE:
        return window * v;
    default:
        return window * (1 - v * v / (across * across));
    }
}

/* A filter and its negative as channels @channel and @channel + 1; returns the next channel. */
static guint add_pair(Level *level, guint channel, Shape shape, guint colour, double angle, double offset)
{
    double values[SIZE * SIZE], sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        const double x = i % SIZE - SIZE / 2, y = i / SIZE - SIZE / 2;
        values[i] = shape_value(shape, x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle));
        sum += values[i];
    }
    for (guint sign = 0; sign < 2; sign++) {
        float *weight = level->weight + (gsize)(channel + sign) * 3 * SIZE * SIZE;
        for (guint t = 0; t < 3 * SIZE * SIZE; t++) {
            const double value = values[t % (SIZE * SIZE)] - (shape == AVERAGE ? 0 : sum / (SIZE * SIZE));
            weight[t] = (float)((sign ? -1 : 1) * value * opponent[colour][t / (SIZE * SIZE)]);
        }
        level->offset[channel + sign] = (float)offset;
    }
    return channel + 2;
}

static void make_oriented(Level *level)
{
    guint channel = 0;
    for (guint i = 0; i < 8; i++) {
        channel = add_pair(level, channel, EDGE, 0, i * G_PI / 8, 0);
        channel = add_pair(level, channel, LINE, 0, i * G_PI / 8, 0);
    }
    for (guint i = 0; i < 4; i++) {
        channel = add_pair(level, channel, EDGE, 1, i * G_PI / 4, 0);
        channel = add_pair(level, channel, EDGE, 2, i * G_PI / 4, 0);
    }
    for (guint colour = 0; colour < 3; colour++) {
        channel = add_pair(level, channel, AVERAGE, colour, 0, 0);
        channel = add_pair(level, channel, SPOT, colour, 0, 0);
    }
    for (guint colour = 1; colour < 3; colour++) /* strong hues apart from weak ones */
        channel = add_pair(level, channel, AVERAGE, colour, 0, -1);
    g_assert(channel == CHANNELS);
}

/* Nearly normal: the sum of uniform numbers. */
static double draw_normal(GRand *rand)
{
    double sum = -6;
    for (guint i = 0; i < 12; i++)
        sum += g_rand_double(rand);
    return sum;
}

static void make_mixed(Level *level, GRand *rand)
{
    const guint taps = MIXED_SIZE * MIXED_SIZE;
    for (guint o = 0; o < CHANNELS; o++)
        for (guint i = 0; i < MIXED; i++) {
            const guint in = i ? (guint)g_rand_int_range(rand, 0, CHANNELS) : o; /* none is left out */
            for (guint t = 0; t < taps; t++)
                level->weight[((gsize)o * CHANNELS + in) * taps + t] += (float)draw_normal(rand);
        }
}

void idiom_filter_bank_declare(IdiomParams *params)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    Maps maps = scene_new(rand);
    for (guint i = 0; i < IDIOM_FILTER_BANK_LEVELS; i++) {
        Level level = {.in = i ? CHANNELS : 3, .k = IDIOM_FILTER_BANK_KERNEL(i)};
        level.weight = g_new0(float, (gsize)CHANNELS *level.in *level.k *level.k);
        if (i)
            make_mixed(&level, rand);
        else
            make_oriented(&level);
        standardize(&level, &maps);

        g_autofree char *weight = g_strdup_printf("bank.%u.weight", i);
        g_autofree char *bias = g_strdup_printf("bank.%u.bias", i);
        idiom_params_add(params, weight, IDIOM_SHAPE(CHANNELS, level.in, level.k, level.k), level.weight);
        idiom_params_add(params, bias, IDIOM_SHAPE(1, CHANNELS, 1, 1), level.bias);

        Maps responses = respond(&level, &maps);
        for (gsize k = 0; k < (gsize)CHANNELS * responses.side * responses.side; k++)
            responses.values[k] = MAX(responses.values[k], 0);
        g_free(maps.values);
        maps = maps_halve(&responses);
        g_free(responses.values);
        g_free(level.weight);
    }
    g_free(maps.values);
}
