/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "losses.h"

#include <idiom/ops.h>
#include <string.h>

/* Beyond the shift of a pair: what convolution padding and clamped edges disturb. */
#define TEMPORAL_MARGIN 8
#define LUMA_CELL 8

/*
 * The temporal term's gradient reaches one output of a pair, half of what it would be with both: so twice the
 * weight of a symmetric term.
 */
const IdiomLossConfig idiom_loss_defaults = {
    .style_layers = "v11:1,v12@2:1,v21@2:1,v12@4:1,v21@4:1,q3:1,q5:1,q9:1",
    .content_layers = "q5:0.5,v21@2:2",
    .style = 1.5,
    .content = 1,
    .luma = 20,
    .tv = 30,
    .hf = 15,
    .temporal = 200,
};

typedef struct {
    char *name;
    double weight;
} Layer;

/* Of one style at one layer. */
typedef struct {
    guint channels;
    float *mean; /* [channels] */
    float *gram; /* [channels, channels], of features less their mean */
} Statistics;

struct IdiomLosses {
    const IdiomLossConfig *config;
    IdiomFeatures *features;
    IdiomDevice *device;
    GArray *style_layers, *content_layers; /* Layer */
    GPtrArray *styles;                     /* GArray of Statistics, one per style layer */
};

/* --- layers --------------------------------------------------------------------------------------- */

static void layer_clear(gpointer data)
{
    g_free(((Layer *)data)->name);
}

static gboolean parse_layers(GArray *layers, const char *text, const IdiomFeatures *features, GError **error)
{
    g_auto(GStrv) items = g_strsplit(text, ",", -1);
    for (char **item = items; *item; item++) {
        char *colon = strchr(*item, ':'), *end = NULL;
        double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
        if (colon && (end == colon + 1 || *end || !(weight >= 0 && weight <= 1e6))) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "layer '%s': what follows ':' must be a weight from 0 to 1e6", *item);
            return FALSE;
        }
        Layer layer = {colon ? g_strndup(*item, (gsize)(colon - *item)) : g_strdup(*item), weight};
        g_array_append_val(layers, layer);
        if (!idiom_features_check(features, layer.name, error))
            return FALSE;
    }
    return TRUE;
}

static GArray *layers_new(void)
{
    GArray *layers = g_array_new(FALSE, FALSE, sizeof(Layer));
    g_array_set_clear_func(layers, layer_clear);
    return layers;
}

IdiomLosses *idiom_losses_new(const IdiomLossConfig *config, IdiomFeatures *features, IdiomDevice *device,
                              GError **error)
{
    g_autoptr(IdiomLosses) losses = g_new0(IdiomLosses, 1);
    losses->config = config;
    losses->features = features;
    losses->device = idiom_device_ref(device);
    losses->style_layers = layers_new();
    losses->content_layers = layers_new();
    losses->styles = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    if (config->style > 0 && !parse_layers(losses->style_layers, config->style_layers, features, error))
        return NULL;
    if (config->content > 0 && !parse_layers(losses->content_layers, config->content_layers, features, error))
        return NULL;
    return g_steal_pointer(&losses);
}

void idiom_losses_free(IdiomLosses *losses)
{
    if (!losses)
        return;
    g_array_unref(losses->style_layers);
    g_array_unref(losses->content_layers);
    g_ptr_array_unref(losses->styles);
    idiom_device_unref(losses->device);
    g_free(losses);
}

/* --- statistics of a style ------------------------------------------------------------------------ */

static void statistics_clear(gpointer data)
{
    Statistics *s = data;
    g_free(s->mean);
    g_free(s->gram);
}

static GArray *statistics_new(void)
{
    GArray *statistics = g_array_new(FALSE, TRUE, sizeof(Statistics));
    g_array_set_clear_func(statistics, statistics_clear);
    return statistics;
}

/* Means and Gram matrices of one picture at every style layer; NULL with @error set. */
static GArray *measure(IdiomLosses *losses, const IdiomReference *reference, GError **error)
{
    const guint n_layers = losses->style_layers->len;
    IdiomGraph *g = idiom_graph_new(losses->device, IDIOM_FP32);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, reference->h, reference->w);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(losses->features, g, idiom_to_planes(g, input));
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, 2 * n_layers);
    for (guint i = 0; i < n_layers; i++) {
        IdiomTensor *map = idiom_feature_map(maps, g_array_index(losses->style_layers, Layer, i).name);
        outputs[2 * i] = idiom_to_flat(g, idiom_mean_hw(g, map));
        outputs[2 * i + 1] = idiom_gram(g, map, outputs[2 * i]);
    }
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, 2 * n_layers, error);
    if (!program)
        return NULL;
    memcpy(idiom_program_map(program, input), reference->values, idiom_shape_elements(shape) * sizeof(float));
    if (!idiom_program_run(program, error))
        return NULL;

    GArray *statistics = statistics_new();
    for (guint i = 0; i < n_layers; i++) {
        Statistics s = {.channels = idiom_tensor_shape(outputs[2 * i]).c};
        s.mean = g_memdup2(idiom_program_map(program, outputs[2 * i]), s.channels * sizeof(float));
        s.gram = g_memdup2(idiom_program_map(program, outputs[2 * i + 1]),
                           (gsize)s.channels * s.channels * sizeof(float));
        g_array_append_val(statistics, s);
    }
    return statistics;
}

/*
 * The statistics of all pixels of several pictures from those of each: m = sum w m_k and
 * T = sum w (T_k + (m_k - m)(m_k - m)^T).
 */
static Statistics pool_statistics(GPtrArray *measured, guint layer, const double *weights)
{
    const guint c = g_array_index((GArray *)measured->pdata[0], Statistics, layer).channels;
    Statistics pooled = {c, g_new(float, c), g_new(float, (gsize)c *c)};
    g_autofree double *mean = g_new0(double, c);
    g_autofree double *gram = g_new0(double, (gsize)c *c);
    for (guint k = 0; k < measured->len; k++)
        for (guint i = 0; i < c; i++)
            mean[i] += weights[k] * g_array_index((GArray *)measured->pdata[k], Statistics, layer).mean[i];
    for (guint k = 0; k < measured->len; k++) {
        const Statistics *s = &g_array_index((GArray *)measured->pdata[k], Statistics, layer);
        for (guint i = 0; i < c; i++)
            for (guint j = 0; j < c; j++)
                gram[(gsize)i * c + j] += weights[k] * (s->gram[(gsize)i * c + j] +
                                                        (s->mean[i] - mean[i]) * (s->mean[j] - mean[j]));
    }
    for (guint i = 0; i < c; i++)
        pooled.mean[i] = (float)mean[i];
    for (gsize i = 0; i < (gsize)c * c; i++)
        pooled.gram[i] = (float)gram[i];
    return pooled;
}

gboolean idiom_losses_add_style(IdiomLosses *losses, const IdiomReference *references, guint n_references,
                                GError **error)
{
    g_autoptr(GPtrArray) measured = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    g_autofree double *weights = g_new(double, n_references);
    double sum = 0;
    for (guint k = 0; k < n_references; k++)
        sum += references[k].weight;
    for (guint k = 0; k < n_references; k++) {
        weights[k] = references[k].weight / sum;
        GArray *one = measure(losses, &references[k], error);
        if (!one)
            return FALSE;
        g_ptr_array_add(measured, one);
    }
    GArray *pooled = statistics_new();
    for (guint i = 0; i < losses->style_layers->len; i++) {
        Statistics s = pool_statistics(measured, i, weights);
        g_array_append_val(pooled, s);
    }
    g_ptr_array_add(losses->styles, pooled);
    return TRUE;
}

const char *idiom_losses_style_energy(const IdiomLosses *losses, guint style, guint layer, double *energy)
{
    if (layer >= losses->style_layers->len)
        return NULL;
    const Statistics *s = &g_array_index((GArray *)losses->styles->pdata[style], Statistics, layer);
    *energy = 0;
    for (gsize i = 0; i < (gsize)s->channels * s->channels; i++)
        *energy += (double)s->gram[i] * s->gram[i];
    return g_array_index(losses->style_layers, Layer, layer).name;
}

/* --- terms ---------------------------------------------------------------------------------------- */

struct IdiomObjective {
    const IdiomLosses *losses;
    IdiomGraph *graph;
    GArray *terms; /* IdiomLossTerm */
    /* per style layer: inputs, so that one graph serves several styles */
    GPtrArray *centers, *targets;
};

void idiom_objective_add(IdiomObjective *objective, const char *name, IdiomTensor *value, double weight)
{
    const IdiomLossTerm term = {name, value, weight};
    g_array_append_val(objective->terms, term);
}

static void add_style(IdiomObjective *o, IdiomFeatureMaps *output_maps)
{
    IdiomGraph *g = o->graph;
    for (guint i = 0; i < o->losses->style_layers->len; i++) {
        const Layer *layer = &g_array_index(o->losses->style_layers, Layer, i);
        IdiomTensor *map = idiom_feature_map(output_maps, layer->name);
        if (!map)
            return;
        const guint c = idiom_tensor_shape(map).c;
        IdiomTensor *center = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, c, 1, 1));
        IdiomTensor *target = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, c, c));
        g_ptr_array_add(o->centers, center);
        g_ptr_array_add(o->targets, target);
        idiom_objective_add(o, "style", idiom_gram_distance(g, idiom_gram(g, map, center), target),
                            o->losses->config->style * layer->weight);
    }
}

static void add_content(IdiomObjective *o, IdiomFeatureMaps *content_maps, IdiomFeatureMaps *output_maps)
{
    IdiomGraph *g = o->graph;
    for (guint i = 0; i < o->losses->content_layers->len; i++) {
        const Layer *layer = &g_array_index(o->losses->content_layers, Layer, i);
        IdiomTensor *wanted = idiom_feature_map(content_maps, layer->name);
        IdiomTensor *difference = idiom_mse(g, idiom_feature_map(output_maps, layer->name), wanted);
        IdiomTensor *variance = idiom_mean(g, idiom_variance_hw(g, wanted));
        idiom_objective_add(o, "content", idiom_divide(g, difference, variance),
                            o->losses->config->content * layer->weight);
    }
}

static void add_luma(IdiomObjective *o, IdiomTensor *content, IdiomTensor *output)
{
    static const float luma[] = {0.299f, 0.587f, 0.114f};
    IdiomGraph *g = o->graph;
    IdiomTensor *before = idiom_pool2d(g, content, IDIOM_POOL_AVG, LUMA_CELL, LUMA_CELL, FALSE);
    IdiomTensor *after = idiom_pool2d(g, output, IDIOM_POOL_AVG, LUMA_CELL, LUMA_CELL, FALSE);
    IdiomTensor *weight = idiom_constant(g, IDIOM_SHAPE(1, 3, 1, 1), luma);
    IdiomTensor *difference =
        idiom_conv2d(g, idiom_sub(g, after, before), NULL, weight, NULL, &(IdiomConvParams){0});
    idiom_objective_add(o, "luma", idiom_mean(g, idiom_variance_hw(g, difference)), o->losses->config->luma);
}

static void add_smoothness(IdiomObjective *o, IdiomTensor *output)
{
    IdiomGraph *g = o->graph;
    const IdiomLossConfig *config = o->losses->config;
    for (guint axis = 0; axis < 2; axis++) {
        if (config->tv > 0)
            idiom_objective_add(o, "tv", idiom_mean_square(g, idiom_difference(g, output, axis, 1)),
                                config->tv);
        if (config->hf > 0)
            idiom_objective_add(o, "hf", idiom_mean_abs(g, idiom_difference(g, output, axis, 2)), config->hf);
    }
}

IdiomObjective *idiom_objective_new(const IdiomLosses *losses, IdiomGraph *graph, IdiomTensor *content,
                                    IdiomTensor *output)
{
    IdiomObjective *o = g_new0(IdiomObjective, 1);
    o->losses = losses;
    o->graph = graph;
    o->terms = g_array_new(FALSE, FALSE, sizeof(IdiomLossTerm));
    o->centers = g_ptr_array_new();
    o->targets = g_ptr_array_new();
    g_autoptr(IdiomFeatureMaps) content_maps = idiom_feature_maps_new(losses->features, graph, content);
    g_autoptr(IdiomFeatureMaps) output_maps = idiom_feature_maps_new(losses->features, graph, output);
    add_style(o, output_maps);
    add_content(o, content_maps, output_maps);
    if (losses->config->luma > 0)
        add_luma(o, content, output);
    add_smoothness(o, output);
    return o;
}

void idiom_objective_free(IdiomObjective *objective)
{
    if (!objective)
        return;
    g_array_unref(objective->terms);
    g_ptr_array_unref(objective->centers);
    g_ptr_array_unref(objective->targets);
    g_free(objective);
}

void idiom_objective_add_temporal(IdiomObjective *objective, IdiomTensor *output, IdiomTensor *moved_output,
                                  IdiomTensor *offset, guint max_shift)
{
    IdiomGraph *g = objective->graph;
    if (!output || objective->losses->config->temporal <= 0)
        return;
    const IdiomShape s = idiom_tensor_shape(output);
    const guint margin = TEMPORAL_MARGIN + max_shift;
    const guint w = s.w - MIN(s.w, 2 * margin), h = s.h - MIN(s.h, 2 * margin);
    IdiomTensor *aligned = idiom_translate(g, idiom_stop_gradient(g, output), offset);
    IdiomTensor *difference = idiom_mse(g, idiom_crop(g, moved_output, margin, margin, w, h),
                                        idiom_crop(g, aligned, margin, margin, w, h));
    idiom_objective_add(objective, "temporal", difference, objective->losses->config->temporal);
}

const IdiomLossTerm *idiom_objective_terms(const IdiomObjective *objective, guint *count)
{
    *count = objective->terms->len;
    return (const IdiomLossTerm *)objective->terms->data;
}

IdiomTensor *idiom_objective_differentiate(const IdiomObjective *objective, IdiomParams *params)
{
    const guint count = objective->terms->len;
    g_autofree IdiomTensor **values = g_new(IdiomTensor *, count);
    g_autofree double *weights = g_new(double, count);
    for (guint i = 0; i < count; i++) {
        values[i] = g_array_index(objective->terms, IdiomLossTerm, i).value;
        weights[i] = g_array_index(objective->terms, IdiomLossTerm, i).weight;
    }
    return idiom_graph_differentiate(objective->graph, values, weights, count, params);
}

void idiom_objective_set_style(const IdiomObjective *objective, IdiomProgram *program, guint style)
{
    const GArray *statistics = g_ptr_array_index(objective->losses->styles, style);
    for (guint i = 0; i < objective->centers->len; i++) {
        const Statistics *s = &g_array_index(statistics, Statistics, i);
        memcpy(idiom_program_map(program, objective->centers->pdata[i]), s->mean,
               s->channels * sizeof(float));
        memcpy(idiom_program_map(program, objective->targets->pdata[i]), s->gram,
               (gsize)s->channels * s->channels * sizeof(float));
    }
}

double idiom_objective_value(const IdiomObjective *objective, IdiomProgram *program, const char *name)
{
    double sum = 0;
    for (guint i = 0; i < objective->terms->len; i++) {
        const IdiomLossTerm *term = &g_array_index(objective->terms, IdiomLossTerm, i);
        if (!name || g_str_equal(name, term->name))
            sum += term->weight * *(const float *)idiom_program_map(program, term->value);
    }
    return sum;
}
