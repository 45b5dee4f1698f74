/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "teacher/microast.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/tensorfile.h>
#include <string.h>

/* --- the network ---------------------------------------------------------------------------------- */

typedef struct {
    IdiomGraph *graph;
    IdiomParams *params;
    IdiomTensor *alpha;
} Net;

static IdiomTensor *conv(Net *m, const char *scope, const char *layer, IdiomTensor *x, guint stride,
                         IdiomActivation act)
{
    g_autofree char *weight = g_strdup_printf("%s.%s.conv_layer.weight", scope, layer);
    g_autofree char *bias = g_strdup_printf("%s.%s.conv_layer.bias", scope, layer);
    IdiomTensor *w = idiom_graph_param(m->graph, m->params, weight, FALSE);
    const IdiomShape shape = idiom_tensor_shape(w);
    return idiom_conv2d(m->graph, x, NULL, w, idiom_graph_param(m->graph, m->params, bias, FALSE),
                        &(IdiomConvParams){.stride = stride,
                                           .pad = shape.h / 2,
                                           .mode = IDIOM_PAD_REFLECT,
                                           .groups = idiom_tensor_shape(x).c / shape.c,
                                           .act = act});
}

static IdiomTensor *residual(Net *m, const char *scope, IdiomTensor *x)
{
    IdiomTensor *y = conv(m, scope, "conv1", x, 1, IDIOM_ACT_RELU);
    return idiom_add(m->graph, x, conv(m, scope, "conv2", y, 1, IDIOM_ACT_NONE));
}

static void encode(Net *m, const char *scope, IdiomTensor *picture, IdiomTensor *features[2])
{
    g_autofree char *last1 = g_strconcat(scope, ".enc1.10", NULL);
    g_autofree char *last2 = g_strconcat(scope, ".enc2.0", NULL);
    IdiomTensor *x = conv(m, scope, "enc1.0", picture, 1, IDIOM_ACT_RELU);
    x = conv(m, scope, "enc1.2", x, 2, IDIOM_ACT_RELU);
    x = conv(m, scope, "enc1.4", x, 1, IDIOM_ACT_RELU);
    x = conv(m, scope, "enc1.6", x, 2, IDIOM_ACT_RELU);
    x = conv(m, scope, "enc1.8", x, 1, IDIOM_ACT_RELU);
    features[0] = residual(m, last1, x);
    features[1] = residual(m, last2, features[0]);
}

static IdiomTensor *modulation(Net *m, const char *layer, IdiomTensor *style)
{
    return idiom_mean_hw(m->graph, conv(m, "modulator", layer, style, 1, IDIOM_ACT_NONE));
}

/* sqrt(unbiased variance + 1e-5) to the power @sign */
static IdiomTensor *deviation(Net *m, IdiomTensor *x, double sign)
{
    const IdiomShape s = idiom_tensor_shape(x);
    const double pixels = (double)s.h * s.w;
    IdiomTensor *variance = idiom_variance_hw(m->graph, x);
    return idiom_power(m->graph, idiom_affine(m->graph, variance, pixels / (pixels - 1), 1e-5), 0.5 * sign);
}

/* Adaptive instance normalization, mixed with @x by alpha. */
static IdiomTensor *adain(Net *m, IdiomTensor *x, IdiomTensor *style)
{
    IdiomGraph *g = m->graph;
    IdiomTensor *normal = idiom_mul(g, idiom_sub(g, x, idiom_mean_hw(g, x)), deviation(m, x, -1));
    IdiomTensor *styled = idiom_add(g, idiom_mul(g, normal, deviation(m, style, 1)), idiom_mean_hw(g, style));
    return idiom_mix(g, x, styled, m->alpha);
}

static IdiomTensor *modulated(Net *m, const char *scope, IdiomTensor *x, IdiomTensor *weight,
                              IdiomTensor *bias)
{
    IdiomGraph *g = m->graph;
    IdiomTensor *y = idiom_add(g, idiom_mul(g, conv(m, scope, "conv1", x, 1, IDIOM_ACT_NONE), weight),
                               idiom_mul(g, x, bias));
    IdiomTensor *z = idiom_activation(g, y, IDIOM_ACT_RELU);
    IdiomTensor *r = idiom_add(g, idiom_mul(g, conv(m, scope, "conv2", z, 1, IDIOM_ACT_NONE), weight),
                               idiom_mul(g, z, bias));
    return idiom_add(g, x, r);
}

static IdiomTensor *tail(Net *m, IdiomTensor *x)
{
    x = idiom_upsample2(m->graph, x, IDIOM_UPSAMPLE_BILINEAR);
    x = conv(m, "decoder", "dec3.1", x, 1, IDIOM_ACT_RELU);
    x = conv(m, "decoder", "dec3.3", x, 1, IDIOM_ACT_RELU);
    x = idiom_upsample2(m->graph, x, IDIOM_UPSAMPLE_BILINEAR);
    x = conv(m, "decoder", "dec3.6", x, 1, IDIOM_ACT_RELU);
    x = conv(m, "decoder", "dec3.8", x, 1, IDIOM_ACT_RELU);
    return conv(m, "decoder", "dec3.10", x, 1, IDIOM_ACT_NONE);
}

void microast_build(IdiomGraph *g, IdiomParams *params, IdiomTensor *content, IdiomTensor *style,
                    IdiomTensor *alpha, IdiomTensor *maps[N_MICROAST_MAPS])
{
    Net net = {g, params, alpha}, *m = &net;
    encode(m, "content_encoder", content, &maps[MICROAST_CONTENT0]);
    encode(m, "style_encoder", style, &maps[MICROAST_STYLE0]);
    maps[MICROAST_WEIGHT0] = modulation(m, "weight1.0", maps[MICROAST_STYLE0]);
    maps[MICROAST_BIAS0] = modulation(m, "bias1.0", maps[MICROAST_STYLE0]);
    maps[MICROAST_WEIGHT1] = modulation(m, "weight2.0", maps[MICROAST_STYLE1]);
    maps[MICROAST_BIAS1] = modulation(m, "bias2.0", maps[MICROAST_STYLE1]);
    IdiomTensor *x = adain(m, maps[MICROAST_CONTENT1], maps[MICROAST_STYLE1]);
    x = modulated(m, "decoder.dec1", x, maps[MICROAST_WEIGHT1], maps[MICROAST_BIAS1]);
    x = adain(m, x, maps[MICROAST_STYLE0]);
    x = modulated(m, "decoder.dec2", x, maps[MICROAST_WEIGHT0], maps[MICROAST_BIAS0]);
    maps[MICROAST_OUTPUT] = tail(m, x);
}

/* --- its file ------------------------------------------------------------------------------------- */

#define LAST_WEIGHT "decoder.dec3.10.conv_layer.weight"

const MicroAstLayer microast_layers[MICROAST_LAYERS] = {
    {"content_encoder.enc1.0", 16, 3, 9},
    {"content_encoder.enc1.2", 32, 1, 3},
    {"content_encoder.enc1.4", 32, 32, 1},
    {"content_encoder.enc1.6", 64, 1, 3},
    {"content_encoder.enc1.8", 64, 64, 1},
    {"content_encoder.enc1.10.conv1", 64, 64, 3},
    {"content_encoder.enc1.10.conv2", 64, 64, 3},
    {"content_encoder.enc2.0.conv1", 64, 64, 3},
    {"content_encoder.enc2.0.conv2", 64, 64, 3},
    {"style_encoder.enc1.0", 16, 3, 9},
    {"style_encoder.enc1.2", 32, 1, 3},
    {"style_encoder.enc1.4", 32, 32, 1},
    {"style_encoder.enc1.6", 64, 1, 3},
    {"style_encoder.enc1.8", 64, 64, 1},
    {"style_encoder.enc1.10.conv1", 64, 64, 3},
    {"style_encoder.enc1.10.conv2", 64, 64, 3},
    {"style_encoder.enc2.0.conv1", 64, 64, 3},
    {"style_encoder.enc2.0.conv2", 64, 64, 3},
    {"modulator.weight1.0", 64, 1, 3},
    {"modulator.bias1.0", 64, 1, 3},
    {"modulator.weight2.0", 64, 1, 3},
    {"modulator.bias2.0", 64, 1, 3},
    {"decoder.dec1.conv1", 64, 64, 3},
    {"decoder.dec1.conv2", 64, 64, 3},
    {"decoder.dec2.conv1", 64, 64, 3},
    {"decoder.dec2.conv2", 64, 64, 3},
    {"decoder.dec3.1", 32, 2, 3},
    {"decoder.dec3.3", 32, 32, 1},
    {"decoder.dec3.6", 16, 2, 3},
    {"decoder.dec3.8", 16, 16, 1},
    {"decoder.dec3.10", 3, 16, 9},
};

gboolean microast_is(const char *path)
{
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, NULL);
    for (guint i = 0; file && i < idiom_tensor_file_count(file); i++)
        if (g_str_equal(idiom_tensor_file_info(file, i)->name, LAST_WEIGHT))
            return TRUE;
    return FALSE;
}

static gboolean load_layer(IdiomParams *params, IdiomTensorFile *file, const MicroAstLayer *layer,
                           GError **error)
{
    g_autofree char *weight = g_strdup_printf("%s.conv_layer.weight", layer->name);
    g_autofree char *bias = g_strdup_printf("%s.conv_layer.bias", layer->name);
    const guint64 dims[] = {layer->outputs, layer->inputs, layer->size, layer->size};
    g_autofree float *weights = idiom_tensor_file_read(file, weight, dims, 4, error);
    g_autofree float *biases = weights ? idiom_tensor_file_read(file, bias, dims, 1, error) : NULL;
    if (!biases)
        return FALSE;
    idiom_params_add(params, weight, IDIOM_SHAPE(layer->outputs, layer->inputs, layer->size, layer->size),
                     weights);
    idiom_params_add(params, bias, IDIOM_SHAPE(1, layer->outputs, 1, 1), biases);
    return TRUE;
}

IdiomParams *microast_load(const char *path, IdiomDevice *device, GError **error)
{
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, error);
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    for (guint i = 0; file && i < MICROAST_LAYERS; i++)
        if (!load_layer(params, file, &microast_layers[i], error))
            return NULL;
    return file ? g_steal_pointer(&params) : NULL;
}

/* --- at work -------------------------------------------------------------------------------------- */

/*
 * It leaves a grid of dots of 4 pixels, the step of its encoder, in dark flat areas. A student would learn that before
 * anything else, so a picture is the mean over shifts that hit every row and every column of the grid equally often.
 */
#define GRID 4
static const guint shifts[][2] = {{0, 0}, {1, 2}, {2, 1}, {3, 3}};

struct MicroAst {
    IdiomProgram *program; /* for pictures GRID pixels larger than @w x @h */
    guint w, h;
    float *photo;
    const float *painted;
};

/* The painting is a constant of the program: what follows from it alone is computed once. */
MicroAst *microast_new(IdiomDevice *device, IdiomParams *params, const Picture *painting, guint w, guint h,
                       GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    g_autofree float *values = g_new(float, (gsize)3 * painting->w * painting->h);
    picture_to_floats(painting, values);
    IdiomTensor *style = idiom_constant(g, IDIOM_SHAPE(1, 3, painting->h, painting->w), values);
    IdiomTensor *photo = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h + GRID, w + GRID));
    IdiomTensor *alpha = idiom_constant(g, IDIOM_SHAPE(1, 1, 1, 1), &(const float){1});
    IdiomTensor *maps[N_MICROAST_MAPS];
    microast_build(g, params, idiom_to_planes(g, photo), idiom_to_planes(g, style), alpha, maps);
    IdiomTensor *painted = idiom_to_flat(g, maps[MICROAST_OUTPUT]);
    IdiomProgram *program = idiom_program_new(g, &painted, 1, error);
    if (!program)
        return NULL;
    MicroAst *microast = g_new(MicroAst, 1);
    *microast =
        (MicroAst){program, w, h, idiom_program_map(program, photo), idiom_program_map(program, painted)};
    return microast;
}

void microast_free(MicroAst *microast)
{
    if (!microast)
        return;
    idiom_program_free(microast->program);
    g_free(microast);
}

/* @i of a row of @n, mirrored beyond its ends. */
static guint mirrored(int i, guint n)
{
    const int last = (int)n - 1;
    i = ABS(i);
    return (guint)(i > last ? MAX(2 * last - i, 0) : i);
}

/* The photo with its upper left corner at (@left, @top) of the larger picture, mirrored around. */
static void put_photo(MicroAst *m, const float *values, guint left, guint top)
{
    const guint wide = m->w + GRID, high = m->h + GRID;
    for (guint c = 0; c < 3; c++)
        for (guint y = 0; y < high; y++)
            for (guint x = 0; x < wide; x++)
                m->photo[((gsize)c * high + y) * wide + x] =
                    values[((gsize)c * m->h + mirrored((int)y - (int)top, m->h)) * m->w +
                           mirrored((int)x - (int)left, m->w)];
}

static void add_painted(const MicroAst *m, float *sum, guint left, guint top)
{
    const guint wide = m->w + GRID, high = m->h + GRID;
    for (guint c = 0; c < 3; c++)
        for (guint y = 0; y < m->h; y++)
            for (guint x = 0; x < m->w; x++)
                sum[((gsize)c * m->h + y) * m->w + x] +=
                    m->painted[((gsize)c * high + y + top) * wide + x + left] / G_N_ELEMENTS(shifts);
}

Picture *microast_paint(MicroAst *m, const Picture *photo, GError **error)
{
    const gsize count = (gsize)3 * m->w * m->h;
    g_autofree float *values = g_new(float, count), *mean = g_new0(float, count);
    picture_to_floats(photo, values);
    for (guint i = 0; i < G_N_ELEMENTS(shifts); i++) {
        put_photo(m, values, shifts[i][0], shifts[i][1]);
        if (!idiom_program_run(m->program, error))
            return NULL;
        add_painted(m, mean, shifts[i][0], shifts[i][1]);
    }
    return picture_from_floats(mean, m->w, m->h);
}
