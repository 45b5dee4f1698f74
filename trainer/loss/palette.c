/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/palette.h"

#include "loss/filters.h"

#include <math.h>

#define STEP 10.0         /* between thresholds, in units of L*a*b* */
#define SOFTNESS 4.0      /* of a threshold: the deviation of a logistic, so that neighbours overlap */
#define NEAR_BLACK 0.0026 /* the cube of 16 / 116: L* is 0 where there is no light */

void palette_direction(guint index, double direction[3])
{
    static const gint8 directions[PALETTE_DIRECTIONS][3] = {
        {1, 0, 0}, {0, 1, 0},  {0, 0, 1}, {1, 1, 0},  {1, -1, 0}, {1, 0, 1},   {1, 0, -1},
        {0, 1, 1}, {0, 1, -1}, {1, 1, 1}, {1, 1, -1}, {1, -1, 1}, {1, -1, -1},
    };
    double square = 0;
    for (guint i = 0; i < 3; i++)
        square += directions[index][i] * directions[index][i];
    for (guint i = 0; i < 3; i++)
        direction[i] = directions[index][i] / sqrt(square);
}

/* A convolution of 1 x 1 pixel with @weights [outputs,3] and @bias [outputs]. */
static IdiomTensor *colours(IdiomGraph *g, IdiomTensor *x, const float *weights, const float *bias,
                            guint outputs, IdiomActivation act)
{
    return idiom_conv2d(g, x, NULL, idiom_constant(g, IDIOM_SHAPE(outputs, 3, 1, 1), weights),
                        idiom_constant(g, IDIOM_SHAPE(1, outputs, 1, 1), bias),
                        &(IdiomConvParams){.act = act});
}

/* Cube roots of X, Y, Z over those of white. */
static IdiomTensor *responses(IdiomGraph *g, IdiomTensor *picture)
{
    /* sRGB's matrix, rows divided by white D65 */
    static const float matrix[] = {0.4339499f, 0.3762098f, 0.1898430f, 0.2126729f, 0.7151522f,
                                   0.0721750f, 0.0177566f, 0.1094680f, 0.8727755f};
    static const float bias[] = {NEAR_BLACK, NEAR_BLACK, NEAR_BLACK};
    /* sRGB's curve, without its straight piece */
    IdiomTensor *linear = idiom_power(g, idiom_affine(g, picture, 1 / 1.055, 0.055 / 1.055), 2.4);
    return idiom_power(g, colours(g, linear, matrix, bias, 3, IDIOM_ACT_NONE), 1.0 / 3);
}

IdiomTensor *palette_map(IdiomGraph *g, IdiomTensor *picture)
{
    float weights[PALETTE_CHANNELS][3], bias[PALETTE_CHANNELS];
    for (guint i = 0; i < PALETTE_CHANNELS; i++) {
        double d[3];
        palette_direction(i / PALETTE_STEPS, d);
        /* around the middle grey, L* = 50 */
        const double threshold = STEP * (i % PALETTE_STEPS - (PALETTE_STEPS - 1) / 2.0);
        /* L* = 116 fy - 16, a* = 500 (fx - fy), b* = 200 (fy - fz) */
        const double f[] = {500 * d[1], 116 * d[0] - 500 * d[1] + 200 * d[2], -200 * d[2]};
        for (guint c = 0; c < 3; c++)
            weights[i][c] = (float)(-f[c] / SOFTNESS);
        bias[i] = (float)((threshold + 66 * d[0]) / SOFTNESS);
    }
    IdiomTensor *small = idiom_pool2d(g, picture, IDIOM_POOL_AVG, 2, 2, FALSE);
    return colours(g, responses(g, small), weights[0], bias, PALETTE_CHANNELS, IDIOM_ACT_SIGMOID);
}

IdiomTensor *palette_distance(IdiomGraph *g, IdiomTensor *palette, IdiomTensor *wanted)
{
    return idiom_affine(g, idiom_mean_square(g, idiom_sub(g, palette, wanted)), PALETTE_STEPS, 0);
}
