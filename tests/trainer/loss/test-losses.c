/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terms of the total loss as training builds them: each one's gradient with respect to the output against central
 * differences, and the values of those made of fixed filters against plain C in double precision.
 */
#include "loss/expression.h"
#include "loss/gradient.h"
#include "loss/losses.h"
#include "loss/taught.h"
#include "plain.h"
#include "trainer-files.h"

#include <idiom-unstable/features.h>
#include <idiom-unstable/ops.h>

#include <math.h>
#include <string.h>

#define STEP 1e-3
#define TOLERANCE 2e-2 /* of central differences; kinks within a step of a value cost some of it */
#define EXACT 2e-4     /* of values: fp32 against double */

static IdiomDevice *device;
static IdiomFeatures *features;

static const LossConfig config = {.style_layers = "v11:1",
                                  .content_layers = "v11:1",
                                  .style = 1,
                                  .content = 1,
                                  .luma = 1,
                                  .tv = 1,
                                  .hf = 1};

/* --- pictures ------------------------------------------------------------------------------------- */

/* [n,1,h,w]: 1 in a block, one half at its border, which makes the mask's weight count too. */
static float *make_mask(IdiomShape s)
{
    float *values = g_new0(float, (gsize)s.n *s.h *s.w);
    for (guint n = 0; n < s.n; n++)
        for (guint y = s.h / 4; y < s.h * 3 / 4; y++)
            for (guint x = s.w / 5 + n; x < s.w * 4 / 5; x++)
                values[((gsize)n * s.h + y) * s.w + x] = y == s.h / 4 ? 0.5f : 1;
    return values;
}

/* --- a term as a function ------------------------------------------------------------------------- */

/* The value of the terms of one name as a function of the output, and its gradient. */
typedef struct {
    Objective *objective;
    IdiomProgram *program;
    IdiomTensor *output, *gradient;
    gsize values;
    char *name;
} Term;

static Losses *make_losses(guint seed)
{
    g_autoptr(GError) error = NULL;
    const IdiomShape s = IDIOM_SHAPE(1, 3, 40, 52);
    g_autofree float *picture = make_picture(s, seed);
    Losses *losses = losses_new(&config, features, device, &error);
    g_assert_no_error(error);
    losses_add_style(losses, &(Reference){picture, s.w, s.h, 1}, 1, &error);
    g_assert_no_error(error);
    return losses;
}

/* @taught: whether @content is a teacher's picture, which style and content are compared with */
static Term term_new(const Losses *losses, const char *name, IdiomShape s, const float *content,
                     const float *mask, gboolean taught)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    Term t = {.values = idiom_shape_elements(s), .name = g_strdup(name)};
    IdiomTensor *content_in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
    IdiomTensor *mask_in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, s.h, s.w));
    t.output = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
    idiom_graph_want_gradient(g, t.output);
    IdiomTensor *before = idiom_to_planes(g, content_in), *after = idiom_to_planes(g, t.output);
    t.objective = objective_new(losses, g, before, after, taught ? before : NULL);
    objective_add_legibility(t.objective, before, after, idiom_to_planes(g, mask_in), 1);
    objective_add_line(t.objective, before, after, 1);
    objective_add_edges(t.objective, before, after, 1);
    objective_add_palette(t.objective, after, taught ? before : NULL, 1);
    objective_add_faces(t.objective, before, after, 1);
    objective_add_chroma(t.objective, before, after, taught ? before : NULL, 1);
    if (!taught)
        objective_add_strokes(t.objective, after, 1);

    guint n_terms;
    const LossTerm *terms = objective_terms(t.objective, &n_terms);
    g_autofree IdiomTensor **values = g_new(IdiomTensor *, n_terms + 1);
    g_autofree double *weights = g_new0(double, n_terms);
    for (guint i = 0; i < n_terms; i++) {
        values[i] = terms[i].value;
        weights[i] = g_str_equal(terms[i].name, name) ? terms[i].weight : 0;
    }
    idiom_graph_differentiate(g, values, weights, n_terms, NULL);
    t.gradient = idiom_tensor_gradient(t.output);
    values[n_terms] = t.gradient;
    g_autoptr(GError) error = NULL;
    t.program = idiom_program_new(g, values, n_terms + 1, &error);
    g_assert_no_error(error);
    memcpy(idiom_program_map(t.program, content_in), content, t.values * sizeof(float));
    memcpy(idiom_program_map(t.program, mask_in), mask, t.values / 3 * sizeof(float));
    objective_set_style(t.objective, t.program, 0);
    return t;
}

static double term_value(const Term *t, const float *output)
{
    g_autoptr(GError) error = NULL;
    memcpy(idiom_program_map(t->program, t->output), output, t->values * sizeof(float));
    idiom_program_run(t->program, &error);
    g_assert_no_error(error);
    return objective_value(t->objective, t->program, t->name);
}

static void term_clear(Term *t)
{
    objective_free(t->objective);
    idiom_program_free(t->program);
    g_free(t->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Term, term_clear)

/* --- gradients ------------------------------------------------------------------------------------ */

/* Moves a random half of the values along the gradient's sign, so that every element counts in the sum. */
static void check_gradient_of(const char *name, gboolean taught)
{
    const IdiomShape s = IDIOM_SHAPE(2, 3, 24, 26);
    g_autoptr(Losses) losses = make_losses(3);
    g_autofree float *content = make_picture(s, 1), *output = make_picture(s, 2), *mask = make_mask(s);
    g_auto(Term) t = term_new(losses, name, s, content, mask, taught);
    g_assert_cmpfloat(term_value(&t, output), >, 0);
    g_autofree float *gradient =
        g_memdup2(idiom_program_map(t.program, t.gradient), t.values * sizeof(float));
    g_autofree float *moved = g_new(float, t.values), *step = g_new(float, t.values);
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (guint repeat = 0; repeat < 3; repeat++) {
        double expected = 0, at[2];
        for (gsize i = 0; i < t.values; i++) {
            step[i] = g_rand_boolean(random) ? copysignf((float)STEP, gradient[i]) : 0;
            expected += 2.0 * step[i] * gradient[i];
        }
        for (guint k = 0; k < 2; k++) {
            for (gsize i = 0; i < t.values; i++)
                moved[i] = output[i] + (k ? 1 : -1) * step[i];
            at[k] = term_value(&t, moved);
        }
        g_test_message("%s: %g by differences, %g by gradient", name, at[1] - at[0], expected);
        g_assert_cmpfloat(expected, >, 0);
        g_assert_cmpfloat_with_epsilon(at[1] - at[0], expected, TOLERANCE * expected);
    }
}

static void check_gradient(gconstpointer name)
{
    check_gradient_of(name, FALSE);
}

static void check_gradient_taught(gconstpointer name)
{
    check_gradient_of(name, TRUE);
}

/* --- the same in double --------------------------------------------------------------------------- */

static double line(const float *content, const float *output, IdiomShape s)
{
    g_auto(Map) before = luma_map(content, s, 1), after = luma_map(output, s, 1);
    double cost[2] = {0}, weight[2] = {0}, pixels = (double)s.n * s.h * s.w;
    for (guint n = 0; n < s.n; n++)
        for (int y = 0; y < (int)s.h; y++)
            for (int x = 0; x < (int)s.w; x++) {
                const double wanted = blurred(&before, n, y, x, 1.25, 4) - blurred(&before, n, y, x, 2, 4);
                const double response = blurred(&after, n, y, x, 1.25, 4) - blurred(&after, n, y, x, 2, 4);
                const double is_line = 1 / (1 + exp((wanted + 0.02) / 0.005));
                const double parts[2] = {is_line * fmax(1 + response / 0.12, 0),
                                         (1 - is_line) * fmax(-response / 0.12, 0)};
                for (guint k = 0; k < 2; k++)
                    cost[k] += parts[k] * parts[k] / pixels;
                weight[0] += is_line * is_line / pixels;
                weight[1] += (1 - is_line) * (1 - is_line) / pixels;
            }
    return cost[0] / (weight[0] + 1e-3) + cost[1] / (weight[1] + 1e-3);
}

/* Derivative towards @angle. */
static double derivative(const Map *m, guint n, int y, int x, double angle)
{
    static const double smooth[] = {3, 10, 3};
    double dx = 0, dy = 0;
    for (int i = -1; i <= 1; i++) {
        dx += smooth[i + 1] / 32 * (map_at(m, n, y + i, x + 1) - map_at(m, n, y + i, x - 1));
        dy += smooth[i + 1] / 32 * (map_at(m, n, y + 1, x + i) - map_at(m, n, y - 1, x + i));
    }
    return cos(angle) * dx + sin(angle) * dy;
}

static double edges(const float *content, const float *output, IdiomShape s, guint scale)
{
    g_auto(Map) before = luma_map(content, s, scale), after = luma_map(output, s, scale);
    double cost = 0, energy = 0, pixels = (double)before.n * before.h * before.w;
    for (guint n = 0; n < before.n; n++)
        for (int y = 0; y < (int)before.h; y++)
            for (int x = 0; x < (int)before.w; x++) {
                double wanted[2], missing = 0, square = 0;
                for (guint i = 0; i < 2; i++) {
                    wanted[i] = derivative(&before, n, y, x, i * G_PI / 2);
                    square += wanted[i] * wanted[i];
                }
                for (guint i = 0; i < 2; i++)
                    missing += (wanted[i] - derivative(&after, n, y, x, i * G_PI / 2)) * wanted[i] /
                               sqrt(square + 1e-6);
                energy += square / pixels;
                cost += fmax(missing, 0) * fmax(missing, 0) / pixels;
            }
    return cost / (energy + 1e-6);
}

/* Gram matrices [n,8,8] of the stroke maps less @mean, which is computed first if @measure. */
static double *stroke_gram(const float *picture, IdiomShape s, guint index, double mean[8], gboolean measure)
{
    g_auto(Map) luma = luma_map(picture, s, 1u << index);
    Map cells[8];
    for (guint c = 0; c < 8; c++) {
        g_auto(Map) gradients = map_new(luma.n, luma.h, luma.w);
        for (guint n = 0; n < luma.n; n++)
            for (int y = 0; y < (int)luma.h; y++)
                for (int x = 0; x < (int)luma.w; x++)
                    gradients.values[((gsize)n * luma.h + (guint)y) * luma.w + (guint)x] =
                        fmax(derivative(&luma, n, y, x, c * G_PI / 4), 0);
        cells[c] = map_average(&gradients, 4, 2);
    }
    const gsize pixels = (gsize)cells[0].h * cells[0].w;
    for (guint c = 0; c < 8 && measure; c++) {
        mean[c] = 0;
        for (gsize i = 0; i < pixels; i++)
            mean[c] += cells[c].values[i] / pixels;
    }
    double *gram = g_new0(double, s.n * 64);
    for (guint n = 0; n < s.n; n++)
        for (guint i = 0; i < 64; i++)
            for (gsize k = n * pixels; k < (n + 1) * pixels; k++)
                gram[n * 64 + i] +=
                    (cells[i / 8].values[k] - mean[i / 8]) * (cells[i % 8].values[k] - mean[i % 8]) / pixels;
    for (guint c = 0; c < 8; c++)
        map_clear(&cells[c]);
    return gram;
}

static double strokes(const float *output, IdiomShape s, guint seed)
{
    const IdiomShape reference_shape = IDIOM_SHAPE(1, 3, 40, 52);
    g_autofree float *reference = make_picture(reference_shape, seed);
    double sum = 0;
    for (guint index = 0; index < STROKE_SCALES; index++) {
        double mean[8];
        g_autofree double *target = stroke_gram(reference, reference_shape, index, mean, TRUE);
        g_autofree double *gram = stroke_gram(output, s, index, mean, FALSE);
        double difference = 0, energy = 0;
        for (guint i = 0; i < 64; i++) {
            energy += target[i] * target[i];
            for (guint n = 0; n < s.n; n++)
                difference += (gram[n * 64 + i] - target[i]) * (gram[n * 64 + i] - target[i]) / s.n;
        }
        sum += difference / energy;
    }
    return sum;
}

static void check_values(void)
{
    static const IdiomShape shapes[] = {{1, 3, 24, 24}, {2, 3, 22, 37}, {1, 3, 48, 17}};
    g_autoptr(Losses) losses = make_losses(9);
    for (guint i = 0; i < G_N_ELEMENTS(shapes); i++) {
        const IdiomShape s = shapes[i];
        g_autofree float *content = make_picture(s, 10 + i), *output = make_picture(s, 20 + i);
        g_autofree float *mask = make_mask(s);
        const struct {
            const char *name;
            double expected;
        } checks[] = {
            {"legibility", legibility(content, output, mask, s, 1) + legibility(content, output, mask, s, 2)},
            {"line", line(content, output, s)},
            {"edges", edges(content, output, s, 1) + edges(content, output, s, 2)},
            {"strokes", strokes(output, s, 9)},
        };
        for (guint k = 0; k < G_N_ELEMENTS(checks); k++) {
            g_auto(Term) t = term_new(losses, checks[k].name, s, content, mask, FALSE);
            const double value = term_value(&t, output);
            g_test_message("%s %ux%u: %g, expected %g", checks[k].name, s.w, s.h, value, checks[k].expected);
            g_assert_cmpfloat_with_epsilon(value, checks[k].expected, EXACT * checks[k].expected);
        }
    }
}

/* --- what the terms are for ----------------------------------------------------------------------- */

/* Stripes of "text" of @contrast around 1/2 in the left @part of the picture; the rest flat. */
static float *make_stripes(IdiomShape s, double contrast, guint part)
{
    float *values = g_new(float, idiom_shape_elements(s));
    for (gsize i = 0; i < idiom_shape_elements(s); i++)
        values[i] = i % s.w < part ? (float)(0.5 + (i % 6 < 3 ? contrast : -contrast)) : 0.5f;
    return values;
}

static float *make_left_mask(IdiomShape s, guint part)
{
    float *mask = g_new0(float, (gsize)s.n *s.h *s.w);
    for (gsize i = 0; i < (gsize)s.n * s.h * s.w; i++)
        mask[i] = i % s.w < part;
    return mask;
}

static double stripes_value(const char *name, guint part, double output_contrast)
{
    const IdiomShape s = IDIOM_SHAPE(1, 3, 24, 72);
    g_autoptr(Losses) losses = make_losses(3);
    g_autofree float *content = make_stripes(s, 0.2, part), *mask = make_left_mask(s, part);
    g_autofree float *output = make_stripes(s, output_contrast, part);
    g_auto(Term) t = term_new(losses, name, s, content, mask, FALSE);
    return term_value(&t, output);
}

static void check_legibility(void)
{
    g_assert_cmpfloat(stripes_value("legibility", 0, 0), ==, 0); /* no text, no loss */
    g_assert_cmpfloat(stripes_value("legibility", 36, 0.2), <, 1e-9);
    const double flat = stripes_value("legibility", 36, 0);
    g_assert_cmpfloat(stripes_value("legibility", 36, -0.2), >, 3 * flat);  /* inverted is worst */
    g_assert_cmpfloat(stripes_value("legibility", 36, 0.1), <, 0.4 * flat); /* some is better than none */
    g_assert_cmpfloat(stripes_value("legibility", 36, 0.4), <, 0.4 * flat); /* more costs little */
    /* a pixel of text costs the same however much text there is, but for the ends of it */
    g_assert_cmpfloat_with_epsilon(stripes_value("legibility", 66, 0), flat, 0.1 * flat);
}

static void check_edges(void)
{
    g_assert_cmpfloat(stripes_value("edges", 72, 0.2), <, 1e-9);
    g_assert_cmpfloat(stripes_value("edges", 72, 0.4), <, 1e-9);            /* stronger is free */
    g_assert_cmpfloat_with_epsilon(stripes_value("edges", 72, 0), 2, 0.05); /* at each of two scales */
    g_assert_cmpfloat(stripes_value("edges", 72, -0.2), >, 7);
}

/* Lines drawn at the content's edges cost less than the content, lines elsewhere more. */
static void check_line(void)
{
    const IdiomShape s = IDIOM_SHAPE(1, 3, 32, 32);
    g_autoptr(Losses) losses = make_losses(3);
    g_autofree float *content = g_new(float, idiom_shape_elements(s));
    g_autofree float *good = g_new(float, idiom_shape_elements(s));
    g_autofree float *bad = g_new(float, idiom_shape_elements(s));
    g_autofree float *mask = make_mask(s);
    for (gsize i = 0; i < idiom_shape_elements(s); i++) {
        const guint x = i % s.w;
        content[i] = good[i] = bad[i] = x < 16 ? 0.4f : 0.9f;
        if (x == 14 || x == 15)
            good[i] = 0;
        if (x == 6 || x == 7)
            bad[i] = 0;
    }
    g_auto(Term) t = term_new(losses, "line", s, content, mask, FALSE);
    const double plain = term_value(&t, content), drawn = term_value(&t, good), wrong = term_value(&t, bad);
    g_test_message("plain %g, drawn %g, wrong %g", plain, drawn, wrong);
    g_assert_cmpfloat(drawn, <, 0.7 * plain);
    g_assert_cmpfloat(wrong, >, plain + 0.02); /* of 1 for a line of that depth everywhere */
}

/* --- taught terms --------------------------------------------------------------------------------- */

/* [n,c,c]: sums over pixels of products, over the number of pixels. */
static double *plain_gram(const float *map, IdiomShape s)
{
    const gsize pixels = (gsize)s.h * s.w;
    double *gram = g_new0(double, (gsize)s.n *s.c *s.c);
    for (guint n = 0; n < s.n; n++)
        for (guint i = 0; i < s.c; i++)
            for (guint j = 0; j < s.c; j++)
                for (gsize p = 0; p < pixels; p++)
                    gram[(n * s.c + i) * s.c + j] += (double)map[(n * s.c + i) * pixels + p] *
                                                     map[(n * s.c + j) * pixels + p] / (double)pixels;
    return gram;
}

static double expected_gram_distance(const float *map, const float *wanted, IdiomShape s)
{
    g_autofree double *a = plain_gram(map, s), *b = plain_gram(wanted, s);
    double difference = 0, energy = 0;
    for (guint i = 0; i < s.n * s.c * s.c; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        energy += b[i] * b[i];
    }
    return difference / energy;
}

static double expected_feature_distance(const float *map, const float *wanted, IdiomShape s)
{
    const gsize count = idiom_shape_elements(s);
    double difference = 0, sum = 0, square = 0;
    for (gsize i = 0; i < count; i++) {
        difference += ((double)map[i] - wanted[i]) * ((double)map[i] - wanted[i]);
        sum += wanted[i];
        square += (double)wanted[i] * wanted[i];
    }
    return difference / (square - sum * sum / (double)count);
}

/* Features of the student's picture against those of the teacher's; all of a student that has them are 0. */
static void check_taught_values(void)
{
    const IdiomShape s = IDIOM_SHAPE(2, 3, 14, 19);
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in[2], *maps[2];
    for (guint k = 0; k < 2; k++) {
        in[k] = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
        maps[k] = idiom_to_planes(g, in[k]);
    }
    IdiomTensor *values[] = {
        taught_gram_distance(g, maps[0], maps[1]),
        taught_feature_distance(g, maps[0], maps[1]),
        taught_gram_distance(g, maps[1], maps[1]),
        taught_feature_distance(g, maps[1], maps[1]),
    };
    g_autoptr(IdiomProgram) program = idiom_program_new(g, values, G_N_ELEMENTS(values), &error);
    g_assert_no_error(error);
    g_autofree float *student = make_picture(s, 31), *teacher = make_picture(s, 32);
    memcpy(idiom_program_map(program, in[0]), student, idiom_shape_elements(s) * sizeof(float));
    memcpy(idiom_program_map(program, in[1]), teacher, idiom_shape_elements(s) * sizeof(float));
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    const double expected[] = {expected_gram_distance(student, teacher, s),
                               expected_feature_distance(student, teacher, s), 0, 0};
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        g_assert_cmpfloat_with_epsilon(*(float *)idiom_program_map(program, values[i]), expected[i],
                                       EXACT * expected[i] + 1e-9);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"style", "content", "luma",    "tv",      "hf",   "legibility",
                                        "line",  "edges",   "strokes", "palette", "faces"};
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    char *folder = test_folder_new();
    g_autofree char *vgg = test_write_vgg(folder, 1);
    features = idiom_features_load((const char *const[]){vgg}, 1, device, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/losses/gradient/%s", names[i]);
        g_test_add_data_func(path, names[i], check_gradient);
    }
    for (guint i = 0; i < 2; i++) {
        g_autofree char *path = g_strdup_printf("/losses/gradient/taught/%s", names[i]);
        g_test_add_data_func(path, names[i], check_gradient_taught);
    }
    g_test_add_func("/losses/values", check_values);
    g_test_add_func("/losses/taught", check_taught_values);
    g_test_add_func("/losses/legibility", check_legibility);
    g_test_add_func("/losses/edges", check_edges);
    g_test_add_func("/losses/line", check_line);
    int result = g_test_run();
    idiom_features_free(features);
    idiom_device_unref(device);
    test_folder_remove(folder);
    return result;
}
