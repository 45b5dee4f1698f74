/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/gradient.h"

#include "loss/filters.h"

#include <math.h>

#define CELL 4
#define CELL_STRIDE 2
#define DIRECTIONS 8

/* The derivative towards @angle, per pixel: Scharr's kernels, which turn well (Jaehne et al., 1999), combined. */
static void add_derivative(float kernel[9], double angle)
{
    static const double smooth[] = {3, 10, 3}, slope[] = {-1, 0, 1};
    for (guint i = 0; i < 9; i++)
        kernel[i] =
            (float)((cos(angle) * smooth[i / 3] * slope[i % 3] + sin(angle) * slope[i / 3] * smooth[i % 3]) /
                    32);
}

static IdiomTensor *averaged(IdiomGraph *g, IdiomTensor *luma, guint scale)
{
    return scale > 1 ? idiom_pool2d(g, luma, IDIOM_POOL_AVG, scale, scale, FALSE) : luma;
}

/* x and y derivative: [n,2,h,w]. */
static IdiomTensor *derivatives(IdiomGraph *g, IdiomTensor *luma, guint scale)
{
    float kernels[2][9];
    add_derivative(kernels[0], 0);
    add_derivative(kernels[1], G_PI / 2);
    return filter(g, averaged(g, luma, scale), kernels[0], 2, 3, IDIOM_ACT_NONE);
}

/* Sum over both channels, as both (@outputs 2) or as one. */
static IdiomTensor *sum_channels(IdiomGraph *g, IdiomTensor *x, guint outputs)
{
    return filter(g, x, (const float[]){1, 1, 1, 1}, outputs, 1, IDIOM_ACT_NONE);
}

IdiomTensor *edge_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, guint scale)
{
    IdiomTensor *wanted = derivatives(g, content, scale);
    IdiomTensor *square = sum_channels(g, idiom_mul(g, wanted, wanted), 2);
    /* 1e-6: a gradient of 1/1000 per pixel has no direction to speak of */
    IdiomTensor *direction = idiom_mul(g, wanted, idiom_power(g, idiom_affine(g, square, 1, 1e-6), -0.5));
    IdiomTensor *missing = idiom_sub(g, wanted, derivatives(g, output, scale));
    IdiomTensor *shortfall =
        idiom_activation(g, sum_channels(g, idiom_mul(g, missing, direction), 1), IDIOM_ACT_RELU);
    /* [n,2] against [n,1]: twice the mean is the mean of the squared length */
    IdiomTensor *energy = idiom_affine(g, idiom_mean_square(g, wanted), 2, 1e-6);
    return idiom_divide(g, idiom_mean_square(g, shortfall), energy);
}

IdiomTensor *stroke_map(IdiomGraph *g, IdiomTensor *luma, guint index)
{
    float kernels[DIRECTIONS][9];
    for (guint i = 0; i < DIRECTIONS; i++)
        add_derivative(kernels[i], 2 * G_PI * i / DIRECTIONS);
    IdiomTensor *gradients =
        filter(g, averaged(g, luma, 1u << index), kernels[0], DIRECTIONS, 3, IDIOM_ACT_RELU);
    return idiom_pool2d(g, gradients, IDIOM_POOL_AVG, CELL, CELL_STRIDE, FALSE);
}
