/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/taught.h"

IdiomTensor *taught_gram_distance(IdiomGraph *g, IdiomTensor *map, IdiomTensor *wanted)
{
    IdiomTensor *target = idiom_stop_gradient(g, idiom_gram(g, wanted, NULL));
    IdiomTensor *difference = idiom_mse(g, idiom_gram(g, map, NULL), target);
    return idiom_divide(g, difference, idiom_mean_square(g, target));
}

IdiomTensor *taught_feature_distance(IdiomGraph *g, IdiomTensor *map, IdiomTensor *wanted)
{
    wanted = idiom_stop_gradient(g, wanted);
    IdiomTensor *mean = idiom_mean(g, wanted);
    IdiomTensor *variance = idiom_sub(g, idiom_mean_square(g, wanted), idiom_mul(g, mean, mean));
    return idiom_divide(g, idiom_mse(g, map, wanted), variance);
}
