/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reader/learn.h"

#include <math.h>
#include <string.h>

#define FEATURES IDIOM_READER_FEATURES
#define STEPS 300
#define MOMENTUM 0.9f
/* Of the weights' squares: pictures that were never seen are between the styles, not far outside. */
#define DECAY 0.02f
/* Added to what stands for a style without examples: its share is 0. */
#define NEVER -1000
/* Features that vary less say nothing. */
#define LEAST_DEVIATION 0.02
#define LEFT_OUT 8

void examples_init(Examples *examples)
{
    examples->features = g_array_new(FALSE, FALSE, sizeof(float));
    examples->styles = g_array_new(FALSE, FALSE, sizeof(guint));
}

void examples_clear(Examples *examples)
{
    g_clear_pointer(&examples->features, g_array_unref);
    g_clear_pointer(&examples->styles, g_array_unref);
}

void examples_add(Examples *examples, const float *features, guint style)
{
    g_array_append_vals(examples->features, features, FEATURES);
    g_array_append_val(examples->styles, style);
}

static const float *example(const Examples *examples, guint i)
{
    return (const float *)(gpointer)examples->features->data + (gsize)i * FEATURES;
}

static gboolean has_examples(const Examples *examples, guint style)
{
    for (guint i = 0; i < examples->styles->len; i++)
        if (g_array_index(examples->styles, guint, i) == style)
            return TRUE;
    return FALSE;
}

static gboolean is_left_out(guint i)
{
    return i % LEFT_OUT == LEFT_OUT - 1;
}

/* Mean and 1 / deviation of each feature. */
static void measure(const Examples *examples, double *mean, double *scale)
{
    const guint count = examples->styles->len;
    memset(mean, 0, FEATURES * sizeof *mean);
    memset(scale, 0, FEATURES * sizeof *scale);
    for (guint i = 0; i < count; i++)
        for (guint f = 0; f < FEATURES; f++)
            mean[f] += (double)example(examples, i)[f] / count;
    for (guint i = 0; i < count; i++)
        for (guint f = 0; f < FEATURES; f++) {
            const double off = (double)example(examples, i)[f] - mean[f];
            scale[f] += off * off / count;
        }
    for (guint f = 0; f < FEATURES; f++)
        scale[f] = sqrt(scale[f]) < LEAST_DEVIATION ? 0 : 1 / sqrt(scale[f]);
}

/* The softmax of what the weights make of @x. */
static void predict(const float *weight, const float *bias, const float *x, guint styles, float *shares)
{
    float best = -INFINITY, sum = 0;
    for (guint s = 0; s < styles; s++) {
        shares[s] = bias[s];
        for (guint f = 0; f < FEATURES; f++)
            shares[s] += weight[s * FEATURES + f] * x[f];
        best = MAX(best, shares[s]);
    }
    for (guint s = 0; s < styles; s++)
        sum += shares[s] = expf(shares[s] - best);
    for (guint s = 0; s < styles; s++)
        shares[s] /= sum;
}

/* The gradient of the mean cross entropy over the examples that are not left out. */
static void add_gradient(const Examples *examples, const float *x, guint styles, const float *weight,
                         const float *bias, float *slope, float *bias_slope)
{
    const guint count = examples->styles->len;
    const float share = 1 / (float)(count - count / LEFT_OUT);
    float shares[IDIOM_GENERATOR_MAX_STYLES];
    for (guint i = 0; i < count; i++) {
        if (is_left_out(i))
            continue;
        const float *row = x + (gsize)i * FEATURES;
        predict(weight, bias, row, styles, shares);
        shares[g_array_index(examples->styles, guint, i)] -= 1;
        for (guint s = 0; s < styles; s++) {
            bias_slope[s] += share * shares[s];
            for (guint f = 0; f < FEATURES; f++)
                slope[s * FEATURES + f] += share * shares[s] * row[f];
        }
    }
}

static void descend(const Examples *examples, const float *x, guint styles, float *weight, float *bias)
{
    const guint n = styles * FEATURES;
    g_autofree float *slope = g_new(float, n), *speed = g_new0(float, n);
    float bias_slope[IDIOM_GENERATOR_MAX_STYLES], bias_speed[IDIOM_GENERATOR_MAX_STYLES] = {0};
    const float rate = 2.0f / FEATURES; /* the features' squares add up to so many at most */
    for (guint step = 0; step < STEPS; step++) {
        memset(slope, 0, n * sizeof *slope);
        memset(bias_slope, 0, sizeof bias_slope);
        add_gradient(examples, x, styles, weight, bias, slope, bias_slope);
        for (guint i = 0; i < n; i++) {
            speed[i] = MOMENTUM * speed[i] - rate * (slope[i] + DECAY * weight[i]);
            weight[i] += speed[i];
        }
        for (guint s = 0; s < styles; s++) {
            bias_speed[s] = MOMENTUM * bias_speed[s] - rate * bias_slope[s];
            bias[s] += bias_speed[s];
        }
    }
}

static double judge(const Examples *examples, const float *x, guint styles, const float *weight,
                    const float *bias)
{
    guint right = 0, count = 0;
    float shares[IDIOM_GENERATOR_MAX_STYLES];
    for (guint i = 0; i < examples->styles->len; i++) {
        if (!is_left_out(i))
            continue;
        predict(weight, bias, x + (gsize)i * FEATURES, styles, shares);
        guint best = 0;
        for (guint s = 1; s < styles; s++)
            best = shares[s] > shares[best] ? s : best;
        right += best == g_array_index(examples->styles, guint, i);
        count++;
    }
    return count ? (double)right / count : 0;
}

double examples_learn(const Examples *examples, guint styles, float *weight, float *bias)
{
    const guint count = examples->styles->len;
    double mean[FEATURES], scale[FEATURES];
    g_autofree float *x = g_new(float, (gsize)count *FEATURES);
    measure(examples, mean, scale);
    for (guint i = 0; i < count; i++)
        for (guint f = 0; f < FEATURES; f++)
            x[(gsize)i * FEATURES + f] = (float)(((double)example(examples, i)[f] - mean[f]) * scale[f]);
    memset(weight, 0, (gsize)styles * FEATURES * sizeof *weight);
    memset(bias, 0, styles * sizeof *bias);
    descend(examples, x, styles, weight, bias);
    for (guint s = 0; s < styles; s++)
        if (!has_examples(examples, s))
            bias[s] = NEVER;
    const double right = judge(examples, x, styles, weight, bias);
    for (guint s = 0; s < styles; s++) /* of features as they are */
        for (guint f = 0; f < FEATURES; f++) {
            float *w = weight + (gsize)s * FEATURES + f;
            *w = (float)((double)*w * scale[f]);
            bias[s] -= (float)((double)*w * mean[f]);
        }
    return right;
}
