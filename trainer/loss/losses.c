/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/losses.h"

#include "loss/expression.h"
#include "loss/filters.h"
#include "loss/gradient.h"
#include "loss/taught.h"

#include <idiom-unstable/ops.h>
#include <string.h>

#define TEMPORAL_MARGIN 8 /* pixels that convolution padding disturbs */
/* Weight of features against pixels: squared differences of pixels are some hundredths of a picture's variance. */
#define TEMPORAL_FEATURES (1.0 / 200)
#define LUMA_CELL 8

/*
 * The temporal weight is high because it pays: going on with 1500 instead of 300 took more than half of the warping error
 * of frames by themselves on eight of nine clips (README.md, Steadiness; the ninth fades in from black), and hatching went
 * with it. Dark areas flicker less, so it would also like pictures dark: luma is held by more.
 */
const LossConfig loss_defaults = {
    .style_layers = "v11:1,v12@2:1,v21@2:1,v12@4:1,v21@4:1,q3:1,q5:1,q9:1",
    .content_layers = "q5:0.5,v21@2:2",
    .style = 1.5,
    .content = 1,
    .luma = 60,
    .tv = 30,
    .hf = 15,
    .temporal = 1500,
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

struct Losses {
    const LossConfig *config;
    IdiomFeatures *features;
    IdiomDevice *device;
    GArray *style_layers, *content_layers; /* Layer */
    GPtrArray *styles; /* GArray of Statistics: of each style layer, then of each scale of strokes */
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

char *available_layers(const IdiomFeatures *features, const char *layers, GString *missing)
{
    GString *found = g_string_new(NULL);
    g_auto(GStrv) list = g_strsplit(layers, ",", -1);
    for (char **layer = list; *layer; layer++) {
        g_autofree char *name = g_strndup(*layer, strcspn(*layer, ":"));
        if (idiom_features_check(features, name, NULL))
            g_string_append_printf(found, "%s%s", found->len ? "," : "", *layer);
        else if (missing)
            g_string_append_printf(missing, " %s", name);
    }
    return g_string_free(found, FALSE);
}

static GArray *layers_new(void)
{
    GArray *layers = g_array_new(FALSE, FALSE, sizeof(Layer));
    g_array_set_clear_func(layers, layer_clear);
    return layers;
}

Losses *losses_new(const LossConfig *config, IdiomFeatures *features, IdiomDevice *device, GError **error)
{
    g_autoptr(Losses) losses = g_new0(Losses, 1);
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

void losses_free(Losses *losses)
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

/* Number of maps whose statistics are measured. */
static guint map_count(const Losses *losses)
{
    return losses->style_layers->len + STROKE_SCALES;
}

/* Means and Gram matrices of one picture in each of these maps; NULL with @error set. */
static GArray *measure(Losses *losses, const Reference *reference, GError **error)
{
    const guint n_layers = losses->style_layers->len, n_maps = map_count(losses);
    IdiomGraph *g = idiom_graph_new(losses->device, IDIOM_FP32);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, reference->h, reference->w);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *picture = idiom_to_planes(g, input), *luma = luma_planes(g, picture);
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(losses->features, g, picture);
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, 2 * n_maps);
    for (guint i = 0; i < n_maps; i++) {
        IdiomTensor *map = i < n_layers
                               ? idiom_feature_map(maps, g_array_index(losses->style_layers, Layer, i).name)
                               : stroke_map(g, luma, i - n_layers);
        outputs[2 * i] = idiom_to_flat(g, idiom_mean_hw(g, map));
        outputs[2 * i + 1] = idiom_gram(g, map, outputs[2 * i]);
    }
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, 2 * n_maps, error);
    if (!program)
        return NULL;
    memcpy(idiom_program_map(program, input), reference->values, idiom_shape_elements(shape) * sizeof(float));
    if (!idiom_program_run(program, error))
        return NULL;

    GArray *statistics = statistics_new();
    for (guint i = 0; i < n_maps; i++) {
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

gboolean losses_add_style(Losses *losses, const Reference *references, guint n_references, GError **error)
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
    for (guint i = 0; i < map_count(losses); i++) {
        Statistics s = pool_statistics(measured, i, weights);
        g_array_append_val(pooled, s);
    }
    g_ptr_array_add(losses->styles, pooled);
    return TRUE;
}

const char *losses_style_statistics(const Losses *losses, guint style, guint layer, guint *channels,
                                    const float **mean, const float **gram)
{
    if (layer >= losses->style_layers->len)
        return NULL;
    const Statistics *s = &g_array_index((GArray *)losses->styles->pdata[style], Statistics, layer);
    *channels = s->channels;
    *mean = s->mean;
    *gram = s->gram;
    return g_array_index(losses->style_layers, Layer, layer).name;
}

const char *losses_style_energy(const Losses *losses, guint style, guint layer, double *energy)
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

/* The statistics of a style that one of the output's maps shall have: inputs, so that one graph serves many styles. */
typedef struct {
    guint map; /* which of a style's statistics */
    IdiomTensor *center, *target;
} Target;

struct Objective {
    const Losses *losses;
    IdiomGraph *graph;
    GArray *terms; /* LossTerm */
    IdiomTensor *output;
    IdiomFeatureMaps *output_maps;
    GArray *targets;   /* Target */
    GHashTable *lumas; /* tensor of a picture -> tensor of its luma, which terms share */
};

void objective_add(Objective *objective, const char *name, IdiomTensor *value, double weight)
{
    const LossTerm term = {name, value, weight};
    g_array_append_val(objective->terms, term);
}

typedef IdiomTensor *(*Distance)(IdiomGraph *g, IdiomTensor *map, IdiomTensor *wanted);

/* The mean over @layers, weighted, of the distance to the teacher's features. */
static void add_taught(Objective *o, const char *name, GArray *layers, IdiomFeatureMaps *taught_maps,
                       Distance distance, double weight)
{
    double sum = 0;
    for (guint i = 0; i < layers->len; i++)
        sum += g_array_index(layers, Layer, i).weight;
    for (guint i = 0; i < layers->len; i++) {
        const Layer *layer = &g_array_index(layers, Layer, i);
        objective_add(o, name,
                      distance(o->graph, idiom_feature_map(o->output_maps, layer->name),
                               idiom_feature_map(taught_maps, layer->name)),
                      weight * layer->weight / sum);
    }
}

/* Compares the statistics of @map with those of number @index of the style. */
static void add_statistics(Objective *o, const char *name, guint index, IdiomTensor *map, double weight)
{
    IdiomGraph *g = o->graph;
    if (!map)
        return;
    const guint c = idiom_tensor_shape(map).c;
    const Target t = {index, idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, c, 1, 1)),
                      idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, c, c))};
    g_array_append_val(o->targets, t);
    objective_add(o, name, idiom_gram_distance(g, idiom_gram(g, map, t.center), t.target), weight);
}

static void add_style(Objective *o)
{
    for (guint i = 0; i < o->losses->style_layers->len; i++) {
        const Layer *layer = &g_array_index(o->losses->style_layers, Layer, i);
        add_statistics(o, "style", i, idiom_feature_map(o->output_maps, layer->name),
                       o->losses->config->style * layer->weight);
    }
}

IdiomTensor *content_distance(IdiomGraph *g, IdiomTensor *output, IdiomTensor *content)
{
    IdiomTensor *difference = idiom_mse(g, output, content);
    return idiom_divide(g, difference, idiom_mean(g, idiom_variance_hw(g, content)));
}

static void add_content(Objective *o, IdiomFeatureMaps *content_maps)
{
    IdiomGraph *g = o->graph;
    for (guint i = 0; i < o->losses->content_layers->len; i++) {
        const Layer *layer = &g_array_index(o->losses->content_layers, Layer, i);
        IdiomTensor *wanted = idiom_feature_map(content_maps, layer->name);
        IdiomTensor *distance = content_distance(g, idiom_feature_map(o->output_maps, layer->name), wanted);
        objective_add(o, "content", distance, o->losses->config->content * layer->weight);
    }
}

static void add_luma(Objective *o, IdiomTensor *content, IdiomTensor *output)
{
    IdiomGraph *g = o->graph;
    IdiomTensor *before = idiom_pool2d(g, content, IDIOM_POOL_AVG, LUMA_CELL, LUMA_CELL, FALSE);
    IdiomTensor *after = idiom_pool2d(g, output, IDIOM_POOL_AVG, LUMA_CELL, LUMA_CELL, FALSE);
    IdiomTensor *difference = luma_planes(g, idiom_sub(g, after, before));
    objective_add(o, "luma", idiom_mean(g, idiom_variance_hw(g, difference)), o->losses->config->luma);
}

static void add_smoothness(Objective *o, IdiomTensor *output)
{
    IdiomGraph *g = o->graph;
    const LossConfig *config = o->losses->config;
    for (guint axis = 0; axis < 2; axis++) {
        if (config->tv > 0)
            objective_add(o, "tv", idiom_mean_square(g, idiom_difference(g, output, axis, 1)), config->tv);
        if (config->hf > 0)
            objective_add(o, "hf", idiom_mean_abs(g, idiom_difference(g, output, axis, 2)), config->hf);
    }
}

Objective *objective_new(const Losses *losses, IdiomGraph *graph, IdiomTensor *content, IdiomTensor *output,
                         IdiomTensor *taught)
{
    Objective *o = g_new0(Objective, 1);
    o->losses = losses;
    o->graph = graph;
    o->terms = g_array_new(FALSE, FALSE, sizeof(LossTerm));
    o->targets = g_array_new(FALSE, FALSE, sizeof(Target));
    o->lumas = g_hash_table_new(NULL, NULL);
    o->output = output;
    o->output_maps = idiom_feature_maps_new(losses->features, graph, output);
    g_autoptr(IdiomFeatureMaps) wanted_maps =
        idiom_feature_maps_new(losses->features, graph, taught ? taught : content);
    if (taught) {
        add_taught(o, "style", losses->style_layers, wanted_maps, taught_gram_distance,
                   losses->config->style);
        add_taught(o, "content", losses->content_layers, wanted_maps, taught_feature_distance,
                   losses->config->content);
    } else {
        add_style(o);
        add_content(o, wanted_maps);
    }
    if (losses->config->luma > 0)
        add_luma(o, content, output);
    add_smoothness(o, output);
    return o;
}

void objective_free(Objective *objective)
{
    if (!objective)
        return;
    idiom_feature_maps_free(objective->output_maps);
    g_array_unref(objective->terms);
    g_array_unref(objective->targets);
    g_hash_table_unref(objective->lumas);
    g_free(objective);
}

/* --- expression and gradients ----------------------------------------------------------------------- */

static IdiomTensor *luma_of(Objective *o, IdiomTensor *picture)
{
    if (!g_hash_table_contains(o->lumas, picture))
        g_hash_table_insert(o->lumas, picture, luma_planes(o->graph, picture));
    return g_hash_table_lookup(o->lumas, picture);
}

void objective_add_legibility(Objective *objective, IdiomTensor *content, IdiomTensor *output,
                              IdiomTensor *mask, double weight)
{
    Objective *o = objective;
    for (guint scale = 1; scale <= 2 && weight > 0; scale++)
        objective_add(o, "legibility",
                      legibility_loss(o->graph, luma_of(o, content), luma_of(o, output), mask, scale),
                      weight);
}

void objective_add_line(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight)
{
    Objective *o = objective;
    if (weight > 0)
        objective_add(o, "line", line_loss(o->graph, luma_of(o, content), luma_of(o, output)), weight);
}

void objective_add_edges(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight)
{
    Objective *o = objective;
    for (guint scale = 1; scale <= 2 && weight > 0; scale++)
        objective_add(o, "edges", edge_loss(o->graph, luma_of(o, content), luma_of(o, output), scale),
                      weight);
}

void objective_add_strokes(Objective *objective, IdiomTensor *output, double weight)
{
    Objective *o = objective;
    for (guint i = 0; i < STROKE_SCALES && weight > 0; i++)
        add_statistics(o, "strokes", o->losses->style_layers->len + i,
                       stroke_map(o->graph, luma_of(o, output), i), weight);
}

/* --- temporal ------------------------------------------------------------------------------------- */

/* Ones, and zeros less than TEMPORAL_MARGIN pixels from an edge: planes [n,1,h,w]. */
static IdiomTensor *away_from_edges(IdiomGraph *g, IdiomShape s)
{
    const IdiomShape shape = IDIOM_SHAPE(s.n, 1, s.h, s.w);
    g_autofree float *values = g_new0(float, idiom_shape_elements(shape));
    for (guint n = 0; n < s.n; n++)
        for (guint y = TEMPORAL_MARGIN; y + TEMPORAL_MARGIN < s.h; y++)
            for (guint x = TEMPORAL_MARGIN; x + TEMPORAL_MARGIN < s.w; x++)
                values[((gsize)n * s.h + y) * s.w + x] = 1;
    return idiom_to_planes(g, idiom_constant(g, shape, values));
}

/* Mean square of @a - @b, both [n,c,h,w], over the pixels where @valid [n,1,h,w] is 1. */
static IdiomTensor *masked_mse(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b, IdiomTensor *valid)
{
    const guint c = a ? idiom_tensor_shape(a).c : 1;
    g_autofree float *weights = g_new(float, c);
    for (guint i = 0; i < c; i++)
        weights[i] = 1.0f / (float)c;
    IdiomTensor *difference = idiom_sub(g, a, b);
    IdiomTensor *mean =
        idiom_conv2d(g, idiom_mul(g, difference, difference), NULL,
                     idiom_constant(g, IDIOM_SHAPE(1, c, 1, 1), weights), NULL, &(IdiomConvParams){0});
    /* nothing valid: zero over a little */
    return idiom_divide(g, idiom_mean(g, idiom_mul(g, mean, valid)),
                        idiom_affine(g, idiom_mean(g, valid), 1, 1e-3));
}

/* The deepest content layer whose maps divide the picture into cells of k x k, 1 < k <= 8; NULL if there is none. */
static const char *temporal_layer(const Objective *o, guint *k)
{
    const IdiomShape s = idiom_tensor_shape(o->output);
    for (guint i = o->losses->content_layers->len; i-- > 0;) {
        const char *name = g_array_index(o->losses->content_layers, Layer, i).name;
        IdiomTensor *map = idiom_feature_map(o->output_maps, name);
        const IdiomShape m = map ? idiom_tensor_shape(map) : s;
        *k = s.w / m.w;
        if (*k > 1 && *k <= 8 && m.w * *k == s.w && m.h * *k == s.h)
            return name;
    }
    return NULL;
}

void objective_add_temporal(Objective *objective, IdiomTensor *before, IdiomTensor *flow)
{
    Objective *o = objective;
    IdiomGraph *g = o->graph;
    const double weight = o->losses->config->temporal;
    if (!o->output || weight <= 0)
        return;
    IdiomTensor *expected = idiom_warp(g, idiom_stop_gradient(g, before), flow);
    IdiomTensor *inside = away_from_edges(g, idiom_tensor_shape(o->output));
    IdiomTensor *valid = idiom_mul(g, idiom_warp(g, inside, flow), inside);
    objective_add(o, "temporal", masked_mse(g, o->output, expected, valid), weight);

    guint k;
    const char *layer = temporal_layer(o, &k);
    if (!layer)
        return;
    g_autoptr(IdiomFeatureMaps) expected_maps = idiom_feature_maps_new(o->losses->features, g, expected);
    IdiomTensor *wanted = idiom_feature_map(expected_maps, layer);
    IdiomTensor *distance = masked_mse(g, idiom_feature_map(o->output_maps, layer), wanted,
                                       idiom_pool2d(g, valid, IDIOM_POOL_AVG, k, k, FALSE));
    objective_add(o, "temporal", idiom_divide(g, distance, idiom_mean(g, idiom_variance_hw(g, wanted))),
                  weight * TEMPORAL_FEATURES);
}

const LossTerm *objective_terms(const Objective *objective, guint *count)
{
    *count = objective->terms->len;
    return (const LossTerm *)objective->terms->data;
}

IdiomTensor *objective_differentiate(const Objective *objective, IdiomParams *params)
{
    const guint count = objective->terms->len;
    g_autofree IdiomTensor **values = g_new(IdiomTensor *, count);
    g_autofree double *weights = g_new(double, count);
    for (guint i = 0; i < count; i++) {
        values[i] = g_array_index(objective->terms, LossTerm, i).value;
        weights[i] = g_array_index(objective->terms, LossTerm, i).weight;
    }
    return idiom_graph_differentiate(objective->graph, values, weights, count, params);
}

void objective_set_style(const Objective *objective, IdiomProgram *program, guint style)
{
    if (!objective->targets->len) /* the teacher shows the style */
        return;
    const GArray *statistics = g_ptr_array_index(objective->losses->styles, style);
    for (guint i = 0; i < objective->targets->len; i++) {
        const Target *t = &g_array_index(objective->targets, Target, i);
        const Statistics *s = &g_array_index(statistics, Statistics, t->map);
        memcpy(idiom_program_map(program, t->center), s->mean, s->channels * sizeof(float));
        memcpy(idiom_program_map(program, t->target), s->gram,
               (gsize)s->channels * s->channels * sizeof(float));
    }
}

double objective_value(const Objective *objective, IdiomProgram *program, const char *name)
{
    double sum = 0;
    for (guint i = 0; i < objective->terms->len; i++) {
        const LossTerm *term = &g_array_index(objective->terms, LossTerm, i);
        if (!name || g_str_equal(name, term->name))
            sum += term->weight * *(const float *)idiom_program_map(program, term->value);
    }
    return sum;
}
