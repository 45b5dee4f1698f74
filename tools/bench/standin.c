/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "standin.h"

#include <glib/gstdio.h>
#include <idiom-unstable/tensorfile.h>
#include <math.h>

typedef struct {
    const char *weight, *bias;
    guint inputs, outputs, k;
} Layer;

static const Layer vgg[] = {
    {"features.0.weight", "features.0.bias", 3, 64, 3},
    {"features.2.weight", "features.2.bias", 64, 64, 3},
    {"features.5.weight", "features.5.bias", 64, 128, 3},
};

#define FIRE(index, inputs, middle)                                                                          \
    {"features." index ".squeeze.weight", "features." index ".squeeze.bias", inputs, middle, 1},             \
        {"features." index ".expand1x1.weight", "features." index ".expand1x1.bias", middle, 4 * middle, 1}, \
    {                                                                                                        \
        "features." index ".expand3x3.weight", "features." index ".expand3x3.bias", middle, 4 * middle, 3    \
    }

static const Layer squeezenet[] = {
    {"features.0.weight", "features.0.bias", 3, 96, 7},
    FIRE("3", 96, 16),
    FIRE("4", 128, 16),
    FIRE("5", 128, 32),
    FIRE("7", 256, 32),
    FIRE("8", 256, 48),
    FIRE("9", 384, 48),
};

/* Uniform with the variance that keeps the size of activations through ReLUs. */
static gboolean write_layers(const char *path, const Layer *layers, guint n_layers, GError **error)
{
    g_autofree IdiomTensorData *tensors = g_new(IdiomTensorData, 2 * n_layers);
    g_autoptr(GPtrArray) owned = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (guint i = 0; i < n_layers; i++) {
        const Layer *l = &layers[i];
        gsize fan_in = (gsize)l->inputs * l->k * l->k;
        double spread = sqrt(6.0 / (double)fan_in);
        float *weights = g_new(float, fan_in * l->outputs), *biases = g_new0(float, l->outputs);
        for (gsize k = 0; k < fan_in * l->outputs; k++)
            weights[k] = (float)g_rand_double_range(rand, -spread, spread);
        g_ptr_array_add(owned, weights);
        g_ptr_array_add(owned, biases);
        tensors[2 * i] = (IdiomTensorData){l->weight, 4, {l->outputs, l->inputs, l->k, l->k}, weights};
        tensors[2 * i + 1] = (IdiomTensorData){l->bias, 1, {l->outputs}, biases};
    }
    return idiom_tensor_file_write(path, tensors, 2 * n_layers, NULL, error);
}

IdiomFeatures *standin_features(IdiomDevice *device, GError **error)
{
    g_autofree char *folder = g_dir_make_tmp("idiom-bench-XXXXXX", error);
    if (!folder)
        return NULL;
    g_autofree char *vgg_path = g_build_filename(folder, "vgg.safetensors", NULL);
    g_autofree char *squeezenet_path = g_build_filename(folder, "squeezenet.safetensors", NULL);
    IdiomFeatures *features = NULL;
    if (write_layers(vgg_path, vgg, G_N_ELEMENTS(vgg), error) &&
        write_layers(squeezenet_path, squeezenet, G_N_ELEMENTS(squeezenet), error))
        features = idiom_features_load((const char *const[]){vgg_path, squeezenet_path}, 2, device, error);
    g_unlink(vgg_path);
    g_unlink(squeezenet_path);
    g_rmdir(folder);
    return features;
}
