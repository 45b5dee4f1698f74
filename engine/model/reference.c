/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Styles that are read off pictures. */
#include "model/style.h"

#include <math.h>
#include <string.h>

gboolean idiom_style_reads(const IdiomStyle *style)
{
    return style->reader != NULL;
}

static gboolean check(const IdiomStyle *style, const IdiomReference *references, guint count,
                      const char *name, GError **error)
{
    const char *problem = idiom_style_check_names((const char *const[]){name, NULL}, 1);
    if (!style->reader || !count || problem) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%s",
                    !style->reader ? "the style does not read pictures"
                    : !count       ? "no picture to read a style off"
                                   : problem);
        return FALSE;
    }
    for (guint i = 0; i < count; i++) {
        const IdiomReference *r = references + i;
        if (MIN(r->width, r->height) < IDIOM_REFERENCE_MIN_SIDE ||
            MAX(r->width, r->height) > IDIOM_REFERENCE_MAX_SIDE) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "a picture of %ux%u: each side must be %d to %d pixels", r->width, r->height,
                        IDIOM_REFERENCE_MIN_SIDE, IDIOM_REFERENCE_MAX_SIDE);
            return FALSE;
        }
        if (!(r->weight > 0) || !isfinite(r->weight)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "a picture's weight is %g, must be a number above 0", r->weight);
            return FALSE;
        }
    }
    return TRUE;
}

/* How much of each of the file's styles the pictures have, and their colours. */
static gboolean look_at(const IdiomReader *reader, IdiomDevice *device, const IdiomReference *references,
                        guint count, double *shares, IdiomColours *colours, GError **error)
{
    g_autofree IdiomColours *each = g_new(IdiomColours, count);
    g_autofree double *weights = g_new(double, count);
    g_autofree float *features = g_new(float, IDIOM_READER_FEATURES);
    g_autoptr(IdiomDescriber) describer = idiom_describer_new(device);
    double sum = 0;
    for (guint i = 0; i < count; i++)
        sum += references[i].weight;
    for (guint i = 0; i < count; i++) {
        const IdiomReference *r = references + i;
        weights[i] = r->weight / sum;
        each[i] = idiom_colours_of(r->pixels, r->width, r->height, r->stride);
        if (!idiom_describer_run(describer, r, features, error))
            return FALSE;
        idiom_reader_add_shares(reader, features, weights[i], shares);
    }
    *colours = idiom_colours_blend(each, weights, count);
    return TRUE;
}

/* The row of a norm's scales or shifts that is @shares of the others. */
static float *blend_rows(const float *rows, const double *shares, guint styles, guint channels)
{
    float *row = g_new(float, channels);
    for (guint c = 0; c < channels; c++) {
        double sum = 0;
        for (guint s = 0; s < styles; s++)
            sum += shares[s] * (double)rows[(gsize)s * channels + c];
        row[c] = (float)sum;
    }
    return row;
}

/* Mixes what the last convolution makes of its inputs, @stride numbers a channel, as @map says. */
static void mix_outputs(float *values, gsize stride, const IdiomColourMap *map, gboolean offset)
{
    for (gsize i = 0; i < stride; i++) {
        double mixed[3];
        for (guint to = 0; to < 3; to++) {
            mixed[to] = offset ? map->offset[to] : 0;
            for (guint from = 0; from < 3; from++)
                mixed[to] += map->matrix[to][from] * (double)values[from * stride + i];
        }
        for (guint to = 0; to < 3; to++)
            values[to * stride + i] = (float)mixed[to];
    }
}

/* What is said of @style is true of what is read, but that this reads. */
static GHashTable *describe(const IdiomStyle *style)
{
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, style->metadata);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (!g_str_equal(key, "reader"))
            g_hash_table_insert(fields, g_strdup(key), g_strdup(value));
    return fields;
}

static IdiomStyle *frozen(const IdiomStyle *style, const double *shares, const IdiomColourMap *map,
                          const char *name)
{
    IdiomStyle *one = g_new0(IdiomStyle, 1);
    const guint styles = style->config.styles;
    one->refs = 1;
    one->config = style->config;
    one->config.styles = 1;
    one->names = g_strdupv((char *[]){(char *)name, NULL});
    one->metadata = describe(style);
    one->tensors = idiom_generator_tensors(&one->config);
    one->values = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < one->tensors->len; i++) {
        const IdiomGeneratorTensor *to = &g_array_index(one->tensors, IdiomGeneratorTensor, i);
        const IdiomGeneratorTensor *from = &g_array_index(style->tensors, IdiomGeneratorTensor, i);
        const float *old = g_ptr_array_index(style->values, i);
        const gsize elements = idiom_shape_elements(to->shape);
        float *values = from->shape.n != to->shape.n ? blend_rows(old, shares, styles, to->shape.c)
                                                     : g_memdup2(old, elements * sizeof *old);
        if (g_str_equal(to->name, IDIOM_GENERATOR_LAST ".weight"))
            mix_outputs(values, elements / 3, map, FALSE);
        else if (g_str_equal(to->name, IDIOM_GENERATOR_LAST ".bias"))
            mix_outputs(values, 1, map, TRUE);
        g_ptr_array_add(one->values, values);
    }
    return one;
}

IdiomStyle *idiom_style_read(const IdiomStyle *style, IdiomDevice *device, const IdiomReference *references,
                             guint count, const char *name, GError **error)
{
    if (!check(style, references, count, name, error))
        return NULL;
    double shares[IDIOM_GENERATOR_MAX_STYLES] = {0};
    IdiomColours wanted;
    if (!look_at(style->reader, device, references, count, shares, &wanted, error))
        return NULL;
    const IdiomColours painted = idiom_colours_blend(style->reader->colours, shares, style->config.styles);
    const IdiomColourMap map = idiom_colours_map(&painted, &wanted);
    return frozen(style, shares, &map, name);
}
