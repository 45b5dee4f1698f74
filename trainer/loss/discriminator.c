/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/discriminator.h"

#include "data/random.h"

#include <idiom-unstable/ops.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *weight, *bias, *u;
    guint k, stride;
} layers[DISCRIMINATOR_MAPS + 1] = {
    {"conv1.weight", "conv1.bias", "conv1.u", 4, 2},
    {"conv2.weight", "conv2.bias", "conv2.u", 4, 2},
    {"conv3.weight", "conv3.bias", "conv3.u", 4, 2},
    {"conv4.weight", "conv4.bias", "conv4.u", 3, 1},
};

/* Channels of the first layer; each of the next two has twice as many. */
#define WIDTH 24
#define WIDTH_PAIRED 32

/* Uniform within 1 / sqrt(inputs of a sum). */
static void declare(IdiomParams *params, const char *name, IdiomShape shape, guint fan_in, Random *r)
{
    gsize n = idiom_shape_elements(shape);
    g_autofree float *values = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        values[i] = (float)((2 * random_unit(r) - 1) / sqrt(fan_in));
    idiom_params_add(params, name, shape, values);
}

/* A unit vector of random direction. */
static void declare_unit(IdiomParams *params, const char *name, guint size, Random *r)
{
    g_autofree float *values = g_new(float, size);
    double square = 0;
    for (guint i = 0; i < size; i++) {
        values[i] = random_normal(r);
        square += (double)values[i] * values[i];
    }
    for (guint i = 0; i < size; i++)
        values[i] = (float)(values[i] / sqrt(square));
    idiom_params_add(params, name, IDIOM_SHAPE(1, size, 1, 1), values);
}

void discriminator_declare(IdiomParams *params, IdiomParams *spectral, guint styles, gboolean paired,
                           guint64 seed)
{
    const guint width = paired ? WIDTH_PAIRED : WIDTH;
    const guint channels[] = {paired ? 6 : 3, width, 2 * width, 4 * width, styles};
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        Random r = random_stream(seed, RANDOM_DISCRIMINATOR, i);
        guint fan_in = channels[i] * layers[i].k * layers[i].k, outputs = channels[i + 1];
        declare(params, layers[i].weight, IDIOM_SHAPE(outputs, channels[i], layers[i].k, layers[i].k), fan_in,
                &r);
        declare(params, layers[i].bias, IDIOM_SHAPE(1, outputs, 1, 1), fan_in, &r);
        declare_unit(spectral, layers[i].u, outputs, &r);
    }
}

IdiomTensor *discriminator_build(IdiomGraph *g, IdiomParams *params, IdiomParams *spectral,
                                 IdiomTensor *picture, IdiomTensor *photo, IdiomTensor *mix,
                                 gboolean trainable, IdiomTensor *maps[DISCRIMINATOR_MAPS])
{
    IdiomTensor *t = idiom_affine(g, photo ? idiom_concat(g, picture, photo) : picture, 2, -1);
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        gboolean last = i + 1 == G_N_ELEMENTS(layers);
        IdiomConvParams conv = {
            .stride = layers[i].stride, .pad = 1, .act = last ? IDIOM_ACT_NONE : IDIOM_ACT_LEAKY};
        IdiomTensor *weight = idiom_graph_param(g, params, layers[i].weight, trainable);
        IdiomTensor *bias = idiom_graph_param(g, params, layers[i].bias, trainable);
        IdiomTensor *u = idiom_graph_param(g, spectral, layers[i].u, FALSE);
        if (trainable)
            idiom_spectral_iterate(g, weight, u);
        t = idiom_conv2d(g, t, NULL, idiom_spectral_norm(g, weight, u), bias, &conv);
        if (maps && !last)
            maps[i] = t;
    }
    /* one logit per style; the mix selects one */
    return mix ? idiom_conv2d(g, t, NULL, mix, NULL, &(IdiomConvParams){0}) : t;
}

/* --- losses --------------------------------------------------------------------------------------- */

static const char *const gan_names[] = {[GAN_HINGE] = "hinge", [GAN_BCE] = "bce", [GAN_LSGAN] = "lsgan"};

const char *gan_name(Gan gan)
{
    return gan_names[gan];
}

gboolean gan_from_name(const char *name, Gan *gan)
{
    for (guint i = 0; i < G_N_ELEMENTS(gan_names); i++)
        if (!strcmp(name, gan_names[i])) {
            *gan = (Gan)i;
            return TRUE;
        }
    return FALSE;
}

/* Small where the logits times @sign are large. */
static IdiomTensor *want(IdiomGraph *g, Gan gan, IdiomTensor *logits, double sign)
{
    switch (gan) {
    case GAN_HINGE:
        return idiom_mean(g, idiom_activation(g, idiom_affine(g, logits, -sign, 1), IDIOM_ACT_RELU));
    case GAN_BCE:
        return idiom_mean(g, idiom_activation(g, idiom_affine(g, logits, -sign, 0), IDIOM_ACT_SOFTPLUS));
    case GAN_LSGAN:
        return idiom_affine(g, idiom_mean_square(g, idiom_affine(g, logits, 1, -sign)), 0.5, 0);
    }
    g_return_val_if_reached(NULL);
}

IdiomTensor *discriminator_loss_real(IdiomGraph *g, Gan gan, IdiomTensor *logits)
{
    return want(g, gan, logits, 1);
}

IdiomTensor *discriminator_loss_fake(IdiomGraph *g, Gan gan, IdiomTensor *logits)
{
    return want(g, gan, logits, -1);
}

IdiomTensor *discriminator_winning(IdiomGraph *g, IdiomTensor *real_logits, IdiomTensor *fake_logits)
{
    IdiomTensor *real = idiom_mean(g, idiom_activation(g, real_logits, IDIOM_ACT_TANH));
    IdiomTensor *fake = idiom_mean(g, idiom_activation(g, fake_logits, IDIOM_ACT_TANH));
    return idiom_affine(g, idiom_sub(g, real, fake), 0.5, 0);
}

IdiomTensor *adversarial_loss(IdiomGraph *g, Gan gan, IdiomTensor *logits)
{
    /* no hinge here: a generator that has done well enough for now has not done */
    if (gan == GAN_HINGE)
        return idiom_mean(g, idiom_affine(g, logits, -1, 0));
    return want(g, gan, logits, 1);
}

/* Means and covariances of the channels of a map, per picture. */
typedef struct {
    IdiomTensor *mean, *covariance;
} Statistics;

static Statistics statistics(IdiomGraph *g, IdiomTensor *map)
{
    IdiomTensor *mean = idiom_mean_hw(g, map);
    return (Statistics){mean, idiom_gram(g, idiom_sub(g, map, mean), NULL)};
}

IdiomTensor *discriminator_feature_loss(IdiomGraph *g, IdiomTensor *const painted[DISCRIMINATOR_MAPS],
                                        IdiomTensor *const real[DISCRIMINATOR_MAPS])
{
    IdiomTensor *sum = NULL;
    for (guint i = 0; i < DISCRIMINATOR_MAPS; i++) {
        IdiomTensor *wanted = idiom_stop_gradient(g, real[i]);
        const Statistics p = statistics(g, painted[i]), r = statistics(g, wanted);
        IdiomTensor *mean =
            idiom_divide(g, idiom_mse(g, p.mean, r.mean), idiom_mean(g, idiom_variance_hw(g, wanted)));
        IdiomTensor *covariance =
            idiom_divide(g, idiom_mse(g, p.covariance, r.covariance), idiom_mean_square(g, r.covariance));
        IdiomTensor *both = idiom_add(g, mean, covariance);
        sum = sum ? idiom_add(g, sum, both) : both;
    }
    return idiom_affine(g, sum, 0.5 / DISCRIMINATOR_MAPS, 0);
}
