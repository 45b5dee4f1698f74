/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loss/statistics.h"

#include "loss/filters.h"
#include "loss/gradient.h"
#include "loss/palette.h"

#include <idiom-unstable/ops.h>
#include <string.h>

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

/* Number of maps whose means and Gram matrices are measured; of the palette, which comes after, only the mean. */
static guint map_count(const Losses *losses)
{
    return losses->style_layers->len + STROKE_SCALES;
}

/* Adds what is known of map number @index to @outputs: mean and, but for the palette, Gram matrix. */
static void build_statistics(const Losses *losses, IdiomGraph *g, guint index, IdiomTensor *picture,
                             IdiomTensor *luma, IdiomFeatureMaps *maps, GPtrArray *outputs)
{
    const guint n_layers = losses->style_layers->len;
    if (index == map_count(losses)) {
        g_ptr_array_add(outputs, idiom_to_flat(g, idiom_mean_hw(g, palette_map(g, picture))));
        return;
    }
    IdiomTensor *map = index < n_layers
                           ? idiom_feature_map(maps, g_array_index(losses->style_layers, Layer, index).name)
                           : stroke_map(g, luma, index - n_layers);
    IdiomTensor *mean = idiom_to_flat(g, idiom_mean_hw(g, map));
    g_ptr_array_add(outputs, mean);
    g_ptr_array_add(outputs, idiom_gram(g, map, mean));
}

/* The statistics of one picture in each of these maps; NULL with @error set. */
static GArray *measure(Losses *losses, const Reference *reference, GError **error)
{
    const guint n_maps = map_count(losses) + 1;
    IdiomGraph *g = idiom_graph_new(losses->device, IDIOM_FP32);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, reference->h, reference->w);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *picture = idiom_to_planes(g, input), *luma = luma_planes(g, picture);
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(losses->features, g, picture);
    g_autoptr(GPtrArray) outputs = g_ptr_array_new();
    for (guint i = 0; i < n_maps; i++)
        build_statistics(losses, g, i, picture, luma, maps, outputs);
    g_autoptr(IdiomProgram) program =
        idiom_program_new(g, (IdiomTensor *const *)outputs->pdata, outputs->len, error);
    if (!program)
        return NULL;
    memcpy(idiom_program_map(program, input), reference->values, idiom_shape_elements(shape) * sizeof(float));
    if (!idiom_program_run(program, error))
        return NULL;

    GArray *statistics = statistics_new();
    for (guint i = 0; i < n_maps; i++) {
        IdiomTensor *mean = outputs->pdata[2 * i];
        Statistics s = {.channels = idiom_tensor_shape(mean).c};
        s.mean = g_memdup2(idiom_program_map(program, mean), s.channels * sizeof(float));
        if (i < map_count(losses))
            s.gram = g_memdup2(idiom_program_map(program, outputs->pdata[2 * i + 1]),
                               (gsize)s.channels * s.channels * sizeof(float));
        g_array_append_val(statistics, s);
    }
    return statistics;
}

static void pool_means(GPtrArray *measured, guint map, const double *weights, guint c, double *mean)
{
    for (guint k = 0; k < measured->len; k++)
        for (guint i = 0; i < c; i++)
            mean[i] += weights[k] * g_array_index((GArray *)measured->pdata[k], Statistics, map).mean[i];
}

/*
 * The statistics of all pixels of several pictures from those of each: m = sum w m_k and
 * T = sum w (T_k + (m_k - m)(m_k - m)^T).
 */
static Statistics pool_statistics(GPtrArray *measured, guint map, const double *weights)
{
    const Statistics *first = &g_array_index((GArray *)measured->pdata[0], Statistics, map);
    const guint c = first->channels;
    Statistics pooled = {c, g_new(float, c), NULL};
    g_autofree double *mean = g_new0(double, c);
    pool_means(measured, map, weights, c, mean);
    for (guint i = 0; i < c; i++)
        pooled.mean[i] = (float)mean[i];
    if (!first->gram)
        return pooled;
    g_autofree double *gram = g_new0(double, (gsize)c *c);
    for (guint k = 0; k < measured->len; k++) {
        const Statistics *s = &g_array_index((GArray *)measured->pdata[k], Statistics, map);
        for (guint i = 0; i < c; i++)
            for (guint j = 0; j < c; j++)
                gram[(gsize)i * c + j] += weights[k] * (s->gram[(gsize)i * c + j] +
                                                        (s->mean[i] - mean[i]) * (s->mean[j] - mean[j]));
    }
    pooled.gram = g_new(float, (gsize)c *c);
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
    for (guint i = 0; i <= map_count(losses); i++) {
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
