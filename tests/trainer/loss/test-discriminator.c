/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The patch discriminator: its normalization, its losses, and what flows back from them to the picture. */
#include "loss/discriminator.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

#define SIDE 40
#define STYLES 3

static IdiomDevice *device;

typedef struct {
    IdiomParams *weights, *spectral;
} Parts;

static Parts parts_new(guint styles, gboolean paired)
{
    Parts parts = {idiom_params_new(device), idiom_params_new(device)};
    discriminator_declare(parts.weights, parts.spectral, styles, paired, 5);
    return parts;
}

static void parts_clear(Parts *parts)
{
    idiom_params_unref(parts->weights);
    idiom_params_unref(parts->spectral);
}

static float *read_all(IdiomParams *params)
{
    g_autoptr(GError) error = NULL;
    float *values = g_new(float, idiom_params_elements(params));
    idiom_params_read(params, values, &error);
    g_assert_no_error(error);
    return values;
}

static void fill(float *values, gsize count, guint32 seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    for (gsize i = 0; i < count; i++)
        values[i] = (float)g_rand_double(random);
    g_rand_free(random);
}

static void run(IdiomProgram *program)
{
    g_autoptr(GError) error = NULL;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
}

/* The discriminator's logits on one random picture. */
typedef struct {
    IdiomProgram *program;
    const float *logits;
    float *mix;
    IdiomShape shape;
} Judge;

static Judge judge_new(const Parts *parts, gboolean styles, gboolean trainable)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, SIDE, SIDE));
    IdiomTensor *mix = styles ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, STYLES, 1, 1)) : NULL;
    IdiomTensor *logits =
        idiom_to_flat(g, discriminator_build(g, parts->weights, parts->spectral, idiom_to_planes(g, picture),
                                             NULL, mix, trainable, NULL));
    Judge judge = {.program = idiom_program_new(g, &logits, 1, &error)};
    g_assert_no_error(error);
    fill(idiom_program_map(judge.program, picture), 3 * SIDE * SIDE, 1);
    judge.logits = idiom_program_map(judge.program, logits);
    judge.mix = mix ? idiom_program_map(judge.program, mix) : NULL;
    judge.shape = idiom_tensor_shape(logits);
    return judge;
}

static void test_names(void)
{
    Gan gan = GAN_HINGE;
    for (Gan i = GAN_HINGE; i <= GAN_LSGAN; i++) {
        g_assert_true(gan_from_name(gan_name(i), &gan));
        g_assert_cmpint(gan, ==, i);
    }
    g_assert_false(gan_from_name("wgan", &gan));
    g_assert_false(gan_from_name("", &gan));
}

/* The same network whether it is being trained or not; only a training run moves the power iteration. */
static void test_frozen(void)
{
    Parts parts = parts_new(1, FALSE);
    Judge trained = judge_new(&parts, FALSE, TRUE), frozen = judge_new(&parts, FALSE, FALSE);
    g_assert_cmpuint(trained.shape.c, ==, 1);
    g_assert_cmpuint(trained.shape.h, ==, SIDE / 8);
    gsize logits = idiom_shape_elements(trained.shape) * sizeof(float);
    gsize size = idiom_params_elements(parts.spectral) * sizeof(float);
    g_autofree float *start = read_all(parts.spectral);
    run(trained.program);
    g_autofree float *first = read_all(parts.spectral);
    g_assert_cmpint(memcmp(start, first, size), !=, 0);
    run(frozen.program);
    g_autofree float *second = read_all(parts.spectral);
    g_assert_cmpmem(first, size, second, size);
    g_assert_cmpmem(trained.logits, logits, frozen.logits, logits);

    run(trained.program);
    run(frozen.program); /* from constants that have not been refreshed */
    g_assert_cmpint(memcmp(trained.logits, frozen.logits, logits), !=, 0);
    idiom_program_refresh(frozen.program);
    run(frozen.program);
    g_assert_cmpmem(trained.logits, logits, frozen.logits, logits);
    idiom_program_free(trained.program);
    idiom_program_free(frozen.program);
    parts_clear(&parts);
}

/* |W^T u| */
static double length(const float *weight, const float *u, gsize rows, gsize columns)
{
    double square = 0;
    for (gsize j = 0; j < columns; j++) {
        double sum = 0;
        for (gsize i = 0; i < rows; i++)
            sum += (double)weight[i * columns + j] * u[i];
        square += sum * sum;
    }
    return sqrt(square);
}

/* After some runs no direction is stretched more than the one that the power iteration has found. */
static void test_singular_values(void)
{
    Parts parts = parts_new(STYLES, FALSE);
    Judge judge = judge_new(&parts, TRUE, TRUE);
    judge.mix[0] = 1;
    for (guint i = 0; i < 60; i++)
        run(judge.program);
    g_autofree float *weights = read_all(parts.weights), *spectral = read_all(parts.spectral);
    GRand *random = g_rand_new_with_seed(3);
    for (guint k = 0; k < idiom_params_count(parts.spectral); k++) {
        g_autofree char *name = g_strdup_printf("conv%u.weight", k + 1);
        guint index = (guint)idiom_params_find(parts.weights, name);
        IdiomShape s = idiom_params_shape(parts.weights, index);
        const gsize rows = s.n, columns = idiom_shape_elements(s) / s.n;
        const float *weight = weights + idiom_params_offset(parts.weights, index);
        const float *u = spectral + idiom_params_offset(parts.spectral, k);
        double sigma = length(weight, u, rows, columns), norm = 0;
        for (gsize i = 0; i < rows; i++)
            norm += (double)u[i] * u[i];
        g_assert_cmpfloat_with_epsilon(norm, 1, 1e-5);
        g_autofree float *other = g_memdup2(u, rows * sizeof *u);
        for (guint attempt = 0; attempt < 50; attempt++) {
            /* random directions, and ones close to the best */
            double mix = attempt < 10 ? 1 : 0.1, square = 0;
            for (gsize i = 0; i < rows; i++) {
                other[i] = (float)((1 - mix) * u[i] + mix * g_rand_double_range(random, -1, 1));
                square += (double)other[i] * other[i];
            }
            g_assert_cmpfloat(length(weight, other, rows, columns) / sqrt(square), <, sigma * 1.001);
        }
    }
    g_rand_free(random);
    idiom_program_free(judge.program);
    parts_clear(&parts);
}

/* Each style has its logits, and the mix picks them. */
static void test_styles(void)
{
    Parts parts = parts_new(STYLES, FALSE);
    Judge judge = judge_new(&parts, TRUE, FALSE);
    gsize count = idiom_shape_elements(judge.shape);
    float *of[STYLES];
    for (guint s = 0; s < STYLES; s++) {
        for (guint i = 0; i < STYLES; i++)
            judge.mix[i] = i == s;
        run(judge.program);
        of[s] = g_memdup2(judge.logits, count * sizeof(float));
        for (guint other = 0; other < s; other++)
            g_assert_cmpint(memcmp(of[s], of[other], count * sizeof(float)), !=, 0);
    }
    for (guint i = 0; i < STYLES; i++)
        judge.mix[i] = i == 0 ? 0.25F : i == 2 ? 0.75F : 0;
    run(judge.program);
    for (gsize i = 0; i < count; i++)
        g_assert_cmpfloat_with_epsilon(judge.logits[i], 0.25F * of[0][i] + 0.75F * of[2][i], 1e-5F);
    for (guint s = 0; s < STYLES; s++)
        g_free(of[s]);
    idiom_program_free(judge.program);
    parts_clear(&parts);
}

/* A paired one judges the picture and the photo together. */
static void test_paired(void)
{
    g_autoptr(GError) error = NULL;
    const IdiomShape shape = IDIOM_SHAPE(1, 3, SIDE, SIDE);
    Parts parts = parts_new(1, TRUE);
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in[2], *planes[2];
    for (guint i = 0; i < 2; i++) {
        in[i] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
        planes[i] = idiom_to_planes(g, in[i]);
    }
    IdiomTensor *logits = idiom_to_flat(
        g, discriminator_build(g, parts.weights, parts.spectral, planes[0], planes[1], NULL, FALSE, NULL));
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &logits, 1, &error);
    g_assert_no_error(error);
    const gsize size = idiom_shape_elements(idiom_tensor_shape(logits)) * sizeof(float);
    float *seen[3];
    for (guint i = 0; i < 3; i++) { /* neither, then the picture, then the photo changes */
        fill(idiom_program_map(program, in[0]), idiom_shape_elements(shape), i == 1 ? 2 : 1);
        fill(idiom_program_map(program, in[1]), idiom_shape_elements(shape), i == 2 ? 2 : 1);
        run(program);
        seen[i] = g_memdup2(idiom_program_map(program, logits), size);
    }
    g_assert_cmpint(memcmp(seen[0], seen[1], size), !=, 0);
    g_assert_cmpint(memcmp(seen[0], seen[2], size), !=, 0);
    g_assert_cmpint(memcmp(seen[1], seen[2], size), !=, 0);
    for (guint i = 0; i < 3; i++)
        g_free(seen[i]);
    parts_clear(&parts);
}

/* --- values of the losses ------------------------------------------------------------------------- */

static double expected_loss(Gan gan, double d, gboolean real)
{
    double x = real ? d : -d;
    switch (gan) {
    case GAN_HINGE:
        return fmax(0, 1 - x);
    case GAN_BCE:
        return log1p(exp(-x));
    default:
        return (x - 1) * (x - 1) / 2;
    }
}

static void test_losses(void)
{
    static const float values[] = {-2.5F, -1, -0.3F, 0, 0.1F, 0.9F, 1.7F, 6};
    enum { COUNT = G_N_ELEMENTS(values), REAL = 0, FAKE, GENERATOR, WINNING, N };
    for (Gan gan = GAN_HINGE; gan <= GAN_LSGAN; gan++) {
        g_autoptr(GError) error = NULL;
        IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
        IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 2, COUNT / 2));
        IdiomTensor *logits = idiom_to_planes(g, in);
        IdiomTensor *outputs[N] = {[REAL] = discriminator_loss_real(g, gan, logits),
                                   [FAKE] = discriminator_loss_fake(g, gan, logits),
                                   [GENERATOR] = adversarial_loss(g, gan, logits),
                                   [WINNING] =
                                       discriminator_winning(g, logits, idiom_affine(g, logits, -1, 1))};
        g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, N, &error);
        g_assert_no_error(error);
        memcpy(idiom_program_map(program, in), values, sizeof values);
        run(program);
        double expected[N] = {0};
        for (guint i = 0; i < COUNT; i++) {
            expected[REAL] += expected_loss(gan, values[i], TRUE) / COUNT;
            expected[FAKE] += expected_loss(gan, values[i], FALSE) / COUNT;
            expected[GENERATOR] +=
                (gan == GAN_HINGE ? -values[i] : expected_loss(gan, values[i], TRUE)) / COUNT;
            expected[WINNING] += (tanh(values[i]) - tanh(1 - values[i])) / 2 / COUNT;
        }
        for (guint i = 0; i < N; i++)
            g_assert_cmpfloat_with_epsilon(*(float *)idiom_program_map(program, outputs[i]), expected[i],
                                           1e-5);
    }
}

/* Means and covariances of [c,pixels]. */
static void statistics(const float *map, guint c, guint pixels, double *mean, double *covariance)
{
    for (guint i = 0; i < c; i++) {
        mean[i] = 0;
        for (guint p = 0; p < pixels; p++)
            mean[i] += map[i * pixels + p] / (double)pixels;
    }
    for (guint i = 0; i < c; i++)
        for (guint j = 0; j < c; j++) {
            covariance[i * c + j] = 0;
            for (guint p = 0; p < pixels; p++)
                covariance[i * c + j] +=
                    (map[i * pixels + p] - mean[i]) * (map[j * pixels + p] - mean[j]) / pixels;
        }
}

#define MAP_CHANNELS 5
#define MAP_PIXELS 28

static double expected_distance(const float *painted, const float *real)
{
    double m[2][MAP_CHANNELS], c[2][MAP_CHANNELS * MAP_CHANNELS], sums[4] = {0};
    statistics(painted, MAP_CHANNELS, MAP_PIXELS, m[0], c[0]);
    statistics(real, MAP_CHANNELS, MAP_PIXELS, m[1], c[1]);
    for (guint i = 0; i < MAP_CHANNELS; i++) {
        sums[0] += pow(m[0][i] - m[1][i], 2);
        sums[1] += c[1][i * MAP_CHANNELS + i];
    }
    for (guint i = 0; i < MAP_CHANNELS * MAP_CHANNELS; i++) {
        sums[2] += pow(c[0][i] - c[1][i], 2);
        sums[3] += pow(c[1][i], 2);
    }
    return (sums[0] / sums[1] + sums[2] / sums[3]) / 2;
}

static void test_feature_loss(void)
{
    g_autoptr(GError) error = NULL;
    IdiomTensor *in[2], *maps[2][DISCRIMINATOR_MAPS], *same[DISCRIMINATOR_MAPS];
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    for (guint k = 0; k < 2; k++) {
        in[k] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, MAP_CHANNELS, 4, 7));
        for (guint i = 0; i < DISCRIMINATOR_MAPS; i++)
            maps[k][i] = idiom_to_planes(g, in[k]);
    }
    memcpy(same, maps[1], sizeof same);
    IdiomTensor *outputs[] = {discriminator_feature_loss(g, maps[0], maps[1]),
                              discriminator_feature_loss(g, same, maps[1])};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, G_N_ELEMENTS(outputs), &error);
    g_assert_no_error(error);
    for (guint k = 0; k < 2; k++)
        fill(idiom_program_map(program, in[k]), MAP_CHANNELS * MAP_PIXELS, 10 + k);
    run(program);
    double expected = expected_distance(idiom_program_map(program, in[0]), idiom_program_map(program, in[1]));
    g_assert_cmpfloat_with_epsilon(*(float *)idiom_program_map(program, outputs[0]), expected,
                                   1e-5 * expected);
    g_assert_cmpfloat_with_epsilon(*(float *)idiom_program_map(program, outputs[1]), 0, 1e-9);
}

/* --- gradients ------------------------------------------------------------------------------------ */

typedef struct {
    const char *name;
    Gan gan;
    gboolean features, paired;
} Term;

static const Term terms[] = {
    {"hinge", GAN_HINGE, FALSE, FALSE}, {"bce", GAN_BCE, FALSE, FALSE},
    {"lsgan", GAN_LSGAN, FALSE, FALSE}, {"features", GAN_HINGE, TRUE, FALSE},
    {"paired", GAN_HINGE, FALSE, TRUE}, {"paired-features", GAN_HINGE, TRUE, TRUE},
};

/* A small step along the gradient changes the loss by what the gradient says. */
static void test_gradient(gconstpointer data)
{
    const Term *term = data;
    const IdiomShape shape = IDIOM_SHAPE(2, 3, SIDE, SIDE);
    const gsize count = idiom_shape_elements(shape);
    g_autoptr(GError) error = NULL;
    Parts parts = parts_new(1, term->paired);
    IdiomTensor *maps[2][DISCRIMINATOR_MAPS];
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *painted = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *real = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *photo = term->paired ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape) : NULL;
    IdiomTensor *seen = photo ? idiom_to_planes(g, photo) : NULL;
    idiom_graph_want_gradient(g, painted);
    IdiomTensor *logits = discriminator_build(g, parts.weights, parts.spectral, idiom_to_planes(g, painted),
                                              seen, NULL, FALSE, maps[0]);
    discriminator_build(g, parts.weights, parts.spectral, idiom_to_planes(g, real), seen, NULL, FALSE,
                        maps[1]);
    IdiomTensor *loss = term->features ? discriminator_feature_loss(g, maps[0], maps[1])
                                       : adversarial_loss(g, term->gan, logits);
    idiom_graph_differentiate(g, &loss, &(double){1}, 1, NULL);
    IdiomTensor *outputs[] = {loss, idiom_tensor_gradient(painted)};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, outputs, G_N_ELEMENTS(outputs), &error);
    g_assert_no_error(error);
    float *values = idiom_program_map(program, painted);
    fill(values, count, 20);
    if (term->features)
        fill(idiom_program_map(program, real), count, 21);
    if (photo)
        fill(idiom_program_map(program, photo), count, 22);
    run(program);
    g_autofree float *gradient = g_memdup2(idiom_program_map(program, outputs[1]), count * sizeof *gradient);
    g_autofree float *start = g_memdup2(values, count * sizeof *values);
    double steepest = 0, slope = 0, loss_at[2];
    for (gsize i = 0; i < count; i++)
        steepest = fmax(steepest, fabs(gradient[i]));
    g_assert_cmpfloat(steepest, >, 0);
    for (guint side = 0; side < 2; side++) {
        for (gsize i = 0; i < count; i++)
            values[i] = start[i] + (float)((side ? -4e-3 : 4e-3) * gradient[i] / steepest);
        run(program);
        loss_at[side] = *(float *)idiom_program_map(program, loss);
    }
    for (gsize i = 0; i < count; i++)
        slope += gradient[i] * 8e-3 * gradient[i] / steepest;
    g_test_message("slope %g, difference %g", slope, loss_at[0] - loss_at[1]);
    g_assert_cmpfloat_with_epsilon(loss_at[0] - loss_at[1], slope, 0.01 * slope + 2e-6);
    parts_clear(&parts);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/discriminator/names", test_names);
    g_test_add_func("/discriminator/frozen", test_frozen);
    g_test_add_func("/discriminator/singular-values", test_singular_values);
    g_test_add_func("/discriminator/styles", test_styles);
    g_test_add_func("/discriminator/paired", test_paired);
    g_test_add_func("/discriminator/losses", test_losses);
    g_test_add_func("/discriminator/feature-loss", test_feature_loss);
    for (guint i = 0; i < G_N_ELEMENTS(terms); i++) {
        g_autofree char *path = g_strdup_printf("/discriminator/gradient/%s", terms[i].name);
        g_test_add_data_func(path, &terms[i], test_gradient);
    }
    int status = g_test_run();
    if (idiom_device_validation_messages(device) > 0) {
        g_printerr("%u validation messages\n", idiom_device_validation_messages(device));
        status = 1;
    }
    idiom_device_unref(device);
    return status;
}
