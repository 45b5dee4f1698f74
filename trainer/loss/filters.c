/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/filters.h"

#include <math.h>

IdiomTensor *filter(IdiomGraph *g, IdiomTensor *x, const float *kernels, guint outputs, guint size,
                    IdiomActivation act)
{
    const IdiomShape shape = IDIOM_SHAPE(outputs, x ? idiom_tensor_shape(x).c : 1, size, size);
    return idiom_conv2d(g, x, NULL, idiom_constant(g, shape, kernels), NULL,
                        &(IdiomConvParams){.pad = size / 2, .mode = IDIOM_PAD_EDGE, .act = act});
}

IdiomTensor *luma_planes(IdiomGraph *g, IdiomTensor *picture)
{
    return filter(g, picture, (const float[]){0.299f, 0.587f, 0.114f}, 1, 1, IDIOM_ACT_NONE);
}

void add_gaussian(float *kernel, guint size, double sigma, double sum)
{
    const double center = (size - 1) / 2.0;
    double total = 0;
    for (guint pass = 0; pass < 2; pass++)
        for (guint i = 0; i < size * size; i++) {
            const double x = i % size - center, y = i / size - center;
            const double value = exp(-(x * x + y * y) / (2 * sigma * sigma));
            if (pass == 0)
                total += value;
            else
                kernel[i] += (float)(sum * value / total);
        }
}
