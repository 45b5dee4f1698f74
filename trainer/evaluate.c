/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evaluate.h"

#include "losses.h"

#include <idiom/ops.h>
#include <math.h>
#include <string.h>

typedef struct {
    char *layer;
    guint channels;
    float *gram; /* [channels, channels] */
} Target;

struct IdiomEvaluation {
    IdiomDevice *device;
    IdiomFeatures *features;
    GArray *targets; /* Target, one per style layer that the features have */
};

static void target_clear(gpointer pointer)
{
    g_free(((Target *)pointer)->layer);
    g_free(((Target *)pointer)->gram);
}

static IdiomShape shape_of(const IdiomPicture *picture)
{
    return IDIOM_SHAPE(1, 3, picture->h, picture->w);
}

/* Gram matrices of @reference at all layers of @targets. */
static gboolean measure_reference(IdiomEvaluation *e, const IdiomPicture *reference, GError **error)
{
    IdiomGraph *g = idiom_graph_new(e->device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape_of(reference));
    g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(e->features, g, idiom_to_planes(g, input));
    g_autofree IdiomTensor **grams = g_new(IdiomTensor *, e->targets->len);
    for (guint i = 0; i < e->targets->len; i++)
        grams[i] = idiom_gram(g, idiom_feature_map(maps, g_array_index(e->targets, Target, i).layer), NULL);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, grams, e->targets->len, error);
    if (!program)
        return FALSE;
    idiom_picture_to_floats(reference, idiom_program_map(program, input));
    if (!idiom_program_run(program, error))
        return FALSE;
    for (guint i = 0; i < e->targets->len; i++) {
        Target *target = &g_array_index(e->targets, Target, i);
        target->channels = idiom_tensor_shape(grams[i]).w;
        target->gram = g_memdup2(idiom_program_map(program, grams[i]),
                                 (gsize)target->channels * target->channels * sizeof(float));
    }
    return TRUE;
}

IdiomEvaluation *idiom_evaluation_new(IdiomDevice *device, IdiomFeatures *features,
                                      const IdiomPicture *reference, GError **error)
{
    g_autoptr(IdiomEvaluation) e = g_new0(IdiomEvaluation, 1);
    e->device = idiom_device_ref(device);
    e->features = features;
    e->targets = g_array_new(FALSE, TRUE, sizeof(Target));
    g_array_set_clear_func(e->targets, target_clear);
    g_auto(GStrv) layers = g_strsplit(idiom_loss_defaults.style_layers, ",", -1);
    for (char **layer = layers; *layer; layer++) {
        Target target = {.layer = g_strndup(*layer, strcspn(*layer, ":"))};
        if (idiom_features_check(features, target.layer, NULL))
            g_array_append_val(e->targets, target);
        else
            target_clear(&target);
    }
    return measure_reference(e, reference, error) ? g_steal_pointer(&e) : NULL;
}

void idiom_evaluation_free(IdiomEvaluation *e)
{
    if (e) {
        g_array_unref(e->targets);
        idiom_device_unref(e->device);
        g_free(e);
    }
}

static IdiomTensor *grey(IdiomGraph *g, IdiomTensor *picture)
{
    static const float luma[] = {0.299f, 0.587f, 0.114f};
    IdiomTensor *weight = idiom_constant(g, IDIOM_SHAPE(1, 3, 1, 1), luma);
    return idiom_conv2d(g, picture, NULL, weight, NULL, &(IdiomConvParams){0});
}

static IdiomTensor *mean7(IdiomGraph *g, IdiomTensor *t)
{
    return idiom_pool2d(g, t, IDIOM_POOL_AVG, 7, 1, FALSE);
}

static IdiomTensor *ssim(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    IdiomTensor *ma = mean7(g, a), *mb = mean7(g, b);
    IdiomTensor *mamb = idiom_mul(g, ma, mb);
    IdiomTensor *squares = idiom_add(g, idiom_mul(g, ma, ma), idiom_mul(g, mb, mb));
    IdiomTensor *covariance = idiom_sub(g, mean7(g, idiom_mul(g, a, b)), mamb);
    IdiomTensor *variances =
        idiom_sub(g, mean7(g, idiom_add(g, idiom_mul(g, a, a), idiom_mul(g, b, b))), squares);
    IdiomTensor *above = idiom_mul(g, idiom_affine(g, mamb, 2, c1), idiom_affine(g, covariance, 2, c2));
    IdiomTensor *below = idiom_mul(g, idiom_affine(g, squares, 1, c1), idiom_affine(g, variances, 1, c2));
    return idiom_mean(g, idiom_mul(g, above, idiom_power(g, below, -1)));
}

/* Mean absolute first differences along @axis for each of the 4x4 phases: flat [1,16,1,1], row-major. */
static IdiomTensor *phases(IdiomGraph *g, IdiomTensor *a, guint axis)
{
    IdiomTensor *d = idiom_difference(g, a, axis, 1);
    if (!d)
        return NULL;
    IdiomShape s = idiom_tensor_shape(d);
    d = idiom_crop(g, d, 0, 0, s.w / 4 * 4, s.h / 4 * 4);
    IdiomTensor *magnitude = idiom_power(g, idiom_mul(g, d, d), 0.5);
    return idiom_to_flat(g, idiom_mean_hw(g, idiom_pixel_unshuffle(g, magnitude, 4)));
}

static double phase_ratio(const float mean[16], guint axis)
{
    double sums[4] = {0};
    for (guint i = 0; i < 16; i++)
        sums[axis == 0 ? i % 4 : i / 4] += mean[i];
    double low = sums[0], high = sums[0];
    for (guint i = 1; i < 4; i++) {
        low = MIN(low, sums[i]);
        high = MAX(high, sums[i]);
    }
    return high / low;
}

gboolean idiom_evaluation_run(IdiomEvaluation *e, const IdiomPicture *photo, const IdiomPicture *output,
                              IdiomScores *scores, GError **error)
{
    enum { SSIM, PHASE_X, PHASE_Y, DISTANCES };
    guint n = e->targets->len;
    IdiomGraph *g = idiom_graph_new(e->device, IDIOM_FP32);
    IdiomTensor *inputs[2], *planes[2], *greys[2];
    g_autofree IdiomTensor **outputs = g_new(IdiomTensor *, DISTANCES + 2 * n);
    for (guint k = 0; k < 2; k++) {
        inputs[k] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape_of(photo));
        planes[k] = idiom_to_planes(g, inputs[k]);
        greys[k] = grey(g, planes[k]);
        g_autoptr(IdiomFeatureMaps) maps = idiom_feature_maps_new(e->features, g, planes[k]);
        for (guint i = 0; i < n; i++) {
            const Target *target = &g_array_index(e->targets, Target, i);
            IdiomTensor *gram = idiom_gram(g, idiom_feature_map(maps, target->layer), NULL);
            IdiomTensor *wanted =
                idiom_constant(g, IDIOM_SHAPE(1, 1, target->channels, target->channels), target->gram);
            outputs[DISTANCES + 2 * i + k] = idiom_gram_distance(g, gram, wanted);
        }
    }
    outputs[SSIM] = ssim(g, greys[0], greys[1]);
    outputs[PHASE_X] = phases(g, greys[1], 0);
    outputs[PHASE_Y] = phases(g, greys[1], 1);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, DISTANCES + 2 * n, error);
    if (!program)
        return FALSE;
    idiom_picture_to_floats(photo, idiom_program_map(program, inputs[0]));
    idiom_picture_to_floats(output, idiom_program_map(program, inputs[1]));
    if (!idiom_program_run(program, error))
        return FALSE;

    double sums[2][2] = {{0}};
    guint counts[2] = {0};
    for (guint i = 0; i < n; i++) {
        guint network = g_array_index(e->targets, Target, i).layer[0] == 'v' ? 0 : 1;
        counts[network]++;
        for (guint k = 0; k < 2; k++)
            sums[network][k] +=
                sqrt(*(const float *)idiom_program_map(program, outputs[DISTANCES + 2 * i + k]));
    }
    scores->ssim = *(const float *)idiom_program_map(program, outputs[SSIM]);
    scores->phase_x = phase_ratio(idiom_program_map(program, outputs[PHASE_X]), 0);
    scores->phase_y = phase_ratio(idiom_program_map(program, outputs[PHASE_Y]), 1);
    scores->vgg_photo = sums[0][0] / counts[0];
    scores->vgg_output = sums[0][1] / counts[0];
    scores->squeezenet_photo = sums[1][0] / counts[1];
    scores->squeezenet_output = sums[1][1] / counts[1];
    return TRUE;
}
