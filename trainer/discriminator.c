/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discriminator.h"

#include "random.h"

#include <idiom/ops.h>
#include <math.h>

static const struct {
    const char *weight, *bias;
    guint inputs, outputs, k, stride;
} layers[] = {
    {"conv1.weight", "conv1.bias", 3, 24, 4, 2},
    {"conv2.weight", "conv2.bias", 24, 48, 4, 2},
    {"conv3.weight", "conv3.bias", 48, 96, 4, 2},
    {"conv4.weight", "conv4.bias", 96, 1, 3, 1},
};

/* Uniform within 1 / sqrt(inputs of a sum). */
static void declare(IdiomParams *params, const char *name, IdiomShape shape, guint fan_in, IdiomRandom *r)
{
    gsize n = idiom_shape_elements(shape);
    g_autofree float *values = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        values[i] = (float)((2 * idiom_random_unit(r) - 1) / sqrt(fan_in));
    idiom_params_add(params, name, shape, values);
}

void idiom_discriminator_declare(IdiomParams *params, guint64 seed)
{
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        IdiomRandom r = idiom_random_stream(seed, IDIOM_RANDOM_DISCRIMINATOR, i);
        guint fan_in = layers[i].inputs * layers[i].k * layers[i].k;
        IdiomShape weight = IDIOM_SHAPE(layers[i].outputs, layers[i].inputs, layers[i].k, layers[i].k);
        declare(params, layers[i].weight, weight, fan_in, &r);
        declare(params, layers[i].bias, IDIOM_SHAPE(1, layers[i].outputs, 1, 1), fan_in, &r);
    }
}

IdiomTensor *idiom_discriminator_build(IdiomGraph *g, IdiomParams *params, IdiomTensor *picture,
                                       gboolean trainable)
{
    IdiomTensor *t = idiom_affine(g, picture, 2, -1);
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        gboolean last = i + 1 == G_N_ELEMENTS(layers);
        IdiomConvParams conv = {
            .stride = layers[i].stride, .pad = 1, .act = last ? IDIOM_ACT_NONE : IDIOM_ACT_LEAKY};
        t = idiom_conv2d(g, t, NULL, idiom_graph_param(g, params, layers[i].weight, trainable),
                         idiom_graph_param(g, params, layers[i].bias, trainable), &conv);
    }
    return t;
}

IdiomTensor *idiom_discriminator_loss_real(IdiomGraph *g, IdiomTensor *logits)
{
    return idiom_mean(g, idiom_activation(g, idiom_affine(g, logits, -1, 1), IDIOM_ACT_RELU));
}

IdiomTensor *idiom_discriminator_loss_fake(IdiomGraph *g, IdiomTensor *logits)
{
    return idiom_mean(g, idiom_activation(g, idiom_affine(g, logits, 1, 1), IDIOM_ACT_RELU));
}

IdiomTensor *idiom_adversarial_loss(IdiomGraph *g, IdiomTensor *logits)
{
    return idiom_mean(g, idiom_affine(g, logits, -1, 0));
}
