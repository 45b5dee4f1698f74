/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/expression.h"

#include "loss/filters.h"

/* Of what is measured, so small that it matters only where nearly nothing is. */
#define LITTLE 1e-3

/* Mean of (@weight x)^2 over the mean of weight^2. */
static IdiomTensor *weighted_mean_square(IdiomGraph *g, IdiomTensor *x, IdiomTensor *weight)
{
    return idiom_divide(g, idiom_mean_square(g, idiom_mul(g, weight, x)),
                        idiom_affine(g, idiom_mean_square(g, weight), 1, LITTLE));
}

/* --- legibility ----------------------------------------------------------------------------------- */

#define SIGNALS 3
#define SIGNAL_SIZE 7
#define LOCAL_SIGMA 2.0
#define CLEAR_CONTRAST 0.05 /* from here on, a signal of the content has a sign to be kept */
#define EXCESS 0.25         /* weight of too much contrast */

static IdiomTensor *text_signals(IdiomGraph *g, IdiomTensor *luma)
{
    const guint center = SIGNAL_SIZE * SIGNAL_SIZE / 2;
    float kernels[SIGNALS][SIGNAL_SIZE * SIGNAL_SIZE] = {0};
    for (guint i = 0; i < 2; i++) {
        kernels[i][center] = -1;
        kernels[i][center + (i == 0 ? 1 : SIGNAL_SIZE)] = 1;
    }
    kernels[2][center] = 1;
    add_gaussian(kernels[2], SIGNAL_SIZE, LOCAL_SIGMA, -1);
    return filter(g, luma, kernels[0], SIGNALS, SIGNAL_SIZE, IDIOM_ACT_NONE);
}

IdiomTensor *legibility_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *mask,
                             guint scale)
{
    if (scale > 1) {
        content = idiom_pool2d(g, content, IDIOM_POOL_AVG, scale, scale, FALSE);
        output = idiom_pool2d(g, output, IDIOM_POOL_AVG, scale, scale, FALSE);
        mask = idiom_pool2d(g, mask, IDIOM_POOL_AVG, scale, scale, FALSE);
    }
    IdiomTensor *wanted = text_signals(g, content);
    IdiomTensor *error = idiom_sub(g, text_signals(g, output), wanted);
    IdiomTensor *sign = idiom_activation(g, idiom_affine(g, wanted, 1 / CLEAR_CONTRAST, 0), IDIOM_ACT_TANH);
    IdiomTensor *excess = idiom_activation(g, idiom_mul(g, error, sign), IDIOM_ACT_RELU);
    IdiomTensor *text = filter(g, mask, (const float[SIGNALS]){1, 1, 1}, SIGNALS, 1, IDIOM_ACT_NONE);
    return idiom_affine(g,
                        idiom_sub(g, weighted_mean_square(g, error, text),
                                  idiom_affine(g, weighted_mean_square(g, excess, text), 1 - EXCESS, 0)),
                        SIGNALS, 0);
}

/* --- line ----------------------------------------------------------------------------------------- */

#define LINE_SIZE 9
#define LINE_SIGMA 1.25     /* smaller ones draw the grain, larger ones too bold */
#define LINE_RATIO 1.6      /* the difference is then near a Laplacian of a Gaussian */
#define LINE_THRESHOLD 0.02 /* response to an edge of 0.18 in luma */
#define LINE_SOFTNESS 0.005 /* of the threshold */
#define LINE_DEPTH 0.12     /* response to a line of 2.5 pixels, 0.56 darker than both sides */

static IdiomTensor *difference_of_gaussians(IdiomGraph *g, IdiomTensor *luma)
{
    float kernel[LINE_SIZE * LINE_SIZE] = {0};
    add_gaussian(kernel, LINE_SIZE, LINE_SIGMA, 1);
    add_gaussian(kernel, LINE_SIZE, LINE_SIGMA * LINE_RATIO, -1);
    return filter(g, luma, kernel, 1, LINE_SIZE, IDIOM_ACT_NONE);
}

IdiomTensor *line_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output)
{
    IdiomTensor *line = idiom_activation(g,
                                         idiom_affine(g, difference_of_gaussians(g, content),
                                                      -1 / LINE_SOFTNESS, -LINE_THRESHOLD / LINE_SOFTNESS),
                                         IDIOM_ACT_SIGMOID);
    IdiomTensor *response = difference_of_gaussians(g, output);
    IdiomTensor *missing = idiom_activation(g, idiom_affine(g, response, 1 / LINE_DEPTH, 1), IDIOM_ACT_RELU);
    IdiomTensor *unwanted =
        idiom_activation(g, idiom_affine(g, response, -1 / LINE_DEPTH, 0), IDIOM_ACT_RELU);
    return idiom_add(g, weighted_mean_square(g, missing, line),
                     weighted_mean_square(g, unwanted, idiom_affine(g, line, -1, 1)));
}
