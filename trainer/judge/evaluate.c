/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/evaluate.h"

#include "loss/regions.h"

#include <idiom-unstable/ops.h>
#include <math.h>
#include <string.h>

#define SOME_SKIN 0.01 /* share of the photo that is enough for a mean over it */

typedef struct {
    char *layer;
    guint network; /* index into networks */
    guint channels;
    float *gram; /* [channels, channels] */
} Target;

typedef struct {
    char *layer;
    double weight;
} ContentLayer;

struct Evaluation {
    IdiomDevice *device;
    IdiomFeatures *features;
    GArray *targets; /* Target, one per style layer that the features have */
    GArray *content; /* ContentLayer, likewise */
};

/* Feature networks, by the first letter of their layers; the metric of the output follows that of the photo. */
static const struct {
    char letter;
    Metric photo;
} networks[] = {{'v', METRIC_VGG_PHOTO}, {'q', METRIC_SQUEEZENET_PHOTO}, {'b', METRIC_BUILTIN_PHOTO}};

const char *metric_name(Metric metric)
{
    static const char *const names[] = {
        [METRIC_SSIM] = "ssim",
        [METRIC_SSIM_GAUSSIAN] = "ssim-gaussian",
        [METRIC_SSIM_SKIN] = "ssim-skin",
        [METRIC_CONTENT] = "content",
        [METRIC_VGG_PHOTO] = "style-vgg-photo",
        [METRIC_VGG_OUTPUT] = "style-vgg",
        [METRIC_SQUEEZENET_PHOTO] = "style-squeezenet-photo",
        [METRIC_SQUEEZENET_OUTPUT] = "style-squeezenet",
        [METRIC_BUILTIN_PHOTO] = "style-builtin-photo",
        [METRIC_BUILTIN_OUTPUT] = "style-builtin",
        [METRIC_PHASE_X] = "phase-x",
        [METRIC_PHASE_Y] = "phase-y",
        [METRIC_FLAT_PHOTO] = "flat-photo",
        [METRIC_FLAT_OUTPUT] = "flat",
        [METRIC_FORMS_PHOTO] = "forms-photo",
        [METRIC_FORMS_OUTPUT] = "forms",
        [METRIC_WAVE] = "wavelength",
        [METRIC_YELLOW_STYLE] = "yellow-style",
        [METRIC_YELLOW_PHOTO] = "yellow-photo",
        [METRIC_YELLOW_OUTPUT] = "yellow",
        [METRIC_PALETTE_PHOTO] = "palette-photo",
        [METRIC_PALETTE_OUTPUT] = "palette",
        [METRIC_HUE_PHOTO] = "hue-photo",
        [METRIC_HUE_OUTPUT] = "hue",
        [METRIC_CHROMA_PHOTO] = "chroma-photo",
        [METRIC_CHROMA_OUTPUT] = "chroma",
        [METRIC_RINGS] = "rings",
    };
    return names[metric];
}

/* --- what is measured against --------------------------------------------------------------------- */

static void target_clear(gpointer pointer)
{
    g_free(((Target *)pointer)->layer);
    g_free(((Target *)pointer)->gram);
}

static void content_layer_clear(gpointer pointer)
{
    g_free(((ContentLayer *)pointer)->layer);
}

/* Of @network's layers or, where there are none of them, the built-in ones: those that @features have. */
static char *find_layers(const IdiomFeatures *features, const char *network, const char *builtin)
{
    char *layers = available_layers(features, network, NULL);
    if (*layers)
        return layers;
    g_free(layers);
    return available_layers(features, builtin, NULL);
}

/* Gram matrices of the pooled references: those of features less their mean m are known, m m^T comes on top. */
static gboolean measure_references(Evaluation *e, const Reference *references, guint n_references,
                                   GError **error)
{
    g_autofree char *layers =
        find_layers(e->features, loss_defaults.style_layers, IDIOM_BUILTIN_STYLE_LAYERS);
    if (!*layers)
        return TRUE;
    const LossConfig config = {.style_layers = layers, .style = 1};
    g_autoptr(Losses) losses = losses_new(&config, e->features, e->device, error);
    if (!losses || !losses_add_style(losses, references, n_references, error))
        return FALSE;
    const char *name;
    const float *mean, *gram;
    Target target = {0};
    for (guint i = 0; (name = losses_style_statistics(losses, 0, i, &target.channels, &mean, &gram)); i++) {
        const guint c = target.channels;
        for (target.network = 0; target.network < G_N_ELEMENTS(networks); target.network++)
            if (networks[target.network].letter == *name)
                break;
        if (target.network == G_N_ELEMENTS(networks))
            continue;
        target.layer = g_strdup(name);
        target.gram = g_memdup2(gram, (gsize)c * c * sizeof *gram);
        for (guint row = 0; row < c; row++)
            for (guint column = 0; column < c; column++)
                target.gram[(gsize)row * c + column] += mean[row] * mean[column];
        g_array_append_val(e->targets, target);
    }
    return TRUE;
}

static void find_content_layers(Evaluation *e)
{
    g_autofree char *layers =
        find_layers(e->features, loss_defaults.content_layers, IDIOM_BUILTIN_CONTENT_LAYERS);
    if (!*layers)
        return;
    g_auto(GStrv) list = g_strsplit(layers, ",", -1);
    for (char **text = list; *text; text++) {
        const char *colon = strchr(*text, ':');
        ContentLayer layer = {g_strndup(*text, strcspn(*text, ":")),
                              colon ? g_ascii_strtod(colon + 1, NULL) : 1};
        g_array_append_val(e->content, layer);
    }
}

Evaluation *evaluation_new(IdiomDevice *device, IdiomFeatures *features, const Reference *references,
                           guint n_references, GError **error)
{
    g_autoptr(Evaluation) e = g_new0(Evaluation, 1);
    e->device = idiom_device_ref(device);
    e->features = features;
    e->targets = g_array_new(FALSE, TRUE, sizeof(Target));
    g_array_set_clear_func(e->targets, target_clear);
    e->content = g_array_new(FALSE, TRUE, sizeof(ContentLayer));
    g_array_set_clear_func(e->content, content_layer_clear);
    if (features)
        find_content_layers(e);
    if (features && n_references && !measure_references(e, references, n_references, error))
        return NULL;
    return g_steal_pointer(&e);
}

void evaluation_free(Evaluation *e)
{
    if (e) {
        g_array_unref(e->targets);
        g_array_unref(e->content);
        idiom_device_unref(e->device);
        g_free(e);
    }
}

/* --- structural similarity ------------------------------------------------------------------------ */

static IdiomTensor *grey(IdiomGraph *g, IdiomTensor *picture)
{
    static const float luma[] = {0.299f, 0.587f, 0.114f};
    IdiomTensor *weight = idiom_constant(g, IDIOM_SHAPE(1, 3, 1, 1), luma);
    return idiom_conv2d(g, picture, NULL, weight, NULL, &(IdiomConvParams){0});
}

/* Weighted mean over the window around each pixel; pixels without a whole window are left out. */
typedef IdiomTensor *(*Window)(IdiomGraph *g, IdiomTensor *t);

static IdiomTensor *box7(IdiomGraph *g, IdiomTensor *t)
{
    return idiom_pool2d(g, t, IDIOM_POOL_AVG, 7, 1, FALSE);
}

static IdiomTensor *gaussian11(IdiomGraph *g, IdiomTensor *t)
{
    enum { TAPS = 11 };
    float weights[TAPS];
    double values[TAPS], sum = 0;
    for (int i = 0; i < TAPS; i++)
        sum += values[i] = exp(-(i - TAPS / 2) * (i - TAPS / 2) / (2 * 1.5 * 1.5));
    for (int i = 0; i < TAPS; i++)
        weights[i] = (float)(values[i] / sum);
    IdiomTensor *rows = idiom_constant(g, IDIOM_SHAPE(1, 1, 1, TAPS), weights);
    IdiomTensor *columns = idiom_constant(g, IDIOM_SHAPE(1, 1, TAPS, 1), weights);
    t = idiom_conv2d(g, t, NULL, rows, NULL, &(IdiomConvParams){0});
    return idiom_conv2d(g, t, NULL, columns, NULL, &(IdiomConvParams){0});
}

/* Of each window. */
static IdiomTensor *ssim(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b, Window mean)
{
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    IdiomTensor *ma = mean(g, a), *mb = mean(g, b);
    IdiomTensor *mamb = idiom_mul(g, ma, mb);
    IdiomTensor *squares = idiom_add(g, idiom_mul(g, ma, ma), idiom_mul(g, mb, mb));
    IdiomTensor *covariance = idiom_sub(g, mean(g, idiom_mul(g, a, b)), mamb);
    IdiomTensor *variances =
        idiom_sub(g, mean(g, idiom_add(g, idiom_mul(g, a, a), idiom_mul(g, b, b))), squares);
    IdiomTensor *above = idiom_mul(g, idiom_affine(g, mamb, 2, c1), idiom_affine(g, covariance, 2, c2));
    IdiomTensor *below = idiom_mul(g, idiom_affine(g, squares, 1, c1), idiom_affine(g, variances, 1, c2));
    return idiom_mul(g, above, idiom_power(g, below, -1));
}

/* --- regular patterns ----------------------------------------------------------------------------- */

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

/* --- all of it ------------------------------------------------------------------------------------ */

/* The results of one graph. */
typedef struct {
    IdiomTensor *ssim, *ssim_gaussian, *ssim_skin, *skin, *phase[2];
    GPtrArray *content; /* of e->content */
    GPtrArray *grams;   /* distances for e->targets, of the photo, and then of the output */
} Results;

static void results_clear(Results *r)
{
    g_ptr_array_unref(r->content);
    g_ptr_array_unref(r->grams);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Results, results_clear)

static void build(Evaluation *e, IdiomGraph *g, IdiomTensor *const inputs[2], Results *r)
{
    IdiomTensor *planes[2], *greys[2];
    IdiomFeatureMaps *maps[2] = {NULL, NULL};
    for (guint k = 0; k < 2; k++) {
        planes[k] = idiom_to_planes(g, inputs[k]);
        greys[k] = grey(g, planes[k]);
        if (e->features)
            maps[k] = idiom_feature_maps_new(e->features, g, planes[k]);
        for (guint i = 0; i < e->targets->len; i++) {
            const Target *target = &g_array_index(e->targets, Target, i);
            IdiomTensor *gram = idiom_gram(g, idiom_feature_map(maps[k], target->layer), NULL);
            IdiomTensor *wanted =
                idiom_constant(g, IDIOM_SHAPE(1, 1, target->channels, target->channels), target->gram);
            g_ptr_array_add(r->grams, idiom_gram_distance(g, gram, wanted));
        }
    }
    for (guint i = 0; i < e->content->len; i++) {
        const char *layer = g_array_index(e->content, ContentLayer, i).layer;
        IdiomTensor *wanted = idiom_feature_map(maps[0], layer);
        g_ptr_array_add(r->content, content_distance(g, idiom_feature_map(maps[1], layer), wanted));
    }
    IdiomTensor *windows = ssim(g, greys[0], greys[1], box7), *skin = box7(g, skin_likelihood(g, planes[0]));
    r->ssim = idiom_mean(g, windows);
    r->ssim_gaussian = idiom_mean(g, ssim(g, greys[0], greys[1], gaussian11));
    r->ssim_skin = idiom_mean(g, idiom_mul(g, windows, skin));
    r->skin = idiom_mean(g, skin);
    for (guint axis = 0; axis < 2; axis++)
        r->phase[axis] = phases(g, greys[1], axis);
    for (guint k = 0; k < 2; k++)
        idiom_feature_maps_free(maps[k]);
}

static double scalar(IdiomProgram *program, IdiomTensor *tensor)
{
    return *(const float *)idiom_program_map(program, tensor);
}

static void read_scores(const Evaluation *e, IdiomProgram *program, const Results *r, Scores *scores)
{
    for (guint i = 0; i < N_METRICS; i++)
        scores->value[i] = NAN;
    scores->value[METRIC_SSIM] = scalar(program, r->ssim);
    scores->value[METRIC_SSIM_GAUSSIAN] = scalar(program, r->ssim_gaussian);
    const double skin = scalar(program, r->skin);
    if (skin > SOME_SKIN)
        scores->value[METRIC_SSIM_SKIN] = scalar(program, r->ssim_skin) / skin;
    for (guint axis = 0; axis < 2; axis++)
        scores->value[METRIC_PHASE_X + axis] = phase_ratio(idiom_program_map(program, r->phase[axis]), axis);

    double content = 0;
    for (guint i = 0; i < e->content->len; i++)
        content += g_array_index(e->content, ContentLayer, i).weight * scalar(program, r->content->pdata[i]);
    if (e->content->len)
        scores->value[METRIC_CONTENT] = content;

    for (guint network = 0; network < G_N_ELEMENTS(networks); network++)
        for (guint k = 0; k < 2; k++) {
            double sum = 0;
            guint layers = 0;
            for (guint i = 0; i < e->targets->len; i++)
                if (g_array_index(e->targets, Target, i).network == network) {
                    sum += sqrt(scalar(program, r->grams->pdata[k * e->targets->len + i]));
                    layers++;
                }
            if (layers)
                scores->value[networks[network].photo + k] = sum / layers;
        }
}

gboolean evaluation_run(Evaluation *e, const Picture *photo, const Picture *output, Scores *scores,
                        GError **error)
{
    if (photo->w != output->w || photo->h != output->h) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                    "a photo of %ux%u cannot be compared with one of %ux%u", photo->w, photo->h, output->w,
                    output->h);
        return FALSE;
    }
    if (MIN(photo->w, photo->h) < EVALUATION_MIN_SIDE) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                    "%ux%u is too small to be measured: at least %d pixels a side", photo->w, photo->h,
                    EVALUATION_MIN_SIDE);
        return FALSE;
    }
    IdiomGraph *g = idiom_graph_new(e->device, IDIOM_FP32);
    IdiomTensor *inputs[2];
    for (guint k = 0; k < 2; k++)
        inputs[k] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, photo->h, photo->w));
    g_auto(Results) r = {.content = g_ptr_array_new(), .grams = g_ptr_array_new()};
    build(e, g, inputs, &r);

    g_autoptr(GPtrArray) outputs = g_ptr_array_new();
    IdiomTensor *const single[] = {r.ssim, r.ssim_gaussian, r.ssim_skin, r.skin, r.phase[0], r.phase[1]};
    for (guint i = 0; i < G_N_ELEMENTS(single); i++)
        g_ptr_array_add(outputs, single[i]);
    g_ptr_array_extend(outputs, r.content, NULL, NULL);
    g_ptr_array_extend(outputs, r.grams, NULL, NULL);
    g_autoptr(IdiomProgram) program =
        idiom_program_new(g, (IdiomTensor *const *)outputs->pdata, outputs->len, error);
    if (!program)
        return FALSE;
    picture_to_floats(photo, idiom_program_map(program, inputs[0]));
    picture_to_floats(output, idiom_program_map(program, inputs[1]));
    if (!idiom_program_run(program, error))
        return FALSE;
    read_scores(e, program, &r, scores);
    return TRUE;
}
