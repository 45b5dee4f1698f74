/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terms of the total loss in a graph. */
#include "loss/expression.h"
#include "loss/filters.h"
#include "loss/gradient.h"
#include "loss/palette.h"
#include "loss/regions.h"
#include "loss/statistics.h"
#include "loss/taught.h"

#include <idiom-unstable/ops.h>
#include <string.h>

#define TEMPORAL_MARGIN 8 /* pixels that convolution padding disturbs */
/* Weight of features against pixels: squared differences of pixels are some hundredths of a picture's variance. */
#define TEMPORAL_FEATURES (1.0 / 200)
#define LUMA_CELL 8

/* --- terms ---------------------------------------------------------------------------------------- */

/* The statistics of a style that one of the output's maps shall have: inputs, so that one graph serves many styles. */
typedef struct {
    guint map;                    /* which of a style's statistics */
    IdiomTensor *center, *target; /* means, Gram matrix; the latter NULL of the palette */
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

/* --- colour and regions ------------------------------------------------------------------------------- */

void objective_add_palette(Objective *objective, IdiomTensor *output, IdiomTensor *taught, double weight)
{
    Objective *o = objective;
    IdiomGraph *g = o->graph;
    if (weight <= 0)
        return;
    IdiomTensor *wanted;
    if (taught) {
        wanted = idiom_stop_gradient(g, idiom_mean_hw(g, palette_map(g, taught)));
    } else {
        const Target t = {o->losses->style_layers->len + STROKE_SCALES,
                          idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, PALETTE_CHANNELS, 1, 1)),
                          NULL};
        g_array_append_val(o->targets, t);
        wanted = idiom_to_planes(g, t.center);
    }
    objective_add(o, "palette", palette_distance(g, idiom_mean_hw(g, palette_map(g, output)), wanted),
                  weight);
}

void objective_add_chroma(Objective *objective, IdiomTensor *content, IdiomTensor *output,
                          IdiomTensor *taught, double weight)
{
    if (weight > 0)
        objective_add(objective, "chroma", chroma_loss(objective->graph, content, output, taught), weight);
}

void objective_add_faces(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight)
{
    Objective *o = objective;
    IdiomTensor *skin = weight > 0 ? skin_likelihood(o->graph, content) : NULL;
    for (guint scale = 1; scale <= 2 && weight > 0; scale++)
        objective_add(o, "faces",
                      legibility_loss(o->graph, luma_of(o, content), luma_of(o, output), skin, scale),
                      weight);
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
        if (t->target)
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
