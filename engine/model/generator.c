/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/generator.h>

#include <math.h>

#include "graph/op.h"

#define UNSHUFFLE 4
#define PICTURE_CHANNELS (3 * UNSHUFFLE * UNSHUFFLE)
G_STATIC_ASSERT(UNSHUFFLE == IDIOM_NOISE_CELL);

static const struct {
    const char *size;
    guint channels, blocks, mid;
} presets[] = {
    {"nano", 24, 3, 12},
    {"small", 32, 4, 16},
    {"base", 48, 10, 24},
};

gboolean idiom_generator_preset(const char *size, guint styles, IdiomGeneratorConfig *config, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(presets); i++) {
        if (g_strcmp0(size, presets[i].size) == 0) {
            *config = (IdiomGeneratorConfig){.channels = presets[i].channels,
                                             .blocks = presets[i].blocks,
                                             .mid = presets[i].mid,
                                             .tail = IDIOM_TAIL_BHX,
                                             .styles = styles};
            return idiom_generator_check(config, error);
        }
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown size '%s'; known are nano, small and base",
                size);
    return FALSE;
}

gboolean idiom_generator_check(const IdiomGeneratorConfig *config, GError **error)
{
    const struct {
        const char *name;
        guint value, min, max;
    } fields[] = {
        {"channels", config->channels, 1, IDIOM_GENERATOR_MAX_CHANNELS},
        {"blocks", config->blocks, 0, IDIOM_GENERATOR_MAX_BLOCKS},
        {"mid", config->mid, 1, IDIOM_GENERATOR_MAX_CHANNELS},
        {"styles", config->styles, 1, IDIOM_GENERATOR_MAX_STYLES},
    };
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].value < fields[i].min || fields[i].value > fields[i].max) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "generator: %s is %u, must be %u to %u",
                        fields[i].name, fields[i].value, fields[i].min, fields[i].max);
            return FALSE;
        }
    }
    if (config->noise == 0 || config->noise == IDIOM_NOISE_CHANNELS)
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "generator: noise is %u, must be 0 or %d channels",
                config->noise, IDIOM_NOISE_CHANNELS);
    return FALSE;
}

static const char *const tail_names[] = {[IDIOM_TAIL_NNX] = "nnx", [IDIOM_TAIL_BHX] = "bhx"};

const char *idiom_tail_name(IdiomTail tail)
{
    return tail_names[tail];
}

gboolean idiom_tail_from_name(const char *name, IdiomTail *tail)
{
    for (guint i = 0; i < G_N_ELEMENTS(tail_names); i++) {
        if (g_str_equal(name, tail_names[i])) {
            *tail = (IdiomTail)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* --- parameters ----------------------------------------------------------------------------------- */

static void tensor_clear(gpointer data)
{
    g_free(((IdiomGeneratorTensor *)data)->name);
}

static void add_tensor(GArray *tensors, const char *layer, const char *kind, IdiomShape shape, double start,
                       double spread)
{
    const IdiomGeneratorTensor tensor = {g_strdup_printf("%s.%s", layer, kind), shape, start, spread};
    g_array_append_val(tensors, tensor);
}

static void add_conv(GArray *tensors, const char *layer, guint in, guint out, gboolean bias)
{
    const double spread = 1 / sqrt(in * 9.0);
    add_tensor(tensors, layer, "weight", IDIOM_SHAPE(out, in, 3, 3), 0, spread);
    if (bias)
        add_tensor(tensors, layer, "bias", IDIOM_SHAPE(1, out, 1, 1), 0, spread);
}

static void add_norm(GArray *tensors, const char *layer, const IdiomGeneratorConfig *config)
{
    const IdiomShape shape = IDIOM_SHAPE(config->styles, config->channels, 1, 1);
    add_tensor(tensors, layer, "weight", shape, 1, 0);
    add_tensor(tensors, layer, "bias", shape, 0, 0);
}

GArray *idiom_generator_tensors(const IdiomGeneratorConfig *config)
{
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(IdiomGeneratorTensor));
    g_array_set_clear_func(tensors, tensor_clear);
    add_conv(tensors, "head", PICTURE_CHANNELS + config->noise, config->channels, FALSE);
    add_norm(tensors, "headn", config);
    for (guint block = 0; block < config->blocks; block++) {
        for (guint i = 1; i <= 2; i++) {
            g_autofree char *conv = g_strdup_printf("blocks.%u.conv%u", block, i);
            g_autofree char *norm = g_strdup_printf("blocks.%u.norm%u", block, i);
            add_conv(tensors, conv, config->channels, config->channels, FALSE);
            add_norm(tensors, norm, config);
        }
    }
    add_conv(tensors, "out1", config->channels, config->mid, TRUE);
    if (config->tail == IDIOM_TAIL_BHX)
        add_conv(tensors, "outh", config->mid, config->mid, TRUE);
    add_conv(tensors, IDIOM_GENERATOR_LAST, config->mid + 3, 3, TRUE);
    return tensors;
}

void idiom_generator_declare(IdiomParams *params, const IdiomGeneratorConfig *config, guint32 seed)
{
    g_autoptr(GArray) tensors = idiom_generator_tensors(config);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (guint t = 0; t < tensors->len; t++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(tensors, IdiomGeneratorTensor, t);
        const gsize elements = idiom_shape_elements(tensor->shape);
        g_autofree float *values = g_new(float, elements);
        /* fixed values draw nothing: the weights do not depend on the number of styles */
        for (gsize i = 0; i < elements; i++)
            values[i] =
                (float)(tensor->spread > 0 ? tensor->start + tensor->spread * g_rand_double_range(rand, -1, 1)
                                           : tensor->start);
        idiom_params_add(params, tensor->name, tensor->shape, values);
    }
}

/* --- graph ---------------------------------------------------------------------------------------- */

typedef struct {
    IdiomGraph *graph;
    IdiomParams *params;
    gboolean trainable;
    const IdiomGeneratorConfig *config;
    IdiomTensor *mix, *keep;
} Builder;

static IdiomTensor *param(Builder *b, const char *layer, const char *kind)
{
    g_autofree char *name = g_strdup_printf("%s.%s", layer, kind);
    return idiom_graph_param(b->graph, b->params, name, b->trainable);
}

static IdiomTensor *conv(Builder *b, const char *layer, IdiomTensor *x, IdiomTensor *x2, IdiomTensor *bias,
                         IdiomActivation act)
{
    return idiom_conv2d(b->graph, x, x2, param(b, layer, "weight"), bias,
                        &(IdiomConvParams){.pad = 1, .mode = IDIOM_PAD_REFLECT, .act = act});
}

static IdiomTensor *upsample_conv(Builder *b, const char *layer, IdiomTensor *x, IdiomTensor *x2,
                                  IdiomActivation act)
{
    return idiom_upsample2_conv2d(b->graph, x, x2, param(b, layer, "weight"), param(b, layer, "bias"), act);
}

static IdiomTensor *norm(Builder *b, const char *layer, IdiomTensor *x, IdiomTensor *residual,
                         IdiomActivation act)
{
    return idiom_instance_norm(b->graph, x, param(b, layer, "weight"), param(b, layer, "bias"), b->mix,
                               residual, act, b->keep);
}

static IdiomTensor *block(Builder *b, guint index, IdiomTensor *x)
{
    g_autofree char *conv1 = g_strdup_printf("blocks.%u.conv1", index);
    g_autofree char *norm1 = g_strdup_printf("blocks.%u.norm1", index);
    g_autofree char *conv2 = g_strdup_printf("blocks.%u.conv2", index);
    g_autofree char *norm2 = g_strdup_printf("blocks.%u.norm2", index);
    IdiomTensor *y = norm(b, norm1, conv(b, conv1, x, NULL, NULL, IDIOM_ACT_NONE), NULL, IDIOM_ACT_RELU);
    return norm(b, norm2, conv(b, conv2, y, NULL, NULL, IDIOM_ACT_NONE), x, IDIOM_ACT_NONE);
}

/*
 * The head's result for a grey picture, negative, as the head's bias: the norm after it takes out any constant, but
 * before that the result is stored, and in half precision a large mean costs digits. Constant, so computed once.
 */
static IdiomTensor *head_bias(Builder *b)
{
    if (b->trainable || idiom_graph_precision(b->graph) == IDIOM_FP32)
        return NULL;
    const IdiomShape shape = IDIOM_SHAPE(1, PICTURE_CHANNELS + b->config->noise, 3, 3);
    float grey[(PICTURE_CHANNELS + IDIOM_NOISE_CHANNELS) * 3 * 3] = {0}; /* noise has no mean */
    for (guint i = 0; i < PICTURE_CHANNELS * 3 * 3; i++)
        grey[i] = -0.5f;
    IdiomTensor *x = idiom_to_planes(b->graph, idiom_constant(b->graph, shape, grey));
    return idiom_to_flat(
        b->graph, idiom_conv2d(b->graph, x, NULL, param(b, "head", "weight"), NULL, &(IdiomConvParams){0}));
}

/* The field's first cells, for @n pictures of @w x @h cells. */
static IdiomTensor *fixed_noise(IdiomGraph *graph, guint n, guint w, guint h)
{
    const IdiomShape shape = IDIOM_SHAPE(n, IDIOM_NOISE_CHANNELS, h, w);
    const gsize elements = idiom_shape_elements(shape) / n;
    g_autofree float *values = g_new(float, n *elements);
    for (guint i = 0; i < n; i++)
        idiom_noise_crop(0, 0, w, h, values + i * elements);
    return idiom_to_planes(graph, idiom_constant(graph, shape, values));
}

IdiomTensor *idiom_generator_build(IdiomGraph *graph, IdiomParams *params, const IdiomGeneratorConfig *config,
                                   IdiomTensor *picture, IdiomTensor *noise, IdiomTensor *mix,
                                   IdiomTensor *keep, gboolean trainable)
{
    if (!picture) /* the graph has failed already */
        return NULL;
    Builder b = {graph, params, trainable, config, mix, keep};
    const IdiomShape s = idiom_tensor_shape(picture);
    const guint right = -s.w % UNSHUFFLE, bottom = -s.h % UNSHUFFLE;
    const gboolean odd = right || bottom;
    IdiomTensor *x = odd ? idiom_pad2d(graph, picture, 0, right, 0, bottom, IDIOM_PAD_REFLECT) : picture;

    IdiomTensor *y = idiom_pixel_unshuffle(graph, x, UNSHUFFLE);
    if (!config->noise)
        noise = NULL;
    else if (!noise)
        noise = fixed_noise(graph, s.n, (s.w + right) / UNSHUFFLE, (s.h + bottom) / UNSHUFFLE);
    y = conv(&b, "head", y, noise, head_bias(&b), IDIOM_ACT_NONE);
    y = norm(&b, "headn", y, NULL, IDIOM_ACT_RELU);
    for (guint i = 0; i < config->blocks; i++)
        y = block(&b, i, y);

    if (config->tail == IDIOM_TAIL_BHX) {
        y = upsample_conv(&b, "out1", y, NULL, IDIOM_ACT_RELU);
        y = conv(&b, "outh", y, NULL, param(&b, "outh", "bias"), IDIOM_ACT_RELU);
        y = upsample_conv(&b, IDIOM_GENERATOR_LAST, y, x, IDIOM_ACT_TANH01);
    } else {
        y = idiom_upsample2(graph, y, IDIOM_UPSAMPLE_NEAREST);
        y = conv(&b, "out1", y, NULL, param(&b, "out1", "bias"), IDIOM_ACT_RELU);
        y = idiom_upsample2(graph, y, IDIOM_UPSAMPLE_NEAREST);
        y = conv(&b, IDIOM_GENERATOR_LAST, y, idiom_affine(graph, x, 2, -1),
                 param(&b, IDIOM_GENERATOR_LAST, "bias"), IDIOM_ACT_TANH01);
    }
    return odd ? idiom_crop(graph, y, 0, 0, s.w, s.h) : y;
}
