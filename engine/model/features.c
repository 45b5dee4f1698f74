/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/features.h>

#include <idiom-unstable/tensorfile.h>
#include <string.h>

#include "graph/op.h"
#include "model/filterbank.h"

#define MAX_SCALE 8 /* the largest window of idiom_pool2d() */

/*
 * All networks are a chain of stages; a stage is one convolution of VGG, one fire module of SqueezeNet or one level of
 * the filter bank, with what is pooled before it. Name and indices of the tensors are torchvision's.
 */
typedef struct {
    const char *layer; /* as in the header, without "@" */
    guint index;       /* features.<index> */
    guint in, out;     /* channels; of the squeeze convolution's output for a fire module */
    gboolean pool;     /* max pool before it */
} Stage;

static const Stage vgg16[] = {
    {"v11", 0, 3, 64, FALSE},     {"v12", 2, 64, 64, FALSE},   {"v21", 5, 64, 128, TRUE},
    {"v22", 7, 128, 128, FALSE},  {"v31", 10, 128, 256, TRUE}, {"v32", 12, 256, 256, FALSE},
    {"v33", 14, 256, 256, FALSE}, {"v41", 17, 256, 512, TRUE}, {"v42", 19, 512, 512, FALSE},
    {"v43", 21, 512, 512, FALSE}, {"v51", 24, 512, 512, TRUE}, {"v52", 26, 512, 512, FALSE},
    {"v53", 28, 512, 512, FALSE},
};

static const Stage vgg19[] = {
    {"v11", 0, 3, 64, FALSE},     {"v12", 2, 64, 64, FALSE},    {"v21", 5, 64, 128, TRUE},
    {"v22", 7, 128, 128, FALSE},  {"v31", 10, 128, 256, TRUE},  {"v32", 12, 256, 256, FALSE},
    {"v33", 14, 256, 256, FALSE}, {"v34", 16, 256, 256, FALSE}, {"v41", 19, 256, 512, TRUE},
    {"v42", 21, 512, 512, FALSE}, {"v43", 23, 512, 512, FALSE}, {"v44", 25, 512, 512, FALSE},
    {"v51", 28, 512, 512, TRUE},  {"v52", 30, 512, 512, FALSE}, {"v53", 32, 512, 512, FALSE},
    {"v54", 34, 512, 512, FALSE},
};

/* A fire module's output has eight times the channels of its squeeze convolution. */
static const Stage squeezenet[] = {
    {"q0", 0, 3, 96, FALSE},   {"q3", 3, 96, 16, TRUE},     {"q4", 4, 128, 16, FALSE},
    {"q5", 5, 128, 32, FALSE}, {"q7", 7, 256, 32, TRUE},    {"q8", 8, 256, 48, FALSE},
    {"q9", 9, 384, 48, FALSE}, {"q10", 10, 384, 64, FALSE}, {"q12", 12, 512, 64, TRUE},
};

static const Stage bank[] = {
    {.layer = "b1", .index = 0}, {.layer = "b2", .index = 1}, {.layer = "b3", .index = 2}};
G_STATIC_ASSERT(G_N_ELEMENTS(bank) == IDIOM_FILTER_BANK_LEVELS);

typedef struct {
    const char *prefix; /* of the parameters' names here: torchvision's names of both networks collide */
    const Stage *stages;
    guint n_stages; /* in the table */
    guint loaded;   /* from the start */
} Network;

struct IdiomFeatures {
    IdiomParams *params;
    Network vgg, squeezenet, bank;
};

/* --- loading -------------------------------------------------------------------------------------- */

typedef struct {
    IdiomTensorFile **files;
    guint n_files;
    IdiomParams *params;
    const char *prefix;
} Loader;

/* The first of the files that has @name, or NULL. */
static IdiomTensorFile *find_file(const Loader *l, const char *name)
{
    for (guint i = 0; i < l->n_files; i++)
        if (idiom_tensor_file_find(l->files[i], name))
            return l->files[i];
    return NULL;
}

static gboolean load_conv(const Loader *l, const char *layer, guint in, guint out, guint k, GError **error)
{
    g_autofree char *weight = g_strconcat(layer, ".weight", NULL);
    g_autofree char *bias = g_strconcat(layer, ".bias", NULL);
    IdiomTensorFile *weight_file = find_file(l, weight), *bias_file = find_file(l, bias);
    /* where a name is in no file, reading it from any gives the right message */
    g_autofree float *weights = idiom_tensor_file_read(weight_file ? weight_file : l->files[0], weight,
                                                       (guint64[]){out, in, k, k}, 4, error);
    if (!weights)
        return FALSE;
    g_autofree float *biases =
        idiom_tensor_file_read(bias_file ? bias_file : weight_file, bias, (guint64[]){out}, 1, error);
    if (!biases)
        return FALSE;
    g_autofree char *weight_name = g_strconcat(l->prefix, weight, NULL);
    g_autofree char *bias_name = g_strconcat(l->prefix, bias, NULL);
    idiom_params_add(l->params, weight_name, IDIOM_SHAPE(out, in, k, k), weights);
    idiom_params_add(l->params, bias_name, IDIOM_SHAPE(1, out, 1, 1), biases);
    return TRUE;
}

static gboolean is_fire(const Stage *stage)
{
    return stage->layer[0] == 'q' && stage->index > 0;
}

static char *stage_first_tensor(const Stage *stage)
{
    return g_strdup_printf("features.%u.%sweight", stage->index, is_fire(stage) ? "squeeze." : "");
}

static gboolean load_stage(const Loader *l, const Stage *stage, GError **error)
{
    g_autofree char *layer = g_strdup_printf("features.%u", stage->index);
    if (!is_fire(stage))
        return load_conv(l, layer, stage->in, stage->out, stage->layer[0] == 'q' ? 7 : 3, error);
    g_autofree char *squeeze = g_strconcat(layer, ".squeeze", NULL);
    g_autofree char *expand1 = g_strconcat(layer, ".expand1x1", NULL);
    g_autofree char *expand3 = g_strconcat(layer, ".expand3x3", NULL);
    return load_conv(l, squeeze, stage->in, stage->out, 1, error) &&
           load_conv(l, expand1, stage->out, 4 * stage->out, 1, error) &&
           load_conv(l, expand3, stage->out, 4 * stage->out, 3, error);
}

/* Loads the stages of @network that the files have; they must follow one another from the first. */
static gboolean load_network(Network *network, const Loader *l, GError **error)
{
    guint end = 0; /* one after the last stage that is there */
    for (guint i = 0; i < network->n_stages; i++) {
        g_autofree char *name = stage_first_tensor(&network->stages[i]);
        if (find_file(l, name))
            end = i + 1;
    }
    for (guint i = 0; i < end; i++)
        if (!load_stage(l, &network->stages[i], error))
            return FALSE;
    network->loaded = end;
    return TRUE;
}

static gboolean is_squeezenet(const IdiomTensorFile *file)
{
    const IdiomTensorInfo *first = idiom_tensor_file_find(file, "features.0.weight");
    if (first)
        return first->n_dims == 4 && first->dims[2] == 7;
    for (guint i = 0; i < idiom_tensor_file_count(file); i++)
        if (strstr(idiom_tensor_file_info(file, i)->name, ".squeeze."))
            return TRUE;
    return FALSE;
}

static gboolean is_feature_network(const IdiomTensorFile *file)
{
    for (guint i = 0; i < idiom_tensor_file_count(file); i++)
        if (g_str_has_prefix(idiom_tensor_file_info(file, i)->name, "features."))
            return TRUE;
    return FALSE;
}

/* VGG16 and VGG19 agree up to v33; after it, their convolutions have different indices. */
static gboolean is_vgg16(const Loader *l)
{
    return find_file(l, "features.17.weight") || find_file(l, "features.24.weight") ||
           find_file(l, "features.26.weight");
}

static gboolean load_networks(IdiomFeatures *features, GPtrArray *files, GError **error)
{
    g_autoptr(GPtrArray) vgg_files = g_ptr_array_new(), squeezenet_files = g_ptr_array_new();
    for (guint i = 0; i < files->len; i++) {
        IdiomTensorFile *file = g_ptr_array_index(files, i);
        if (!is_feature_network(file)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                        "%s: not a feature network: no tensor has a name like 'features.0.weight'",
                        idiom_tensor_file_path(file));
            return FALSE;
        }
        g_ptr_array_add(is_squeezenet(file) ? squeezenet_files : vgg_files, file);
    }
    const Loader vgg = {(IdiomTensorFile **)vgg_files->pdata, vgg_files->len, features->params, "vgg."};
    const Loader squeeze = {(IdiomTensorFile **)squeezenet_files->pdata, squeezenet_files->len,
                            features->params, "squeezenet."};
    const gboolean sixteen = is_vgg16(&vgg);
    features->vgg = (Network){vgg.prefix, sixteen ? vgg16 : vgg19,
                              sixteen ? G_N_ELEMENTS(vgg16) : G_N_ELEMENTS(vgg19), 0};
    features->squeezenet = (Network){squeeze.prefix, squeezenet, G_N_ELEMENTS(squeezenet), 0};
    return load_network(&features->vgg, &vgg, error) && load_network(&features->squeezenet, &squeeze, error);
}

IdiomFeatures *idiom_features_load(const char *const *paths, guint n_paths, IdiomDevice *device,
                                   GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_tensor_file_free);
    for (guint i = 0; i < n_paths; i++) {
        IdiomTensorFile *file = idiom_tensor_file_open(paths[i], error);
        if (!file)
            return NULL;
        g_ptr_array_add(files, file);
    }
    g_autoptr(IdiomFeatures) features = g_new0(IdiomFeatures, 1);
    features->params = idiom_params_new(device);
    if (!load_networks(features, files, error))
        return NULL;
    return g_steal_pointer(&features);
}

IdiomFeatures *idiom_features_builtin(IdiomDevice *device)
{
    IdiomFeatures *features = g_new0(IdiomFeatures, 1);
    features->params = idiom_params_new(device);
    idiom_filter_bank_declare(features->params);
    features->bank = (Network){"bank.", bank, G_N_ELEMENTS(bank), G_N_ELEMENTS(bank)};
    return features;
}

void idiom_features_free(IdiomFeatures *features)
{
    if (!features)
        return;
    idiom_params_unref(features->params);
    g_free(features);
}

/* Splits "v12@2" into network, stage and scale; FALSE with @error if it is not a loaded layer. */
static gboolean parse_layer(const IdiomFeatures *features, const char *layer, const Network **network,
                            guint *stage, guint *scale, GError **error)
{
    const char *at = strchr(layer, '@');
    g_autofree char *name = at ? g_strndup(layer, (gsize)(at - layer)) : g_strdup(layer);
    guint64 parsed = 1;
    if (at && !g_ascii_string_to_unsigned(at + 1, 10, 1, MAX_SCALE, &parsed, NULL)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "feature layer '%s': what follows '@' must be a whole number from 1 to %d", layer,
                    MAX_SCALE);
        return FALSE;
    }
    *scale = (guint)parsed;
    *network = name[0] == 'q' ? &features->squeezenet : name[0] == 'b' ? &features->bank : &features->vgg;
    for (*stage = 0; *stage < (*network)->loaded; ++*stage)
        if (g_str_equal((*network)->stages[*stage].layer, name))
            return TRUE;
    for (guint i = (*network)->loaded; i < (*network)->n_stages; i++) {
        if (g_str_equal((*network)->stages[i].layer, name)) {
            g_autofree char *tensor = stage_first_tensor(&(*network)->stages[i]);
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "feature layer '%s' needs the tensor '%s' of %s, which no file given has", layer,
                        tensor, name[0] == 'q' ? "SqueezeNet 1.0" : "VGG16 or VGG19");
            return FALSE;
        }
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown feature layer '%s'; known are %s", layer,
                features->bank.loaded ? "b1 to b3 (built-in features)"
                                      : "v11 to v54 (VGG) and q0 to q12 (SqueezeNet)");
    return FALSE;
}

gboolean idiom_features_check(const IdiomFeatures *features, const char *layer, GError **error)
{
    const Network *network;
    guint stage, scale;
    return parse_layer(features, layer, &network, &stage, &scale, error);
}

/* --- graph ---------------------------------------------------------------------------------------- */

struct IdiomFeatureMaps {
    IdiomFeatures *features;
    IdiomGraph *graph;
    IdiomTensor *picture;
    GHashTable *made; /* "<prefix><stage>@<scale>" -> IdiomTensor */
};

IdiomFeatureMaps *idiom_feature_maps_new(IdiomFeatures *features, IdiomGraph *graph, IdiomTensor *picture)
{
    IdiomFeatureMaps *maps = g_new0(IdiomFeatureMaps, 1);
    maps->features = features;
    maps->graph = graph;
    maps->picture = picture;
    maps->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return maps;
}

void idiom_feature_maps_free(IdiomFeatureMaps *maps)
{
    if (!maps)
        return;
    g_hash_table_unref(maps->made);
    g_free(maps);
}

static IdiomTensor *remember(IdiomFeatureMaps *maps, const char *key, IdiomTensor *tensor)
{
    g_hash_table_insert(maps->made, g_strdup(key), tensor);
    return tensor;
}

/* The picture as the networks were trained on: ImageNet's mean and deviation taken out. Averaging commutes
 * with it. */
static IdiomTensor *network_input(IdiomFeatureMaps *maps, guint scale)
{
    static const float slope[] = {1 / 0.229f, 1 / 0.224f, 1 / 0.225f};
    static const float offset[] = {-0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f};
    g_autofree char *key = g_strdup_printf("input@%u", scale);
    IdiomTensor *made = g_hash_table_lookup(maps->made, key);
    if (made)
        return made;
    IdiomGraph *g = maps->graph;
    if (scale > 1)
        return remember(maps, key,
                        idiom_pool2d(g, network_input(maps, 1), IDIOM_POOL_AVG, scale, scale, FALSE));
    const IdiomShape shape = IDIOM_SHAPE(1, 3, 1, 1);
    return remember(maps, key,
                    idiom_channel_affine(g, maps->picture, idiom_constant(g, shape, slope),
                                         idiom_constant(g, shape, offset)));
}

static IdiomTensor *conv_relu(IdiomFeatureMaps *maps, const Network *network, const char *layer,
                              IdiomTensor *x, guint stride, guint pad)
{
    IdiomGraph *g = maps->graph;
    g_autofree char *weight = g_strconcat(network->prefix, layer, ".weight", NULL);
    g_autofree char *bias = g_strconcat(network->prefix, layer, ".bias", NULL);
    IdiomParams *params = maps->features->params;
    return idiom_conv2d(g, x, NULL, idiom_graph_param(g, params, weight, FALSE),
                        idiom_graph_param(g, params, bias, FALSE),
                        &(IdiomConvParams){.stride = stride, .pad = pad, .act = IDIOM_ACT_RELU});
}

static IdiomTensor *build_stage(IdiomFeatureMaps *maps, const Network *network, guint index, guint scale);

/* Pads by the edge: what is beyond it then answers no filter. */
static IdiomTensor *build_level(IdiomFeatureMaps *maps, const Network *network, guint index, guint scale)
{
    IdiomGraph *g = maps->graph;
    IdiomTensor *x =
        index ? idiom_pool2d(g, build_stage(maps, network, index - 1, scale), IDIOM_POOL_AVG, 2, 2, FALSE)
              : network_input(maps, scale);
    g_autofree char *weight_name = g_strdup_printf("%s%u.weight", network->prefix, index);
    g_autofree char *bias_name = g_strdup_printf("%s%u.bias", network->prefix, index);
    IdiomTensor *weight = idiom_graph_param(g, maps->features->params, weight_name, FALSE);
    IdiomTensor *bias = idiom_graph_param(g, maps->features->params, bias_name, FALSE);
    return idiom_conv2d(g, x, NULL, weight, bias,
                        &(IdiomConvParams){.pad = IDIOM_FILTER_BANK_KERNEL(index) / 2,
                                           .mode = IDIOM_PAD_EDGE,
                                           .act = IDIOM_ACT_RELU});
}

static IdiomTensor *build_stage(IdiomFeatureMaps *maps, const Network *network, guint index, guint scale)
{
    g_autofree char *key = g_strdup_printf("%s%u@%u", network->prefix, index, scale);
    IdiomTensor *made = g_hash_table_lookup(maps->made, key);
    if (made)
        return made;

    if (network == &maps->features->bank)
        return remember(maps, key, build_level(maps, network, index, scale));
    const Stage *stage = &network->stages[index];
    const gboolean vgg = stage->layer[0] == 'v';
    IdiomTensor *x = index ? build_stage(maps, network, index - 1, scale) : network_input(maps, scale);
    if (stage->pool)
        x = idiom_pool2d(maps->graph, x, IDIOM_POOL_MAX, vgg ? 2 : 3, 2, !vgg);
    g_autofree char *layer = g_strdup_printf("features.%u", stage->index);
    if (!is_fire(stage))
        return remember(maps, key, conv_relu(maps, network, layer, x, vgg ? 1 : 2, vgg ? 1 : 0));
    g_autofree char *squeeze = g_strconcat(layer, ".squeeze", NULL);
    g_autofree char *expand1 = g_strconcat(layer, ".expand1x1", NULL);
    g_autofree char *expand3 = g_strconcat(layer, ".expand3x3", NULL);
    x = conv_relu(maps, network, squeeze, x, 1, 0);
    return remember(maps, key,
                    idiom_concat(maps->graph, conv_relu(maps, network, expand1, x, 1, 0),
                                 conv_relu(maps, network, expand3, x, 1, 1)));
}

IdiomTensor *idiom_feature_map(IdiomFeatureMaps *maps, const char *layer)
{
    const Network *network;
    guint stage, scale;
    g_autoptr(GError) error = NULL;
    if (idiom_graph_failed(maps->graph, &maps->picture, 1))
        return NULL;
    if (!parse_layer(maps->features, layer, &network, &stage, &scale, &error))
        return idiom_graph_fail(maps->graph, IDIOM_ERROR_ARGUMENT, "%s", error->message);
    return build_stage(maps, network, stage, scale);
}
