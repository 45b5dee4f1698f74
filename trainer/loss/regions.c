/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/regions.h"

#include "loss/filters.h"

/* --- chroma --------------------------------------------------------------------------------------- */

#define SAME_COLOUR 0.02 /* difference of neighbours that makes a difference of chroma count half */
#define SCALES 2

/* Cb and Cr of Rec. 601, without their offset. */
static IdiomTensor *chroma(IdiomGraph *g, IdiomTensor *picture)
{
    static const float weights[] = {-0.168736f, -0.331264f, 0.5f, 0.5f, -0.418688f, -0.081312f};
    return filter(g, picture, weights, 2, 1, IDIOM_ACT_NONE);
}

/* Squared differences of neighbours along @axis, summed over channels, once for each of @outputs. */
static IdiomTensor *change(IdiomGraph *g, IdiomTensor *x, guint axis, guint outputs)
{
    static const float ones[6] = {1, 1, 1, 1, 1, 1};
    IdiomTensor *d = idiom_difference(g, x, axis, 1);
    return filter(g, idiom_mul(g, d, d), ones, outputs, 1, IDIOM_ACT_NONE);
}

IdiomTensor *chroma_loss(IdiomGraph *g, IdiomTensor *content, IdiomTensor *output, IdiomTensor *taught)
{
    static const guint cells[SCALES] = {2, 8};
    IdiomTensor *sum = NULL;
    for (guint i = 0; i < SCALES; i++) {
        const guint k = cells[i];
        IdiomTensor *photo = idiom_pool2d(g, content, IDIOM_POOL_AVG, k, k, FALSE);
        IdiomTensor *colour = chroma(g, idiom_pool2d(g, output, IDIOM_POOL_AVG, k, k, FALSE));
        IdiomTensor *shown = taught ? chroma(g, idiom_pool2d(g, taught, IDIOM_POOL_AVG, k, k, FALSE)) : NULL;
        for (guint axis = 0; axis < 2; axis++) {
            IdiomTensor *allowed = change(g, photo, axis, 2);
            if (shown)
                allowed = idiom_add(g, allowed, change(g, shown, axis, 2));
            IdiomTensor *weight =
                idiom_power(g, idiom_affine(g, allowed, 1 / (SAME_COLOUR * SAME_COLOUR), 1), -1);
            IdiomTensor *part = idiom_mean_abs(g, idiom_mul(g, idiom_difference(g, colour, axis, 1), weight));
            sum = sum ? idiom_add(g, sum, part) : part;
        }
    }
    return sum;
}

/* --- skin ----------------------------------------------------------------------------------------- */

#define SKIN_CB (-0.10) /* where skin lies in chroma, */
#define SKIN_CR 0.095
#define SKIN_WIDE 0.075 /* half axes: along Cb, */
#define SKIN_HIGH 0.06  /* along Cr */
#define SKIN_SIZE 7
#define SKIN_SIGMA 2.0

IdiomTensor *skin_likelihood(IdiomGraph *g, IdiomTensor *picture)
{
    static const float scale[] = {1 / SKIN_WIDE, 1 / SKIN_HIGH};
    static const float offset[] = {-SKIN_CB / SKIN_WIDE, -SKIN_CR / SKIN_HIGH};
    const IdiomShape two = IDIOM_SHAPE(1, 2, 1, 1);
    IdiomTensor *place = idiom_channel_affine(g, chroma(g, picture), idiom_constant(g, two, scale),
                                              idiom_constant(g, two, offset));
    IdiomTensor *square = filter(g, idiom_mul(g, place, place), (const float[]){1, 1}, 1, 1, IDIOM_ACT_NONE);
    IdiomTensor *inside = idiom_activation(g, idiom_affine(g, square, -4, 4), IDIOM_ACT_SIGMOID);
    float kernel[SKIN_SIZE * SKIN_SIZE] = {0};
    add_gaussian(kernel, SKIN_SIZE, SKIN_SIGMA, 1);
    return filter(g, inside, kernel, 1, SKIN_SIZE, IDIOM_ACT_NONE);
}
