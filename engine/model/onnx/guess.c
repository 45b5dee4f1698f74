/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a network's numbers mean, from what it makes of a test picture. */
#include "model/onnx/run.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom/error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 128   /* of the test picture */
#define CELL 8     /* pixels that are averaged before pictures are compared: strokes are not what counts */
#define MARGIN 0.3 /* by which another range must be better than the plain one */

static const char *const candidates[] = {"0..1", "0..255", "-1..1", "imagenet"};

/* --- the test picture ------------------------------------------------------------------------------- */

/* A sky, a field, a sun and some walls: smooth parts, edges and colours as photos have them. 0..1. */
static void paint(guint w, guint h, float *rgb)
{
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++) {
            const double u = (x + 0.5) / w, v = (y + 0.5) / h;
            double c[3] = {0.45 + 0.3 * v, 0.6 + 0.25 * v, 0.85 + 0.1 * v};
            if (v > 0.6) {
                const double t = (v - 0.6) / 0.4, grain = 0.05 * sin(40 * u + 25 * v) * sin(31 * v - 12 * u);
                c[0] = 0.35 - 0.2 * t + grain;
                c[1] = 0.5 - 0.25 * t + grain;
                c[2] = 0.15 - 0.05 * t + grain;
            }
            if (hypot(u - 0.75, v - 0.22) < 0.12)
                c[0] = 0.98, c[1] = 0.85, c[2] = 0.35;
            if (u > 0.15 && u < 0.45 && v > 0.3 && v < 0.75) {
                const gboolean window = fmod(u * 20, 2) > 1.2 && fmod(v * 16, 2) > 1.1;
                c[0] = window ? 0.08 : 0.7, c[1] = window ? 0.09 : 0.35, c[2] = window ? 0.15 : 0.25;
            }
            for (guint k = 0; k < 3; k++)
                rgb[((gsize)k * h + y) * w + x] = (float)CLAMP(c[k], 0, 1);
        }
}

/* --- running it ------------------------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    float *in, *out;
    guint w, h;
    float *picture;
} Trial;

static void trial_clear(Trial *t)
{
    g_clear_pointer(&t->program, idiom_program_free);
    g_free(t->picture);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trial, trial_clear)

static gboolean trial_init(Trial *t, const IdiomNetwork *net, IdiomDevice *device, GError **error)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    t->w = t->h = SIDE;
    if (!idiom_network_fit(net, g, &t->w, &t->h, error)) {
        idiom_graph_free(g);
        return FALSE;
    }
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, t->h, t->w));
    IdiomTensor *out = idiom_to_flat(g, idiom_network_run(net, g, idiom_to_planes(g, in), NULL));
    t->program = idiom_program_new(g, &out, 1, error);
    if (!t->program)
        return FALSE;
    t->in = idiom_program_map(t->program, in);
    t->out = idiom_program_map(t->program, out);
    t->picture = g_new(float, (gsize)3 * t->w * t->h);
    paint(t->w, t->h, t->picture);
    return TRUE;
}

static gboolean run_trial(Trial *t, const IdiomRange *range, GError **error)
{
    const gsize plane = (gsize)t->w * t->h;
    for (gsize k = 0; k < 3 * plane; k++)
        t->in[k] = (float)(t->picture[k] * range->scale[k / plane] + range->offset[k / plane]);
    return idiom_program_run(t->program, error);
}

/* --- judging ---------------------------------------------------------------------------------------- */

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The kind of numbers that were made, by those that only a few in a hundred exceed. */
static const char *kind_of(const Trial *t)
{
    const gsize count = (gsize)3 * t->w * t->h;
    g_autofree float *sorted = g_memdup2(t->out, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_floats);
    const float low = sorted[count / 50], high = sorted[count - 1 - count / 50];
    if (high > 8 || low < -8)
        return low < -60 && high < 160 ? "-127.5..127.5" : "0..255";
    return low < -0.3 ? "-1..1" : "0..1";
}

/* Mean brightness of a cell; what is out of range is cut off, and adds to *lost. */
static double cell_mean(const Trial *t, const float *rgb, const IdiomRange *range, guint cx, guint cy,
                        double *lost)
{
    double sum = 0;
    for (guint k = 0; k < 3; k++)
        for (guint y = cy * CELL; y < (cy + 1) * CELL; y++)
            for (guint x = cx * CELL; x < (cx + 1) * CELL; x++) {
                const double v = rgb[((gsize)k * t->h + y) * t->w + x];
                const double u = range ? (v - range->offset[k]) / range->scale[k] : v, fits = CLAMP(u, 0, 1);
                sum += fits;
                *lost += fabs(u - fits);
            }
    return sum / (3 * CELL * CELL);
}

/* How much what was made looks like the picture: correlation of brightness, less where it is faint or out of range. */
static double likeness(const Trial *t, const IdiomRange *range)
{
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, lost = 0, none = 0;
    const guint across = t->w / CELL, down = t->h / CELL, n = across * down;
    for (guint cy = 0; cy < down; cy++)
        for (guint cx = 0; cx < across; cx++) {
            const double x = cell_mean(t, t->picture, NULL, cx, cy, &none),
                         y = cell_mean(t, t->out, range, cx, cy, &lost);
            sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
        }
    const double vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
    const double correlation = vx > 1e-9 && vy > 1e-9 ? (sxy - sx * sy / n) / sqrt(vx * vy) : 0;
    /* numbers that are far too small for a network come out nearly the same everywhere */
    const double contrast = vx > 1e-9 ? fmin(2 * sqrt(fmax(vy, 0) / vx), 1) : 1;
    return correlation * contrast - 2 * lost / (3.0 * CELL * CELL * n);
}

/* What the last nodes can give; NULL where that is not bounded. */
static char *bounds_of(const IdiomNetwork *net)
{
    const IdiomNode *last = net->nodes->len ? net->nodes->pdata[net->nodes->len - 1] : NULL;
    if (!last)
        return NULL;
    if (g_str_equal(last->op, "Tanh"))
        return g_strdup("-1..1");
    if (g_str_equal(last->op, "Sigmoid") || g_str_equal(last->op, "HardSigmoid"))
        return g_strdup("0..1");
    double limit[2] = {idiom_node_float(last, "min", NAN), idiom_node_float(last, "max", NAN)};
    for (guint k = 1; k < 3 && k < last->n_in; k++) {
        const IdiomArray *a = last->in[k] >= 0 ? net->arrays->pdata[last->in[k]] : NULL;
        limit[k - 1] = a && a->count == 1 ? idiom_array_get(a, 0) : limit[k - 1];
    }
    const IdiomRange range = {{limit[1] - limit[0]}, {limit[0]}};
    return g_str_equal(last->op, "Clip") && range.scale[0] > 0.1 && range.scale[0] < 1000
               ? g_strdup_printf("%.9g..%.9g", limit[0], limit[1])
               : NULL;
}

/* Numbers that the file itself tells of (ONNX's metadata for pictures). */
static const char *told_range(const IdiomNetwork *net)
{
    static const struct {
        const char *name, *range;
    } told[] = {{"NominalRange_0_255", "0..255"},
                {"Normalized_0_1", "0..1"},
                {"Normalized_1_1", "-1..1"},
                {"NominalRange_16_235", "16..235"}};
    const char *text = g_hash_table_lookup(net->metadata, "Image.NominalPixelRange");
    for (guint i = 0; text && i < G_N_ELEMENTS(told); i++)
        if (g_str_equal(text, told[i].name))
            return told[i].range;
    return NULL;
}

static gboolean guess(const IdiomNetwork *net, Trial *t, IdiomNetworkRanges *ranges, GError **error)
{
    g_autofree char *bounds = bounds_of(net);
    idiom_range_parse("0..1", &ranges->input, NULL);
    if (!run_trial(t, &ranges->input, error))
        return FALSE;
    const char *told = told_range(net), *kind = told ? told : bounds ? bounds : kind_of(t);
    idiom_range_parse(kind, &ranges->output, NULL);
    ranges->input = ranges->output;
    if (told)
        return TRUE;
    if (!run_trial(t, &ranges->input, error))
        return FALSE;
    double best = likeness(t, &ranges->output) + MARGIN;
    for (guint i = 0; i < G_N_ELEMENTS(candidates); i++) {
        IdiomRange other;
        idiom_range_parse(candidates[i], &other, NULL);
        if (!run_trial(t, &other, error))
            return FALSE;
        const double like = likeness(t, &ranges->output);
        if (like > best) {
            best = like;
            ranges->input = other;
        }
    }
    return TRUE;
}

gboolean idiom_network_find_ranges(IdiomNetwork *net, IdiomDevice *device, IdiomNetworkRanges *ranges,
                                   GError **error)
{
    g_mutex_lock(&net->lock);
    if (!net->guessed) {
        g_auto(Trial) trial = {0};
        IdiomNetworkRanges found = net->ranges;
        net->guessed = trial_init(&trial, net, device, error) && guess(net, &trial, &found, error);
        found.bgr = g_strcmp0(g_hash_table_lookup(net->metadata, "Image.BitmapPixelFormat"), "Bgr8") == 0;
        if (net->guessed)
            net->ranges = found;
    }
    *ranges = net->ranges;
    const gboolean fine = net->guessed;
    g_mutex_unlock(&net->lock);
    return fine;
}
