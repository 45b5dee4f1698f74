/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradients by central differences. A graph computes a scalar from an input and some parameters; its gradient
 * is compared with (loss(x + d) - loss(x - d)) / 2. The step d moves a random half of the elements of one tensor,
 * each in the direction of its gradient: so the difference stands out of the rounding of fp32, and in its sum
 * every element counts. checkkernels looks at single elements.
 */
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>

#include <math.h>
#include <string.h>

#define MAX_PARAMS 8
#define STEP 2e-3      /* in every element that moves */
#define REPEATS 3      /* for each tensor */
#define TOLERANCE 1e-2 /* relative; a kink (relu, max) within a step of a value costs some of it */

typedef struct {
    const char *name;
    IdiomShape shape;
} Param;

typedef struct {
    IdiomGraph *g;
    IdiomParams *params;
    GRand *random;
} Net;

typedef struct {
    const char *name;
    IdiomShape x;
    double low, high; /* of the input's values */
    IdiomTensor *(*loss)(Net *net, IdiomTensor *x);
    Param params[MAX_PARAMS];
} Check;

static IdiomDevice *device;

/* --- parts of graphs ------------------------------------------------------------------------------ */

static IdiomTensor *param(Net *net, const char *name)
{
    return idiom_graph_param(net->g, net->params, name, TRUE);
}

static IdiomTensor *random_flat(Net *net, IdiomShape shape, double low, double high)
{
    gsize count = idiom_shape_elements(shape);
    g_autofree float *values = g_new(float, count);
    for (gsize i = 0; i < count; i++)
        values[i] = (float)g_rand_double_range(net->random, low, high);
    return idiom_constant(net->g, shape, values);
}

static IdiomTensor *random_planes(Net *net, IdiomShape shape)
{
    return idiom_to_planes(net->g, random_flat(net, shape, -1, 1));
}

/* Scalar of a tensor in which every element has a weight of its own. */
static IdiomTensor *weigh(Net *net, IdiomTensor *y)
{
    if (!y)
        return NULL;
    if (idiom_tensor_layout(y) == IDIOM_LAYOUT_FLAT)
        y = idiom_to_planes(net->g, y);
    return idiom_mean(net->g, idiom_mul(net->g, y, random_planes(net, idiom_tensor_shape(y))));
}

static IdiomTensor *conv(Net *net, IdiomTensor *x, const char *weight, const char *bias, IdiomConvParams p)
{
    return idiom_conv2d(net->g, x, NULL, param(net, weight), bias ? param(net, bias) : NULL, &p);
}

/* --- single operations ---------------------------------------------------------------------------- */

#define WEIGHED(name_, call_)                                                                                \
    static IdiomTensor *loss_##name_(Net *net, IdiomTensor *x)                                               \
    {                                                                                                        \
        IdiomGraph *g = net->g;                                                                              \
        IdiomShape s = x ? idiom_tensor_shape(x) : IDIOM_SHAPE(1, 1, 1, 1);                                  \
        (void)g;                                                                                             \
        (void)s;                                                                                             \
        return weigh(net, call_);                                                                            \
    }

/* clang-format off */
WEIGHED(flat, idiom_to_planes(g, idiom_to_flat(g, x)))
WEIGHED(add, idiom_add(g, x, idiom_to_planes(g, param(net, "b"))))
WEIGHED(sub, idiom_sub(g, x, idiom_to_planes(g, param(net, "b"))))
WEIGHED(mul, idiom_mul(g, x, idiom_to_planes(g, param(net, "b"))))
WEIGHED(affine, idiom_affine(g, x, -3, 0.5))
WEIGHED(channel_affine, idiom_channel_affine(g, x, random_flat(net, IDIOM_SHAPE(1, s.c, 1, 1), -1, 1),
                                             random_flat(net, IDIOM_SHAPE(1, s.c, 1, 1), -1, 1)))
WEIGHED(mix, idiom_mix(g, x, idiom_to_planes(g, param(net, "b")),
                       random_flat(net, IDIOM_SHAPE(1, 1, 1, 1), 0.3, 0.7)))
WEIGHED(relu, idiom_activation(g, x, IDIOM_ACT_RELU))
WEIGHED(leaky, idiom_activation(g, x, IDIOM_ACT_LEAKY))
WEIGHED(tanh, idiom_activation(g, x, IDIOM_ACT_TANH))
WEIGHED(sigmoid, idiom_activation(g, x, IDIOM_ACT_SIGMOID))
WEIGHED(tanh01, idiom_activation(g, x, IDIOM_ACT_TANH01))
WEIGHED(softplus, idiom_activation(g, x, IDIOM_ACT_SOFTPLUS))
WEIGHED(power, idiom_power(g, x, 0.5))
WEIGHED(conv, conv(net, x, "w", "b", (IdiomConvParams){.pad = 1}))
WEIGHED(conv_reflect, conv(net, x, "w", "b", (IdiomConvParams){.pad = 4, .mode = IDIOM_PAD_REFLECT}))
WEIGHED(conv_stride, conv(net, x, "w", "b", (IdiomConvParams){.stride = 2, .pad = 1}))
WEIGHED(conv_groups, conv(net, x, "w", "b", (IdiomConvParams){.pad = 1, .groups = 2}))
WEIGHED(conv_act, conv(net, x, "w", "b", (IdiomConvParams){.pad = 1, .act = IDIOM_ACT_TANH}))
WEIGHED(conv_two, idiom_conv2d(g, x, idiom_activation(g, x, IDIOM_ACT_TANH), param(net, "w"), param(net, "b"),
                               &(IdiomConvParams){.pad = 1}))
WEIGHED(conv_noise, idiom_conv2d(g, x, random_planes(net, IDIOM_SHAPE(s.n, 2, s.h, s.w)), param(net, "w"), NULL,
                                 &(IdiomConvParams){.pad = 1, .mode = IDIOM_PAD_REFLECT}))
WEIGHED(upsample_conv, idiom_upsample2_conv2d(g, x, NULL, param(net, "w"), param(net, "b"), IDIOM_ACT_TANH))
WEIGHED(pad, idiom_pad2d(g, x, 2, 1, 9, 0, IDIOM_PAD_REFLECT))
WEIGHED(concat, idiom_concat(g, x, idiom_affine(g, x, 2, 0)))
WEIGHED(slice, idiom_slice(g, x, 1, 3))
WEIGHED(crop, idiom_crop(g, x, 1, 2, 4, 3))
WEIGHED(unshuffle, idiom_pixel_unshuffle(g, x, 2))
WEIGHED(shuffle_op, idiom_pixel_shuffle(g, x, 2))
WEIGHED(nearest, idiom_upsample2(g, x, IDIOM_UPSAMPLE_NEAREST))
WEIGHED(bilinear, idiom_upsample2(g, x, IDIOM_UPSAMPLE_BILINEAR))
WEIGHED(max, idiom_pool2d(g, x, IDIOM_POOL_MAX, 3, 2, TRUE))
WEIGHED(avg, idiom_pool2d(g, x, IDIOM_POOL_AVG, 2, 2, FALSE))
WEIGHED(mean_hw, idiom_mean_hw(g, x))
WEIGHED(variance_hw, idiom_variance_hw(g, x))
WEIGHED(norm, idiom_instance_norm(g, x, param(net, "gamma"), param(net, "beta"), NULL, NULL, IDIOM_ACT_NONE, NULL))
WEIGHED(norm_styles, idiom_instance_norm(g, x, param(net, "gamma"), param(net, "beta"),
                                         random_flat(net, IDIOM_SHAPE(s.n, 3, 1, 1), 0, 1),
                                         idiom_affine(g, x, 0.5, 0), IDIOM_ACT_TANH, NULL))
WEIGHED(gram, idiom_gram(g, x, NULL))
WEIGHED(gram_centered, idiom_gram(g, x, random_flat(net, IDIOM_SHAPE(1, s.c, 1, 1), -1, 1)))
WEIGHED(difference_x, idiom_difference(g, x, 0, 1))
WEIGHED(difference_y, idiom_difference(g, x, 1, 2))
/* clang-format on */

static IdiomTensor *loss_mean_square(Net *net, IdiomTensor *x)
{
    return idiom_mean_square(net->g, x);
}

static IdiomTensor *loss_mean_abs(Net *net, IdiomTensor *x)
{
    return idiom_mean_abs(net->g, x);
}

static IdiomTensor *loss_mse(Net *net, IdiomTensor *x)
{
    return idiom_mse(net->g, idiom_to_planes(net->g, param(net, "b")), x);
}

static IdiomTensor *loss_mae(Net *net, IdiomTensor *x)
{
    return idiom_mae(net->g, idiom_to_planes(net->g, param(net, "b")), x);
}

static IdiomTensor *loss_divide(Net *net, IdiomTensor *x)
{
    return idiom_divide(net->g, idiom_mean_square(net->g, x),
                        random_flat(net, IDIOM_SHAPE(1, 1, 1, 1), 0.2, 0.3));
}

/* --- small networks ------------------------------------------------------------------------------- */

static IdiomTensor *norm_act(Net *net, IdiomTensor *x, const char *gamma, const char *beta,
                             IdiomTensor *residual, IdiomActivation act)
{
    return idiom_instance_norm(net->g, x, param(net, gamma), param(net, beta), NULL, residual, act, NULL);
}

/* Smooth functions in place of relu: in a network a small step would move many values across its kink. */

/* A generator's residual block. */
static IdiomTensor *loss_residual(Net *net, IdiomTensor *x)
{
    const IdiomConvParams same = {.pad = 1, .mode = IDIOM_PAD_REFLECT};
    IdiomTensor *y = norm_act(net, conv(net, x, "w1", NULL, same), "g1", "b1", NULL, IDIOM_ACT_SOFTPLUS);
    y = norm_act(net, conv(net, y, "w2", NULL, same), "g2", "b2", x, IDIOM_ACT_NONE);
    return idiom_mse(net->g, y, random_planes(net, IDIOM_SHAPE(2, 6, 7, 9)));
}

/* Upsampling to a picture, with total variation. */
static IdiomTensor *loss_picture(Net *net, IdiomTensor *x)
{
    IdiomGraph *g = net->g;
    IdiomTensor *y = conv(net, idiom_upsample2(g, x, IDIOM_UPSAMPLE_NEAREST), "w1", "b1",
                          (IdiomConvParams){.pad = 1, .act = IDIOM_ACT_LEAKY});
    y = conv(net, y, "w2", "b2",
             (IdiomConvParams){.pad = 4, .mode = IDIOM_PAD_REFLECT, .act = IDIOM_ACT_TANH01});
    IdiomTensor *dx = idiom_mean_square(g, idiom_difference(g, y, 0, 1));
    IdiomTensor *dy = idiom_mean_square(g, idiom_difference(g, y, 1, 1));
    IdiomTensor *content = idiom_mse(g, y, random_planes(net, IDIOM_SHAPE(1, 3, 14, 18)));
    return idiom_add(g, idiom_add(g, idiom_affine(g, dx, 5, 0), idiom_affine(g, dy, 3, 0)), content);
}

/* Unshuffle, convolution, shuffle, and the input again. */
static IdiomTensor *loss_shuffle(Net *net, IdiomTensor *x)
{
    IdiomGraph *g = net->g;
    IdiomTensor *y = conv(net, idiom_pixel_unshuffle(g, x, 2), "w", "b", (IdiomConvParams){.pad = 1});
    y = idiom_add(g, idiom_pixel_shuffle(g, y, 2), x);
    return idiom_mean_square(g, idiom_activation(g, y, IDIOM_ACT_TANH));
}

/* A feature network's two layers and the style loss. */
static IdiomTensor *loss_style(Net *net, IdiomTensor *x)
{
    IdiomGraph *g = net->g;
    IdiomTensor *y = conv(net, x, "w1", "b1", (IdiomConvParams){.pad = 1, .act = IDIOM_ACT_SOFTPLUS});
    y = idiom_pool2d(g, y, IDIOM_POOL_MAX, 2, 2, FALSE);
    y = conv(net, y, "w2", "b2", (IdiomConvParams){.pad = 1, .act = IDIOM_ACT_SOFTPLUS});
    return idiom_gram_distance(g, idiom_gram(g, y, NULL), random_flat(net, IDIOM_SHAPE(1, 1, 6, 6), 0.5, 1));
}

/* SqueezeNet's fire module. */
static IdiomTensor *loss_fire(Net *net, IdiomTensor *x)
{
    IdiomTensor *y = conv(net, x, "squeeze", NULL, (IdiomConvParams){.act = IDIOM_ACT_TANH});
    return weigh(
        net, idiom_concat(net->g, conv(net, y, "expand1", NULL, (IdiomConvParams){.act = IDIOM_ACT_TANH}),
                          conv(net, y, "expand3", NULL, (IdiomConvParams){.pad = 1, .act = IDIOM_ACT_TANH})));
}

/* A patch discriminator with binary cross entropy. */
static IdiomTensor *loss_patch(Net *net, IdiomTensor *x)
{
    const IdiomConvParams half = {.stride = 2, .pad = 1};
    IdiomTensor *y = idiom_activation(net->g, conv(net, x, "w1", "b1", half), IDIOM_ACT_TANH);
    y = norm_act(net, conv(net, y, "w2", NULL, half), "gamma", "beta", NULL, IDIOM_ACT_TANH);
    y = conv(net, y, "w3", NULL, (IdiomConvParams){.pad = 1});
    return idiom_mean(net->g, idiom_activation(net->g, y, IDIOM_ACT_SOFTPLUS));
}

/* Sums of gradients and slopes of activations by the operations that make them: a has three uses, b two. */
static IdiomTensor *loss_fused(Net *net, IdiomTensor *x)
{
    const IdiomConvParams half = {.stride = 2, .pad = 1, .act = IDIOM_ACT_SIGMOID};
    const IdiomConvParams bent = {.pad = 1, .act = IDIOM_ACT_SOFTPLUS};
    const IdiomConvParams smooth = {.pad = 1, .act = IDIOM_ACT_TANH}, one = {.act = IDIOM_ACT_TANH};
    IdiomGraph *g = net->g;
    IdiomTensor *a = idiom_conv2d(g, x, NULL, param(net, "w1"), param(net, "b1"), &smooth);
    IdiomTensor *b = idiom_conv2d(g, a, NULL, param(net, "w2"), NULL, &half);
    IdiomTensor *c = idiom_conv2d(g, b, NULL, param(net, "w3"), NULL, &one);
    IdiomTensor *d = idiom_conv2d(g, b, NULL, param(net, "w4"), NULL, &bent);
    IdiomTensor *pooled = idiom_pool2d(g, a, IDIOM_POOL_MAX, 3, 2, TRUE);
    IdiomTensor *sum = idiom_add(g, weigh(net, idiom_concat(g, c, d)), weigh(net, pooled));
    return idiom_add(g, sum, idiom_mean_square(g, idiom_gram(g, a, NULL)));
}

/* Mean and deviation of channels. */
static IdiomTensor *loss_statistics(Net *net, IdiomTensor *x)
{
    IdiomGraph *g = net->g;
    IdiomTensor *y = idiom_pool2d(g, x, IDIOM_POOL_AVG, 2, 2, FALSE);
    IdiomTensor *deviation = idiom_power(g, idiom_affine(g, idiom_variance_hw(g, y), 1, 1e-3), 0.5);
    IdiomTensor *mean = idiom_mse(g, idiom_mean_hw(g, y), random_planes(net, IDIOM_SHAPE(2, 5, 1, 1)));
    return idiom_add(g, mean, weigh(net, deviation));
}

/* The same weights twice, and the input twice: contributions add up. */
static IdiomTensor *loss_shared(Net *net, IdiomTensor *x)
{
    const IdiomConvParams same = {.pad = 1, .act = IDIOM_ACT_TANH};
    IdiomTensor *y = conv(net, conv(net, x, "w", "b", same), "w", "b", same);
    return idiom_mse(net->g, idiom_mul(net->g, y, x), x);
}

/* Statistics taken away and given back by broadcast: instance normalization with no operation of its own. */
static IdiomTensor *loss_adaptive(Net *net, IdiomTensor *x)
{
    IdiomGraph *g = net->g;
    IdiomTensor *scale = idiom_power(g, idiom_affine(g, idiom_variance_hw(g, x), 1, 1e-2), -0.5);
    IdiomTensor *y = idiom_mul(g, idiom_sub(g, x, idiom_mean_hw(g, x)), scale);
    return weigh(net, y);
}

/* A spectrally normalized layer, whose weight is used twice, on the way to a layer of the same kind. */
static IdiomTensor *loss_spectral(Net *net, IdiomTensor *x)
{
    const IdiomConvParams half = {.stride = 2, .pad = 1};
    IdiomGraph *g = net->g;
    IdiomTensor *u1 = random_flat(net, IDIOM_SHAPE(1, 5, 1, 1), -1, 1);
    IdiomTensor *u2 = random_flat(net, IDIOM_SHAPE(1, 6, 1, 1), -1, 1);
    IdiomTensor *sum = NULL;
    for (guint i = 0; i < 2; i++) {
        IdiomTensor *w1 = idiom_spectral_norm(g, param(net, "w1"), u1);
        IdiomTensor *w2 = idiom_spectral_norm(g, param(net, "w2"), u2);
        IdiomTensor *y =
            idiom_conv2d(g, idiom_affine(g, x, 1 - 0.5 * i, 0), NULL, w1, param(net, "b1"), &half);
        y = weigh(net, idiom_conv2d(g, idiom_activation(g, y, IDIOM_ACT_TANH), NULL, w2, NULL, &half));
        sum = sum ? idiom_add(g, sum, y) : y;
    }
    return sum;
}

#define S IDIOM_SHAPE
static const Check checks[] = {
    {"to_flat", {2, 5, 4, 6}, -1, 1, loss_flat},
    {"add", {2, 5, 4, 6}, -1, 1, loss_add, {{"b", S(2, 5, 4, 6)}}},
    {"add/broadcast", {2, 5, 4, 6}, -1, 1, loss_add, {{"b", S(1, 5, 1, 1)}}},
    {"sub/broadcast", {2, 5, 4, 6}, -1, 1, loss_sub, {{"b", S(1, 5, 4, 6)}}},
    {"mul", {2, 5, 4, 6}, -1, 1, loss_mul, {{"b", S(2, 5, 4, 6)}}},
    {"mul/broadcast", {2, 5, 4, 6}, -1, 1, loss_mul, {{"b", S(2, 5, 1, 1)}}},
    {"affine", {1, 3, 4, 6}, -1, 1, loss_affine},
    {"channel_affine", {2, 6, 4, 6}, -1, 1, loss_channel_affine},
    {"mix", {2, 3, 4, 6}, -1, 1, loss_mix, {{"b", S(2, 3, 4, 6)}}},
    {"relu", {1, 3, 7, 9}, -1, 1, loss_relu},
    {"leaky", {1, 3, 7, 9}, -1, 1, loss_leaky},
    {"tanh", {1, 3, 7, 9}, -2, 2, loss_tanh},
    {"sigmoid", {1, 3, 7, 9}, -3, 3, loss_sigmoid},
    {"tanh01", {1, 3, 7, 9}, -2, 2, loss_tanh01},
    {"softplus", {1, 3, 7, 9}, -3, 3, loss_softplus},
    {"power", {1, 3, 7, 9}, 0.2, 2, loss_power},
    {"conv2d", {2, 5, 6, 9}, -1, 1, loss_conv, {{"w", S(7, 5, 3, 3)}, {"b", S(1, 7, 1, 1)}}},
    {"conv2d/reflect", {1, 3, 5, 6}, -1, 1, loss_conv_reflect, {{"w", S(4, 3, 9, 9)}, {"b", S(1, 4, 1, 1)}}},
    {"conv2d/stride", {2, 3, 8, 10}, -1, 1, loss_conv_stride, {{"w", S(6, 3, 4, 4)}, {"b", S(1, 6, 1, 1)}}},
    {"conv2d/groups", {1, 6, 5, 6}, -1, 1, loss_conv_groups, {{"w", S(4, 3, 3, 3)}, {"b", S(1, 4, 1, 1)}}},
    {"conv2d/activation", {1, 4, 5, 6}, -1, 1, loss_conv_act, {{"w", S(4, 4, 3, 3)}, {"b", S(1, 4, 1, 1)}}},
    {"conv2d/noise", {2, 8, 6, 6}, -1, 1, loss_conv_noise, {{"w", S(5, 10, 3, 3)}}},
    {"conv2d/two", {1, 3, 6, 6}, -1, 1, loss_conv_two, {{"w", S(5, 6, 3, 3)}, {"b", S(1, 5, 1, 1)}}},
    {"upsample2_conv2d",
     {1, 3, 4, 5},
     -1,
     1,
     loss_upsample_conv,
     {{"w", S(4, 3, 3, 3)}, {"b", S(1, 4, 1, 1)}}},
    {"pad2d", {1, 3, 4, 5}, -1, 1, loss_pad},
    {"concat", {1, 3, 4, 5}, -1, 1, loss_concat},
    {"slice", {2, 6, 4, 5}, -1, 1, loss_slice},
    {"crop", {2, 3, 6, 7}, -1, 1, loss_crop},
    {"pixel_unshuffle", {1, 3, 4, 6}, -1, 1, loss_unshuffle},
    {"pixel_shuffle", {1, 8, 4, 5}, -1, 1, loss_shuffle_op},
    {"upsample2/nearest", {1, 3, 4, 5}, -1, 1, loss_nearest},
    {"upsample2/bilinear", {1, 3, 4, 5}, -1, 1, loss_bilinear},
    {"pool2d/max", {1, 5, 7, 8}, -1, 1, loss_max},
    {"pool2d/avg", {1, 5, 6, 8}, -1, 1, loss_avg},
    {"mean_hw", {2, 5, 4, 6}, -1, 1, loss_mean_hw},
    {"variance_hw", {2, 5, 4, 6}, 0, 2, loss_variance_hw},
    {"instance_norm", {2, 5, 4, 6}, -1, 1, loss_norm, {{"gamma", S(1, 5, 1, 1)}, {"beta", S(1, 5, 1, 1)}}},
    {"instance_norm/styles",
     {2, 5, 4, 6},
     -1,
     1,
     loss_norm_styles,
     {{"gamma", S(3, 5, 1, 1)}, {"beta", S(3, 5, 1, 1)}}},
    {"gram", {2, 5, 4, 6}, -1, 1, loss_gram},
    {"gram/centered", {1, 6, 4, 6}, -1, 1, loss_gram_centered},
    {"difference/x", {1, 3, 5, 6}, -1, 1, loss_difference_x},
    {"difference/y", {1, 3, 5, 6}, -1, 1, loss_difference_y},
    {"mean_square", {1, 3, 5, 6}, -1, 1, loss_mean_square},
    {"mean_abs", {1, 3, 5, 6}, -1, 1, loss_mean_abs},
    {"mse", {1, 3, 5, 6}, -1, 1, loss_mse, {{"b", S(1, 3, 5, 6)}}},
    {"mae", {1, 3, 5, 6}, -1, 1, loss_mae, {{"b", S(1, 3, 5, 6)}}},
    {"divide", {1, 3, 5, 6}, -1, 1, loss_divide},
    {"network/residual",
     {2, 6, 7, 9},
     -1,
     1,
     loss_residual,
     {{"w1", S(6, 6, 3, 3)},
      {"g1", S(1, 6, 1, 1)},
      {"b1", S(1, 6, 1, 1)},
      {"w2", S(6, 6, 3, 3)},
      {"g2", S(1, 6, 1, 1)},
      {"b2", S(1, 6, 1, 1)}}},
    {"network/picture",
     {1, 5, 7, 9},
     -1,
     1,
     loss_picture,
     {{"w1", S(6, 5, 3, 3)}, {"b1", S(1, 6, 1, 1)}, {"w2", S(3, 6, 9, 9)}, {"b2", S(1, 3, 1, 1)}}},
    {"network/shuffle", {1, 3, 8, 10}, -1, 1, loss_shuffle, {{"w", S(12, 12, 3, 3)}, {"b", S(1, 12, 1, 1)}}},
    {"network/style",
     {2, 3, 8, 10},
     -1,
     1,
     loss_style,
     {{"w1", S(5, 3, 3, 3)}, {"b1", S(1, 5, 1, 1)}, {"w2", S(6, 5, 3, 3)}, {"b2", S(1, 6, 1, 1)}}},
    {"network/fire",
     {1, 6, 5, 7},
     -1,
     1,
     loss_fire,
     {{"squeeze", S(4, 6, 1, 1)}, {"expand1", S(5, 4, 1, 1)}, {"expand3", S(5, 4, 3, 3)}}},
    {"network/patch",
     {1, 3, 20, 16},
     -1,
     1,
     loss_patch,
     {{"w1", S(5, 3, 4, 4)},
      {"b1", S(1, 5, 1, 1)},
      {"w2", S(6, 5, 4, 4)},
      {"gamma", S(1, 6, 1, 1)},
      {"beta", S(1, 6, 1, 1)},
      {"w3", S(1, 6, 3, 3)}}},
    {"network/spectral",
     {1, 3, 12, 10},
     -1,
     1,
     loss_spectral,
     {{"w1", S(5, 3, 4, 4)}, {"b1", S(1, 5, 1, 1)}, {"w2", S(6, 5, 4, 4)}}},
    {"network/fused",
     {2, 3, 9, 11},
     -1,
     1,
     loss_fused,
     {{"w1", S(6, 3, 3, 3)},
      {"b1", S(1, 6, 1, 1)},
      {"w2", S(8, 6, 4, 4)},
      {"w3", S(4, 8, 1, 1)},
      {"w4", S(5, 8, 3, 3)}}},
    {"network/statistics", {2, 5, 8, 6}, -1, 1, loss_statistics},
    {"network/shared", {1, 4, 6, 7}, -1, 1, loss_shared, {{"w", S(4, 4, 3, 3)}, {"b", S(1, 4, 1, 1)}}},
    {"network/adaptive", {2, 5, 5, 6}, -1, 1, loss_adaptive},
};
#undef S

/* --- the test ------------------------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    IdiomParams *params;
    IdiomTensor *loss;
    float *x;       /* mapped */
    float *weights; /* ours; written by evaluate() */
} Machine;

static double evaluate(Machine *m)
{
    g_autoptr(GError) error = NULL;
    if (m->params)
        idiom_params_write(m->params, m->weights, &error);
    g_assert_no_error(error);
    idiom_program_run(m->program, &error);
    g_assert_no_error(error);
    return *(float *)idiom_program_map(m->program, m->loss);
}

/* Steps of a random half of @count numbers that the loss depends on. */
static void step(Machine *m, const char *what, float *values, const float *gradient, gsize count,
                 GRand *random)
{
    g_autofree float *start = g_memdup2(values, count * sizeof *values);
    double slope = 0, loss[2];
    g_autofree double *direction = g_new0(double, count);
    for (gsize i = 0; i < count; i++)
        if (count < 4 || g_rand_boolean(random))
            direction[i] = gradient[i] < 0 ? -STEP : STEP;
    for (int side = 0; side < 2; side++) {
        for (gsize i = 0; i < count; i++)
            values[i] = (float)(side ? start[i] - direction[i] : start[i] + direction[i]);
        loss[side] = evaluate(m);
    }
    for (gsize i = 0; i < count; i++)
        slope += gradient[i] * (((float)(start[i] + direction[i]) - (float)(start[i] - direction[i])) / 2.0);
    memcpy(values, start, count * sizeof *values);
    double difference = (loss[0] - loss[1]) / 2, rounding = 1e-6 * (fabs(loss[0]) + 0.01);
    if (!(fabs(difference - slope) <= TOLERANCE * fabs(slope) + rounding)) {
        g_test_message("%s: the gradient says %g, the difference is %g", what, slope, difference);
        g_test_fail();
    }
}

static void test_check(gconstpointer data)
{
    const Check *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    Net net = {idiom_graph_new(device, IDIOM_FP32), params, g_rand_new_with_seed(g_str_hash(c->name))};
    guint n_params = 0;
    for (; n_params < MAX_PARAMS && c->params[n_params].name; n_params++) {
        IdiomShape s = c->params[n_params].shape;
        g_autofree float *values = g_new(float, idiom_shape_elements(s));
        /* weights so that a convolution keeps the size of numbers */
        double scale = sqrt(3.0 / ((double)s.c * s.h * s.w));
        for (gsize i = 0; i < idiom_shape_elements(s); i++)
            values[i] =
                (float)g_rand_double_range(net.random, -1, 1) * (s.h > 1 || s.n > 3 ? (float)scale : 1);
        idiom_params_add(params, c->params[n_params].name, s, values);
    }

    IdiomTensor *input = idiom_graph_input(net.g, IDIOM_LAYOUT_FLAT, c->x);
    idiom_graph_want_gradient(net.g, input);
    IdiomTensor *loss = c->loss(&net, idiom_to_planes(net.g, input));
    IdiomTensor *outputs[3] = {loss};
    outputs[2] = idiom_graph_differentiate(net.g, &loss, &(double){1}, 1, n_params ? params : NULL);
    outputs[1] = idiom_tensor_gradient(input);
    g_autoptr(IdiomProgram) program = idiom_program_new(net.g, outputs, n_params ? 3 : 2, &error);
    if (!program) {
        g_test_message("%s", error->message);
        g_test_fail();
        g_rand_free(net.random);
        return;
    }

    gsize n_x = idiom_shape_elements(c->x), n_weights = n_params ? idiom_params_elements(params) : 0;
    g_autofree float *weights = g_new(float, n_weights);
    Machine m = {program, n_params ? params : NULL, loss, idiom_program_map(program, input), weights};
    for (gsize i = 0; i < n_x; i++)
        m.x[i] = (float)g_rand_double_range(net.random, c->low, c->high);
    if (n_params)
        idiom_params_read(params, weights, &error);
    g_assert_no_error(error);

    evaluate(&m);
    g_autofree float *dx = g_memdup2(idiom_program_map(program, outputs[1]), n_x * sizeof *dx);
    g_autofree float *dw =
        n_params ? g_memdup2(idiom_program_map(program, outputs[2]), n_weights * sizeof *dw) : NULL;
    for (guint k = 0; k < REPEATS; k++) {
        step(&m, "input", m.x, dx, n_x, net.random);
        for (guint i = 0; i < n_params; i++) {
            gsize offset = idiom_params_offset(params, i);
            step(&m, idiom_params_name(params, i), weights + offset, dw + offset,
                 idiom_shape_elements(idiom_params_shape(params, i)), net.random);
        }
    }
    g_rand_free(net.random);
}

/* What lies behind idiom_stop_gradient() has no influence on the gradient. */
static void test_stop(void)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 4));
    idiom_graph_want_gradient(g, input);
    IdiomTensor *x = idiom_to_planes(g, input);
    IdiomTensor *loss = idiom_mean(g, idiom_mul(g, x, idiom_stop_gradient(g, x)));
    idiom_graph_differentiate(g, &loss, &(double){4}, 1, NULL);
    IdiomTensor *gradient = idiom_tensor_gradient(input);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &gradient, 1, &error);
    g_assert_no_error(error);
    float *values = idiom_program_map(program, input);
    for (guint i = 0; i < 4; i++)
        values[i] = 1.0F + (float)i;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    const float *result = idiom_program_map(program, gradient);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon(result[i], 1.0F + (float)i, 1e-6F);
}

/* Several losses, each with its weight. */
static void test_weights(void)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 2));
    idiom_graph_want_gradient(g, input);
    IdiomTensor *x = idiom_to_planes(g, input);
    IdiomTensor *losses[] = {idiom_mean(g, x), idiom_mean_square(g, x)};
    idiom_graph_differentiate(g, losses, (const double[]){10, 0.5}, 2, NULL);
    IdiomTensor *gradient = idiom_tensor_gradient(input);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &gradient, 1, &error);
    g_assert_no_error(error);
    float *values = idiom_program_map(program, input);
    values[0] = 3;
    values[1] = -2;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    const float *result = idiom_program_map(program, gradient);
    g_assert_cmpfloat_with_epsilon(result[0], 5 + 1.5, 1e-5);
    g_assert_cmpfloat_with_epsilon(result[1], 5 - 1.0, 1e-5);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autofree char *path = g_strdup_printf("/gradients/%s", checks[i].name);
        g_test_add_data_func(path, &checks[i], test_check);
    }
    g_test_add_func("/gradients/stop_gradient", test_stop);
    g_test_add_func("/gradients/loss-weights", test_weights);
    int status = g_test_run();
    if (idiom_device_validation_messages(device) > 0) {
        g_printerr("%u validation messages\n", idiom_device_validation_messages(device));
        status = 1;
    }
    idiom_device_unref(device);
    return status;
}
